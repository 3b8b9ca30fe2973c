namespace Gantry.Storage.Tests;

/// <summary>A folder under /tmp that goes with the test.</summary>
public sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gantry-storage-").FullName;

    public string Database => Path.Combine(Root, "gantry.db");

    public string Logs => Path.Combine(Root, "logs");

    public Task<GantryStore> OpenAsync() => GantryStore.OpenAsync(Database, TimeProvider.System, cancellationToken: TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
