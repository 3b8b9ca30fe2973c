using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>
/// A home with a container of Debian that is attached to, shared by the tests of a class. It has a network of its own, so that what is reached in it is reached in the job and not on this machine.
/// </summary>
public sealed class DebianHome(DockerDaemon docker) : GantryHome, IAsyncLifetime
{
    /// <summary>The run.</summary>
    public const string Run = "deb";

    private CommandRun? attach;

    /// <summary>The configuration that ssh is given.</summary>
    public string Config => Path.Combine(Directory, "ssh", "config");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!DebianImage.IsPossible)
            return;
        Environment["DOCKER_HOST"] = docker.Host;
        Environment["HOME"] = Directory;
        DebianImage.Make(docker);
        attach = await Attach(Run);
    }

    /// <summary>Submits a run with a container of its own and attaches to it.</summary>
    public async Task<CommandRun> Attach(string run)
    {
        await Submit(run, ["exec sleep 1000"], $"image: {DebianImage.Name}\nports: [\"{FreePort.Take()}:9\"]\nenv: [\"WORD=two words\"]");
        await Api.UntilRun(run, "running");
        var attached = Start("attach", run);
        await Deadline.Until($"the attachment's words: {attached.Error}", () => attached.Error.Contains($"ssh {run}", StringComparison.Ordinal));
        return attached;
    }

    /// <summary>Starts <c>ssh -T OPTIONS RUN COMMAND</c>, with nothing on its standard input unless <paramref name="input"/> says otherwise.</summary>
    public CommandRun Ssh(IEnumerable<string> options, string command, string? input = null) => StartProgram("ssh", ["-F", Config, "-T", .. options, Run, command], input);

    /// <summary>Runs a program to its end, which must be exit code 0.</summary>
    public async Task<CommandResult> Ok(string program, params string[] args)
    {
        var result = await StartProgram(program, args).Result();
        return result.ExitCode == 0 ? result : throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {result}{Logs()}");
    }
}
