using System.Formats.Tar;
using System.Globalization;
using System.Text;
using Gantry.Agent.Content;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Ssh;

/// <summary>
/// What a job gets so that <c>ssh ADDRESS</c> of another node works there: the run's key, the hosts' keys, and a configuration that names them. Nobody's home is touched: it may be shared with other runs.
/// </summary>
internal static class NodeSshClient
{
    /// <summary>Where it is in a container.</summary>
    public const string ContainerDirectory = "/etc/gantry/ssh";

    // dstack's name for it.
    private const string KeyName = "dstack_job";
    private const string SystemConfig = "/etc/ssh/ssh_config";
    private static readonly string[] Programs = ["ssh", "scp", "sftp"];

    /// <summary>The configuration.</summary>
    /// <param name="ssh">The nodes.</param>
    /// <param name="directory">Where the files are for whoever reads it.</param>
    public static string Config(NodeSsh ssh, string directory)
    {
        var text = new StringBuilder("# Written by Gantry: the nodes of this run.\n");
        foreach (var node in ssh.Nodes.DistinctBy(node => node.Address))
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                Host {node.Address}
                    User {node.User}
                    Port {ssh.Port}
                    IdentityFile {directory}/{KeyName}
                    IdentitiesOnly yes
                    UserKnownHostsFile {directory}/known_hosts
                    GlobalKnownHostsFile /dev/null
                    StrictHostKeyChecking yes
                    BatchMode yes
                    LogLevel ERROR

                """);
        }
        return text.ToString();
    }

    /// <summary>The hosts' keys.</summary>
    public static string KnownHosts(NodeSsh ssh) => string.Concat(
        ssh.Nodes.DistinctBy(node => node.Address).Select(node => string.Create(CultureInfo.InvariantCulture, $"[{node.Address}]:{ssh.Port} {node.HostKey}\n")));

    /// <summary>
    /// Puts it into a container that does not run yet, for the image's own OpenSSH client: system-wide, so that it serves every user and no home. The key belongs to the job's user.
    /// </summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    public static async Task PutAsync(DockerContainers containers, string name, JobOrder order, DockerConfig? image, CancellationToken cancellation)
    {
        if (order.NodeSsh is not { } ssh)
            return;
        var owner = await ContainerOwner.FindAsync(containers, name, order.User ?? image?.User, cancellation);
        var system = await containers.ReadFileAsync(name, SystemConfig, cancellation) ?? "";
        await containers.UnpackAsync(
            name,
            async body =>
            {
                await using var tar = new TarWriter(body, TarEntryFormat.Gnu, leaveOpen: true);
                await tar.WriteEntryAsync(new GnuTarEntry(TarEntryType.Directory, "etc/gantry/ssh/") { Mode = ForAll | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute }, cancellation);
                await WriteAsync("etc/gantry/ssh/config", Config(ssh, ContainerDirectory), ForAll, FileOwner.Root);
                await WriteAsync("etc/gantry/ssh/known_hosts", KnownHosts(ssh), ForAll, FileOwner.Root);
                await WriteAsync($"etc/gantry/ssh/{KeyName}", ssh.UserKey, UnixFileMode.UserRead, owner);
                await WriteAsync(SystemConfig[1..], $"Include {ContainerDirectory}/config\n{system}", ForAll, FileOwner.Root);

                async Task WriteAsync(string path, string text, UnixFileMode mode, FileOwner of) => await tar.WriteEntryAsync(
                    new GnuTarEntry(TarEntryType.RegularFile, path) { Mode = mode, Uid = of.Uid, Gid = of.Gid, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) }, cancellation);
            },
            cancellation);
    }

    /// <summary>Where it is for a job that runs as a process. Another user can not look into the spool.</summary>
    public static string DirectoryOf(JobSpool spool, UnixAccount? account) => account is null ? spool.NodeSshDirectory : Shared(spool.JobId);

    /// <summary>Makes it for a process: programs of the names <c>ssh</c>, <c>scp</c> and <c>sftp</c>, to come first on its PATH, that are the host's own with the configuration.</summary>
    /// <exception cref="IOException">It can not be written.</exception>
    public static void Make(JobSpool spool, JobOrder order, UnixAccount? account)
    {
        if (order.NodeSsh is not { } ssh)
            return;
        var directory = DirectoryOf(spool, account);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory, OwnersOnly);
        Directory.CreateDirectory(Path.Combine(directory, "bin"), OwnersOnly);
        // What else this host and the job's user say about ssh goes on to hold.
        Write("config", Config(ssh, directory) + $"Host *\n    Include {(account is null ? "~" : account.Home)}/.ssh/config\n    Include {SystemConfig}\n");
        Write("known_hosts", KnownHosts(ssh));
        Write(KeyName, ssh.UserKey);
        foreach (var program in Programs)
        {
            if (HostTools.Search(program) is { } path)
            {
                Write($"bin/{program}", $"#!/bin/sh\nexec {StartScript.Quote(path)} -F {StartScript.Quote(directory + "/config")} \"$@\"\n");
                File.SetUnixFileMode(Path.Combine(directory, "bin", program), OwnersOnly);
            }
        }
        Give(directory);
        Give(Path.Combine(directory, "bin"));

        void Write(string name, string text)
        {
            var path = Path.Combine(directory, name);
            SpoolFiles.WriteNew(path, Encoding.UTF8.GetBytes(text));
            Give(path);
        }

        void Give(string path)
        {
            if (account is not null && Libc.chown(path, account.Uid, account.Gid) != 0)
                throw Libc.Error("Cannot hand the files of ssh to the job's user");
        }
    }

    /// <summary>Removes what a process had outside of its spool.</summary>
    public static void Remove(Guid jobId)
    {
        if (Directory.Exists(Shared(jobId)))
            Directory.Delete(Shared(jobId), recursive: true);
    }

    private static string Shared(Guid jobId) => $"/tmp/gantry-ssh-{jobId}";

    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
}
