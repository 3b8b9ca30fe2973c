using Gantry.Cli.Output;

namespace Gantry.Cli;

/// <summary>What one run of the command has around it.</summary>
/// <param name="Terminal">Where it speaks and hears.</param>
/// <param name="Environment">Its environment variables.</param>
/// <param name="WorkingDirectory">Where relative paths begin.</param>
/// <param name="Time">The clock.</param>
internal sealed record Invocation(Terminal Terminal, Func<string, string?> Environment, string WorkingDirectory, TimeProvider Time)
{
    /// <summary>Where Gantry keeps what is this user's: <c>GANTRY_HOME</c>, or <c>~/.gantry</c>.</summary>
    public string Home { get; } = Environment("GANTRY_HOME") is { Length: > 0 } home
        ? Path.GetFullPath(home, WorkingDirectory)
        : Path.Combine(Environment("HOME") is { Length: > 0 } user ? user : System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".gantry");

    /// <summary>Now.</summary>
    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>A path as the user gave it, made absolute.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, WorkingDirectory);
}
