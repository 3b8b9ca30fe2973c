using System.Formats.Tar;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;

namespace Gantry.Agent.Content;

/// <summary>Unpacks archives on the host, for a job that runs as a process.</summary>
internal static class HostUnpack
{
    /// <summary>Unpacks one to an absolute path. What is there already and is not in the archive stays.</summary>
    /// <exception cref="StartRefusedException">It can not be.</exception>
    /// <exception cref="Jobs.NoRoomException">The disk is full.</exception>
    public static Task RunAsync(string archivePath, string target, UnixAccount? account, CancellationToken cancellation) => RunAsync(
        async writer =>
        {
            await using var archive = File.OpenRead(archivePath);
            await ArchiveTree.CopyAsync(archive, writer, target, withRoot: !Directory.Exists(target), FileOwner.Root, cancellation);
        },
        $"files could not be put to {target}", account, cancellation);

    /// <summary>Unpacks what is written, whose names are relative to the root.</summary>
    /// <param name="write">Writes it.</param>
    /// <param name="failure">What it means when it fails, as the beginning of a sentence in lower case.</param>
    /// <param name="account">Whom to unpack as; null for the agent's own user.</param>
    /// <param name="cancellation">Gives it up.</param>
    public static async Task RunAsync(Func<TarWriter, Task> write, string failure, UnixAccount? account, CancellationToken cancellation)
    {
        var tar = HostTools.Search("tar") ?? throw new StartRefusedException("The job brings files, which needs the program tar, and this host has none. The job was not started.");
        var (status, complaint) = await HostCommand.RunAsync(
            [tar, "-x", "-o", "-f", "-", "-C", "/"], account, environment: null,
            async input =>
            {
                await using var writer = new TarWriter(input, TarEntryFormat.Gnu, leaveOpen: true);
                await write(writer);
            },
            cancellation);
        if (status != 0)
            throw HostCommand.Failed(failure, complaint);
    }
}
