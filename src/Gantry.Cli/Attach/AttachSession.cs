using System.Net;
using Gantry.Cli.Following;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Api;
using Gantry.Model.States;

namespace Gantry.Cli.Attach;

/// <summary>What of a run is to be at hand here.</summary>
/// <param name="Replica">Replica; null for any that runs.</param>
/// <param name="Job">Job within the replica.</param>
/// <param name="Host">Address to listen on.</param>
/// <param name="Ports">Mappings that go before the configuration's.</param>
/// <param name="Identity">Path of a private key; null for Gantry's own.</param>
/// <param name="WithSsh">Whether <c>ssh RUN</c> is to work.</param>
internal sealed record AttachRequest(
    int? Replica = null, int Job = 0, string Host = "localhost", IReadOnlyList<string>? Ports = null, string? Identity = null, bool WithSsh = true);

/// <summary>While it is there, <c>ssh RUN</c> works and the run's ports are ports of this machine.</summary>
internal sealed class AttachSession(Invocation invocation, ProjectConnection project, string run, AttachRequest request) : IAsyncDisposable
{
    private static readonly TimeSpan PresencePause = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource ended = new();
    private readonly List<PortForward> forwards = [];
    private readonly SshConfig config = new(invocation.Home, invocation.Environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), invocation.Time);
    private bool isInConfig;

    /// <summary>Waits until the run runs; null with its last state when it ends before.</summary>
    public static async Task<RunProgress?> UntilRunningAsync(Invocation invocation, ProjectConnection project, string run, AttachRequest request, CancellationToken cancellation)
    {
        var options = new FollowOptions { Logs = false, Replica = request.Replica ?? 0, Job = request.Job };
        var last = "";
        await foreach (var happened in new RunFollower(invocation, project, run).FollowAsync(options, cancellation))
        {
            switch (happened)
            {
                case RunEvent.StatusChanged { Progress.JobStatus: JobStatus.Running }:
                    return null;
                case RunEvent.StatusChanged { Progress: { Status: var status } progress } when !status.IsFinished() && progress.StatusMessage != last:
                    last = progress.StatusMessage;
                    invocation.Terminal.Note(invocation.Terminal.Paint($"{run} {last}{(progress.Error is { Length: > 0 } why ? $": {why}" : "")}", Style.Dim));
                    break;
                case RunEvent.Ended { Progress: var progress }:
                    return progress;
            }
        }
        throw new CliException(ExitCodes.Failed, $"The run {run} can not be followed any more.");
    }

    /// <summary>Begins, and says what is where.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        var target = RunTarget.Read(await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(run), cancellation), request.Replica, request.Job)
            ?? throw new CliException(ExitCodes.Failed, $"The run {run} has no job {request.Job} on a host now.");
        var address = Address(request.Host);
        if (target.IsDevEnvironment)
            _ = Task.Run(() => StayAsync(ended.Token), cancellation);
        Listen(target, address);
        foreach (var forward in forwards)
            _ = Task.Run(() => forward.RunAsync(project, run, request.Replica, request.Job, ended.Token), cancellation);
        if (request.WithSsh)
        {
            var identity = SshIdentity.Find(invocation.Home, request.Identity);
            isInConfig = true;
            await config.AddAsync(run, Settings(target, identity), cancellation);
            if (target.Ide is { } ide && EditorLink.Of(ide, run, await JobDirectory.FindAsync(project, run, request, cancellation)) is var (editor, link))
                invocation.Terminal.Note($"To open in {editor}, use: {link}");
            invocation.Terminal.Note($"To connect to the run via SSH, use: ssh {run}");
        }
        if (forwards.Count > 0)
            invocation.Terminal.Note($"Forwarded ports (local -> run): {string.Join(", ", forwards.Select(forward => $"{request.Host}:{forward.LocalPort} -> {forward.Port}"))}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        foreach (var forward in forwards)
            forward.Dispose();
        if (isInConfig)
            await config.RemoveAsync(run, CancellationToken.None);
        ended.Dispose();
    }

    // Whoever is attached keeps a dev environment from being stopped as left alone, also while nothing goes over any connection.
    private async Task StayAsync(CancellationToken cancellation)
    {
        var nothing = new byte[1];
        while (true)
        {
            try
            {
                await using var presence = await project.Client.OpenStreamAsync(project.Name, run, new JobStreamRequest("presence", request.Replica, request.Job), cancellation);
                while (await presence.ReadAsync(nothing, cancellation) > 0)
                    continue;
            }
            catch (Exception error) when (error is JobStreamException or ServerUnreachableException)
            {
                // The server is away, or the job: until either is back.
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(PresencePause, invocation.Time, CancellationToken.None);
        }
    }

    // What was asked for has to be; what only the configuration says may be taken here, not least by the job itself.
    private void Listen(RunTarget target, IPAddress address)
    {
        var asked = (request.Ports ?? []).Select(PortForward.Parse).ToList();
        foreach (var (local, port) in asked)
            forwards.Add(PortForward.Listen(address, local, port));
        foreach (var (port, local) in target.Ports.Where(port => asked.TrueForAll(mapping => mapping.Port != port.Port)))
        {
            if (target.IsOnThisMachinesNetwork && (local is null || local == port))
                continue;
            try
            {
                forwards.Add(PortForward.Listen(address, local, port));
            }
            catch (CliException)
            {
                invocation.Terminal.Note($"Port {local} is in use on this machine, so it is not forwarded to port {port} of the run. Another: gantry attach {run} -p OTHER:{port}");
            }
        }
    }

    private string[] Settings(RunTarget target, SshIdentity identity)
    {
        var proxy = new List<string> { Quote(Environment.ProcessPath!), "ssh-proxy", Quote(run), "--project", Quote(project.Name), "--job", $"{request.Job}", "--key", Quote(identity.PrivateKeyPath + ".pub") };
        if (request.Replica is { } replica)
            proxy.AddRange(["--replica", $"{replica}"]);
        return
        [
            $"HostName {run}",
            $"User {target.Username}",
            $"IdentityFile \"{identity.PrivateKeyPath}\"",
            "IdentitiesOnly yes",
            // The way there is the server's: it and its link to the host's agent say which job this is, not a key of a host.
            "StrictHostKeyChecking no",
            "UserKnownHostsFile /dev/null",
            "LogLevel ERROR",
            "ServerAliveInterval 30",
            $"ProxyCommand env {Quote("GANTRY_HOME=" + invocation.Home)} {string.Join(' ', proxy)}",
        ];
    }

    // For the shell that ssh runs it with; a % is ssh's own.
    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal) + "'";

    private static IPAddress Address(string host) =>
        host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(host, out var address) ? address
        : throw new CliException(ExitCodes.Usage, $"--host: '{host}' is not an address to listen on; allowed are an IP address and 'localhost'.");
}
