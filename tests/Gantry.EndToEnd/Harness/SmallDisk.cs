using System.Diagnostics;

namespace Gantry.EndToEnd.Harness;

/// <summary>A small file system of its own (tmpfs) at a folder, to be filled. Needs root.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly string path;

    /// <summary>Mounts it.</summary>
    public SmallDisk(string path, int megabytes)
    {
        this.path = path;
        Directory.CreateDirectory(path);
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=700", "gantry-test", path);
    }

    /// <summary>Whether this machine lets this user mount one.</summary>
    public static bool IsPossible { get; } = Try();

    /// <summary>Why not, for the test's skip message.</summary>
    public const string Needs = "needs root and the right to mount a tmpfs";

    /// <summary>Takes the rest of the room with a file.</summary>
    public void Fill()
    {
        using var file = File.Create(Path.Combine(path, "ballast"));
        var piece = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(piece);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: that is what was wanted.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(Path.Combine(path, "ballast"));

    /// <summary>Makes it larger.</summary>
    public void Grow(int megabytes) => Run("mount", "-o", $"remount,size={megabytes}m", path);

    /// <summary>Unmounts it, even while someone still holds a file of it.</summary>
    public void Dispose() => Run("umount", "-l", path);

    private static bool Try()
    {
        var probe = Directory.CreateTempSubdirectory("g-mount-");
        try
        {
            new SmallDisk(probe.FullName, 1).Dispose();
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
        finally
        {
            probe.Delete();
        }
    }

    private static void Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {error}");
    }
}
