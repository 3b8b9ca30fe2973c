namespace Gantry.EndToEnd.Harness;

/// <summary>What the end-to-end tests' harness is made and ended by there, a type of the test framework; here the figures do it.</summary>
public interface IAsyncLifetime : IAsyncDisposable
{
    /// <summary>Makes it ready.</summary>
    ValueTask InitializeAsync();
}
