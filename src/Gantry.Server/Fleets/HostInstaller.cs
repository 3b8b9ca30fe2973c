using Gantry.Engine.Fleets;
using Gantry.Server.Fleets.Ssh;
using Gantry.Server.Hosting;

namespace Gantry.Server.Fleets;

/// <summary>Looks at hosts, puts the agent on them, and takes it off again.</summary>
internal sealed class HostInstaller(ServerHome home, AgentFiles agents, ServerIdentity identity)
{
    private const int PieceBytes = 256 << 10;
    private static readonly TimeSpan LookLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    /// <summary>Where OpenSSH's files go where there is no memory for them.</summary>
    public string Folder => home.ServerDirectory;

    public IReadOnlyCollection<string> Platforms => agents.Platforms;

    /// <summary>Looks at the host. Returns also the host keys as they are pinned from now on.</summary>
    /// <exception cref="SshException">It cannot be reached.</exception>
    /// <exception cref="HostRefusedException">What it answered is not understood.</exception>
    public async Task<(HostReport Report, string HostKeys)> LookAsync(SshTarget target, string? processUser, CancellationToken cancellation)
    {
        var (status, output, said, knownHosts) = await SshProcess.RunAsync(target, Folder, HostScripts.Check(processUser), null, LookLimit, cancellation);
        return CheckOutput.Read(output) is { } report
            ? (report, knownHosts)
            : throw new HostRefusedException([$"Its login runs no commands as a shell does (exit status {status}): {Line(said + output)}"]);
    }

    /// <summary>Claims the host, and puts this build's agent there unless it has it. One that somebody stopped by hand stays stopped.</summary>
    /// <param name="target">The host.</param>
    /// <param name="report">What was found there.</param>
    /// <param name="name">What the host is called in the claim.</param>
    /// <param name="progress">Told the bytes that were sent, and of how many.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task InstallAsync(SshTarget target, HostReport report, string name, Action<long, long> progress, CancellationToken cancellation)
    {
        var isThere = report.Build == BuildInfo.Build && report.Owner == identity.ServerId.ToString("D");
        await using var file = isThere ? Stream.Null : File.OpenRead(agents.Find(report.Platform!)!);
        var bytes = isThere ? 0 : file.Length;
        var command = HostScripts.Install(target.Host.User, identity.ServerId.ToString("D"), target.InstanceId, name, BuildInfo.Build, bytes);
        var (status, output, said, _) = await SshProcess.RunAsync(target, Folder, command, input => SendAsync(file, bytes, input, progress, cancellation), InstallLimit, cancellation);
        if (status == 4)
            throw new HostRefusedException([$"Another Gantry server took it at the same time: {Line(said)}. Remove it from that server's fleet first."]);
        if (status is not (0 or HostScripts.AgentStopped))
            throw new HostRefusedException([$"The agent could not be installed (exit status {status}): {Line(said + output)}"]);
    }

    /// <summary>Takes the agent and all that it has off the host.</summary>
    public async Task UninstallAsync(SshTarget target, CancellationToken cancellation)
    {
        var (status, output, said, _) = await SshProcess.RunAsync(target, Folder, HostScripts.Uninstall(target.Host.User, identity.ServerId.ToString("D")), null, LookLimit, cancellation);
        if (status != 0)
            throw new HostRefusedException([$"The agent could not be removed (exit status {status}): {Line(said + output)}"]);
    }

    private static async Task SendAsync(Stream file, long bytes, Stream input, Action<long, long> progress, CancellationToken cancellation)
    {
        var buffer = new byte[PieceBytes];
        var sent = 0L;
        while (await file.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            await input.WriteAsync(buffer.AsMemory(0, count), cancellation);
            progress(sent += count, bytes);
        }
        await input.FlushAsync(cancellation);
    }

    private static string Line(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "it said nothing";
}

/// <summary>A host cannot be used as it is. Each lack is a sentence that says what to do.</summary>
internal sealed class HostRefusedException(IReadOnlyList<string> lacks) : Exception(string.Join(" ", lacks))
{
    public IReadOnlyList<string> Lacks => lacks;
}
