using System.Diagnostics;

namespace Gantry.Testing;

/// <summary>A bare repo and a clone of it, as a user has them.</summary>
internal sealed class GitFolder
{
    /// <summary>Makes both, with one commit that both have.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="name">The bare repo's name, without <c>.git</c>.</param>
    public GitFolder(string directory, string name = "demo")
    {
        Bare = Path.Combine(directory, "served", name + ".git");
        Clone = Path.Combine(directory, name);
        Directory.CreateDirectory(Bare);
        Git(Bare, "init", "--quiet", "--bare", "--initial-branch", "main");
        Git(directory, "clone", "--quiet", Bare, Clone);
        Git(Clone, "config", "user.name", "A User");
        Git(Clone, "config", "user.email", "user@example.org");
        Git(Clone, "checkout", "--quiet", "-B", "main");
        Write("README", "first\n");
        Write("bin/run.sh", "echo ran\n");
        File.SetUnixFileMode(Path.Combine(Clone, "bin/run.sh"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(Clone, "link"), "README");
        Commit("One");
        Git(Clone, "push", "--quiet", "-u", "origin", "main");
    }

    /// <summary>The bare repo.</summary>
    public string Bare { get; }

    /// <summary>The directory that the bare repo is in.</summary>
    public string Served => Path.GetDirectoryName(Bare)!;

    /// <summary>The clone.</summary>
    public string Clone { get; }

    /// <summary>The clone's commit.</summary>
    public string Head => Git(Clone, "rev-parse", "HEAD");

    /// <summary>Writes a file of the clone.</summary>
    public void Write(string path, string content)
    {
        var full = Path.Combine(Clone, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    /// <summary>Commits all that is in the clone.</summary>
    public void Commit(string message)
    {
        Git(Clone, "add", "--all");
        Git(Clone, "commit", "--quiet", "-m", message);
    }

    /// <summary>Has the clone take another URL for its remote.</summary>
    public void PointTo(string url) => Git(Clone, "remote", "set-url", "origin", url);

    /// <summary>Runs git, which must succeed; returns its output without the last line's end.</summary>
    public static string Git(string directory, params string[] args)
    {
        var start = new ProcessStartInfo("git", args) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["GIT_CONFIG_GLOBAL"], start.Environment["GIT_CONFIG_NOSYSTEM"]) = ("/dev/null", "1");
        using var git = Process.Start(start)!;
        var error = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.TrimEnd('\n') : throw new InvalidOperationException($"git {string.Join(' ', args)}: {error.Result}");
    }
}
