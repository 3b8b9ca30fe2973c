namespace Gantry.EndToEnd;

/// <summary>A test with a home of its own, or with its class's. When it fails, the server's and the agent's own logs are part of its output.</summary>
/// <param name="shared">The class's; null for one of its own.</param>
public abstract class EndToEndTest(GantryHome? shared = null) : IAsyncDisposable
{
    /// <summary>The home.</summary>
    protected GantryHome Home { get; } = shared ?? new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.TestOutputHelper?.WriteLine(Home.Logs());
        if (shared is null)
            await Home.DisposeAsync();
    }
}

/// <summary>A home whose server runs already, shared by the tests of a class; each uses run names of its own.</summary>
public sealed class RunningHome : GantryHome, IAsyncLifetime
{
    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => await StartServer();
}
