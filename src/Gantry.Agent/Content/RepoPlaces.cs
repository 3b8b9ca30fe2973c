namespace Gantry.Agent.Content;

/// <summary>What is said of a repo's place in a job.</summary>
internal static class RepoPlaces
{
    /// <summary>Something is there.</summary>
    public static string Taken(string target) =>
        $"The repo goes to {target}, and that is not empty. The job was not started, and nothing there was changed. Give it another `path` (or another `working_dir`), or let what is there stay with `if_exists: skip`.";
}
