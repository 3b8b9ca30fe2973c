using System.Diagnostics;

namespace Gantry.Migrations.Tests.Upgrade;

/// <summary>A real file system that is small (a tmpfs) or one that is read-only (a bind mount): both need root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly List<string> _mounts = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("gantry-small-disk-").FullName;

    private string Ballast => Path.Combine(Root, "ballast");

    private SmallDisk()
    {
    }

    public static bool Available => Environment.UserName == "root";

    public static SmallDisk OfKilobytes(int kilobytes, string? owner = null)
    {
        var disk = new SmallDisk();
        disk.Mount("-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs");
        if (owner is not null)
            Run("chown", owner, disk.Root);
        return disk;
    }

    /// <summary>The same folder, in which nothing can be written.</summary>
    public static SmallDisk ReadOnly(string folder)
    {
        var disk = new SmallDisk();
        disk.Mount("--bind", folder);
        Run("mount", "-o", "remount,ro,bind", disk.Root);
        return disk;
    }

    /// <summary>Takes room away.</summary>
    public void Load(long bytes) => File.WriteAllBytes(Ballast, new byte[bytes]);

    public long Free => new DriveInfo(Root).AvailableFreeSpace;

    /// <summary>Gives it back.</summary>
    public void ThrowOffBallast() => File.Delete(Ballast);

    public void Dispose()
    {
        foreach (var mount in _mounts)
            Run("umount", "--lazy", mount);
        Directory.Delete(Root);
    }

    private void Mount(params string[] arguments)
    {
        Run("mount", [.. arguments, Root]);
        _mounts.Add(Root);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: this test needs root");
    }
}
