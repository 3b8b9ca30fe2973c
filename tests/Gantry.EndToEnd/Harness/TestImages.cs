using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>The images of tests: made here, since nothing can be fetched.</summary>
public static class TestImages
{
    /// <summary>An image with a shell and busybox's tools. Its user <c>app</c> is 1000.</summary>
    public const string Tools = "tools";

    private const string Busybox = "busybox";

    /// <summary>A busybox that needs no libraries; null where there is none.</summary>
    public static string? StaticBusybox { get; } =
        Find(Busybox) is { } path && File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.ASCII.GetBytes("/ld-linux")) < 0 ? path : null;

    /// <summary>Puts what <see cref="Tools"/> holds into a folder.</summary>
    public static void FillTools(string root)
    {
        var bin = Directory.CreateDirectory(Path.Combine(root, "bin")).FullName;
        File.Copy(StaticBusybox!, Path.Combine(bin, Busybox));
        foreach (var applet in SshNetwork.Run(StaticBusybox!, "--list").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(applet => applet != Busybox))
            File.CreateSymbolicLink(Path.Combine(bin, applet), Busybox);
        Directory.CreateDirectory(Path.Combine(root, "tmp"));
        Directory.CreateDirectory(Path.Combine(root, "etc"));
        File.WriteAllText(Path.Combine(root, "etc", "passwd"), "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n");
    }

    /// <summary>Writes what is put into a folder as a tar that <c>docker import</c> takes.</summary>
    public static void WriteTar(string tar, Action<string> fill)
    {
        var root = Directory.CreateTempSubdirectory("gd-image-").FullName;
        fill(root);
        SshNetwork.Run("tar", "-C", root, "-cf", tar, ".");
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Where a program of this machine is; null when it is not.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
