using Gantry.Agent.Spool;

namespace Gantry.Agent.Executors.Process;

/// <summary>The wrapper's script as a file of the spool. A shell reads its script as it goes on, so a file that shells run from is never changed: each version has its own name.</summary>
internal static class WrapperScript
{
    /// <summary>Puts it there if it is not, and returns its path.</summary>
    public static string Install(string spoolDirectory)
    {
        using var stream = typeof(WrapperScript).Assembly.GetManifestResourceStream("wrapper.sh")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var path = Path.Combine(spoolDirectory, $"wrapper-{Fingerprint(bytes):x8}.sh");
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            return path;
        SpoolFiles.WriteNew(path + ".tmp", bytes, flush: true);
        File.Move(path + ".tmp", path, overwrite: true);
        return path;
    }

    // FNV-1a: tells versions apart, and does not load a cryptographic library into every agent for it.
    private static uint Fingerprint(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes)
            hash = (hash ^ b) * 16777619u;
        return hash;
    }
}
