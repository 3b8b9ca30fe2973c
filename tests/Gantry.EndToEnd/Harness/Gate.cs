namespace Gantry.EndToEnd.Harness;

/// <summary>
/// A task that comes to a known point and waits there until the test lets it go on: faults are injected between both, not "about then".
/// </summary>
public sealed class Gate(GantryHome home, string name)
{
    private string Reached => Path.Combine(home.Work, name + ".reached");
    private string Opened => Path.Combine(home.Work, name + ".open");
    private string Ended => Path.Combine(home.Work, name + ".ended");

    /// <summary>Lines that the task writes before it waits, and after.</summary>
    public const int LinesBefore = 200, LinesAfter = 300;

    /// <summary>All that it writes.</summary>
    public string ExpectedLog => string.Concat(
        Enumerable.Range(1, LinesBefore).Select(i => $"{name} before {i}\n").Concat(Enumerable.Range(1, LinesAfter).Select(i => $"{name} after {i}\n")));

    /// <summary>The task's commands. It ends with the exit code.</summary>
    public IReadOnlyList<string> Commands(int exitCode = 0) =>
    [
        $"for i in $(seq 1 {LinesBefore}); do echo \"{name} before $i\"; done",
        $"echo $$ > '{Reached}.new'; mv '{Reached}.new' '{Reached}'",
        $"while [ ! -e '{Opened}' ]; do sleep 0.02; done",
        $"for i in $(seq 1 {LinesAfter}); do echo \"{name} after $i\"; done",
        $": > '{Ended}'",
        $"exit {exitCode}",
    ];

    /// <summary>Waits until the task waits; returns its shell's process.</summary>
    public async Task<int> UntilReached()
    {
        await Deadline.Until($"task {name} at its gate", () => Task.FromResult(File.Exists(Reached) ? "" : null), seen: home.Logs);
        return int.Parse(File.ReadAllText(Reached));
    }

    /// <summary>Lets the task go on.</summary>
    public void Open() => File.WriteAllText(Opened, "");

    /// <summary>Waits until the task did its last command, whoever watches it.</summary>
    public Task UntilEnded() => Deadline.Until($"end of task {name}", () => File.Exists(Ended));
}
