using System.Diagnostics;

namespace Gantry.Storage.Tests;

/// <summary>A real file system that is small: a tmpfs, which needs root. A file of ballast makes room when it is thrown off.</summary>
internal sealed class SmallDisk : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("gantry-small-disk-").FullName;

    private string Ballast => Path.Combine(Root, "ballast");

    public SmallDisk(int kilobytes) => Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Root);

    public void Load(int kilobytes) => File.WriteAllBytes(Ballast, new byte[kilobytes * 1024]);

    public void ThrowOffBallast() => File.Delete(Ballast);

    public void Dispose()
    {
        Run("umount", "--lazy", Root);
        Directory.Delete(Root);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: this test needs root");
    }
}
