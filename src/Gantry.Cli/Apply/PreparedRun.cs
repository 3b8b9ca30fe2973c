using Gantry.Cli.Content;
using Gantry.Cli.Repos;
using Gantry.Model.Api;

namespace Gantry.Cli.Apply;

/// <summary>What is submitted, and what has to be uploaded for it.</summary>
/// <param name="Spec">The spec, without the ids that uploads get.</param>
/// <param name="Files">Its files, packed.</param>
/// <param name="Repo">Its repo; null for none.</param>
internal sealed record PreparedRun(RunSpec Spec, RunFiles Files, PreparedRepo? Repo) : IDisposable
{
    public void Dispose()
    {
        Files.Dispose();
        Repo?.Dispose();
    }
}
