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

    /// <summary>Puts a host in, in place of one of the same name, for as long as this process, or another that did the same, is attached.</summary>
    /// <param name="host">What follows <c>ssh</c>.</param>
    /// <param name="settings">Its lines, without indentation.</param>
    /// <param name="cancellation">Gives up waiting for another command.</param>
    public Task AddAsync(string host, IReadOnlyList<string> settings, CancellationToken cancellation) => ChangeAsync(
        blocks => [.. blocks.Where(block => block.Host != host), new Block(host, settings, [.. blocks.Where(block => block.Host == host).SelectMany(block => block.Users), SshConfigUser.This])],
        cancellation);

    /// <summary>This process needs a host no more; it goes when nobody does.</summary>
    public Task RemoveAsync(string host, CancellationToken cancellation) => ChangeAsync(
        blocks => [.. blocks.Select(block => block.Host == host ? block with { Users = [.. block.Users.Where(user => user != SshConfigUser.This)] } : block)], cancellation);

    private sealed record Block(string Host, IReadOnlyList<string> Settings, IReadOnlyList<SshConfigUser> Users);

    private async Task ChangeAsync(Func<IReadOnlyList<Block>, IReadOnlyList<Block>> change, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var mine = await FileLock.TakeAsync(path + ".lock", LockPatience, time, cancellation);
        var text = new StringBuilder("# Written by gantry: the runs that are attached now.\n");
        foreach (var block in change(Read()))
        {
            // One that was killed could not take its host out.
            var users = block.Users.Where(user => user.IsThere).Distinct().ToList();
            if (users.Count == 0)
                continue;
            text.Append("Host ").Append(block.Host).Append('\n');
            foreach (var line in users.Select(user => user.Line).Concat(block.Settings))
                text.Append("    ").Append(line).Append('\n');
        }
        Write(path, text.ToString());
        Include();
    }

    private List<Block> Read()
    {
        var blocks = new List<Block>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (line.StartsWith("Host ", StringComparison.Ordinal))
                blocks.Add(new Block(line[5..].Trim(), [], []));
            else if (blocks.Count > 0 && SshConfigUser.Read(line.Trim()) is { } user)
                blocks[^1] = blocks[^1] with { Users = [.. blocks[^1].Users, user] };
            else if (blocks.Count > 0 && line.StartsWith(' '))
                blocks[^1] = blocks[^1] with { Settings = [.. blocks[^1].Settings, line.Trim()] };
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
