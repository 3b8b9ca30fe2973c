using System.Text;
using Gantry.Cli.Interop;

namespace Gantry.Cli.Attach;

/// <summary>
/// Gantry's own SSH configuration, <c>GANTRY_HOME/ssh/config</c>: a block for each run that is attached, and one line in <c>~/.ssh/config</c> that includes it. Nothing else of the user's is
/// touched, and doing it twice changes nothing.
/// </summary>
internal sealed class SshConfig(string gantryHome, string userHome, TimeProvider time)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private readonly string path = Path.Combine(gantryHome, "ssh", "config");
    private readonly string usersPath = Path.Combine(userHome, ".ssh", "config");

    /// <summary>Where it is.</summary>
    public string FilePath => path;

    /// <summary>Puts a host in, in place of one of the same name.</summary>
    /// <param name="host">What follows <c>ssh</c>.</param>
    /// <param name="settings">Its lines, without indentation.</param>
    /// <param name="cancellation">Gives up waiting for another command.</param>
    public Task AddAsync(string host, IReadOnlyList<string> settings, CancellationToken cancellation) => ChangeAsync(
        blocks => [.. blocks.Where(block => block.Host != host), (host, string.Concat(settings.Select(line => $"    {line}\n")))], cancellation);

    /// <summary>Takes a host out.</summary>
    public Task RemoveAsync(string host, CancellationToken cancellation) => ChangeAsync(blocks => [.. blocks.Where(block => block.Host != host)], cancellation);

    private async Task ChangeAsync(Func<List<(string Host, string Text)>, List<(string Host, string Text)>> change, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var mine = await FileLock.TakeAsync(path + ".lock", LockPatience, time, cancellation);
        var text = new StringBuilder("# Written by gantry: the runs that are attached now.\n");
        foreach (var (host, settings) in change(Read()))
            text.Append("Host ").Append(host).Append('\n').Append(settings);
        Write(path, text.ToString());
        Include();
    }

    private List<(string Host, string Text)> Read()
    {
        var blocks = new List<(string Host, string Text)>();
        if (!File.Exists(path))
            return blocks;
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("Host ", StringComparison.Ordinal))
                blocks.Add((line[5..].Trim(), ""));
            else if (line.StartsWith(' ') && blocks.Count > 0)
                blocks[^1] = (blocks[^1].Host, blocks[^1].Text + line + "\n");
        }
        return blocks;
    }

    // First in the file: behind a Host line it would belong to that host.
    private void Include()
    {
        var line = $"Include \"{path}\"";
        var users = File.Exists(usersPath) ? File.ReadAllText(usersPath) : "";
        if (users.Split('\n').Any(known => known.Trim() == line))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(usersPath)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // A link to a file elsewhere stays one.
        var target = File.Exists(usersPath) ? File.ResolveLinkTarget(usersPath, returnFinalTarget: true)?.FullName : null;
        Write(target ?? usersPath, $"{line}\n{users}");
    }

    private static void Write(string path, string text)
    {
        var aside = $"{path}.gantry-new";
        File.Delete(aside);
        using (var file = new FileStream(aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            file.Write(Encoding.UTF8.GetBytes(text));
        File.Move(aside, path, overwrite: true);
    }
}
