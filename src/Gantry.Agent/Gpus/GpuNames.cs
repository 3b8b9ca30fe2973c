namespace Gantry.Agent.Gpus;

/// <summary>
/// From what a tool calls a device to what configurations call it: the model without its maker, its memory and the shape of its board.
/// <c>NVIDIA A100-SXM4-80GB</c> is an <c>A100</c>, <c>NVIDIA GeForce RTX 4090</c> an <c>RTX4090</c>, <c>AMD Instinct MI300X OAM</c> an <c>MI300X</c>.
/// </summary>
internal static class GpuNames
{
    // Makers, families and boards: what does not tell models apart.
    private static readonly HashSet<string> Noise = new(StringComparer.OrdinalIgnoreCase)
    {
        "NVIDIA", "Tesla", "GeForce", "Quadro", "Graphics", "Device", "HGX", "PCIe", "PCI-E", "PCI", "SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6",
        "HBM2", "HBM2e", "HBM3", "HBM3e", "FHHL", "DGXS", "DGX", "Generation", "Server", "Workstation", "Edition", "Blackwell", "Max-Q", "Laptop", "GPU",
        "AMD", "Radeon", "Instinct", "OAM", "LC", "MBA", "HPE", "C2", "VF", "(MCM)", "[AMD/ATI]",
    };

    /// <summary>NVIDIA's name.</summary>
    public static string Nvidia(string name)
    {
        // A slice of a card: "A100-SXM4-80GB MIG 1g.10gb".
        var mig = name.IndexOf(" MIG ", StringComparison.OrdinalIgnoreCase);
        var words = Words(mig < 0 ? name : name[..mig]);
        // The RTX A6000 is known as A6000; what is RTX by number only is not: RTX6000, RTX4090.
        if (words is ["RTX", ['A', >= '0' and <= '9', ..], ..])
            words.RemoveAt(0);
        return Joined(words, name);
    }

    /// <summary>AMD's name.</summary>
    /// <param name="name">What the tool calls it; null where it does not tell.</param>
    /// <param name="deviceId">The PCI device, <c>0x74a1</c>; null where the tool does not tell.</param>
    public static string Amd(string? name, string? deviceId)
    {
        if (ByDevice(deviceId) is { } known)
            return known;
        if (name is null or "" or "N/A")
            return deviceId ?? "unknown";
        // The chip's name goes before that of the card: "Arcturus GL-XL [AMD Instinct MI100]".
        var open = name.IndexOf('[', StringComparison.Ordinal);
        var close = name.IndexOf(']', StringComparison.Ordinal);
        return Joined(Words(open >= 0 && close > open ? name[(open + 1)..close] : name), name);
    }

    /// <summary>Tenstorrent's name: the board without which of its chips it is ("n300 L").</summary>
    public static string Tenstorrent(string board) => board.Split(' ', 2)[0].ToLowerInvariant();

    // Some tools name a whole family for it ("AMD INSTINCT MI200 (MCM) OAM LC MBA HPE C2").
    private static string? ByDevice(string? deviceId) => deviceId?.ToLowerInvariant() switch
    {
        "0x738c" or "0x738e" => "MI100",
        "0x7408" or "0x740c" => "MI250X",
        "0x740f" or "0x7410" => "MI210",
        "0x74a0" => "MI300A",
        "0x74a1" or "0x74b5" => "MI300X",
        "0x74a5" or "0x74b9" => "MI325X",
        "0x75a0" => "MI350X",
        "0x75a3" => "MI355X",
        _ => null,
    };

    private static List<string> Words(string name) =>
        [.. name.Split([' ', '-', '/'], StringSplitOptions.RemoveEmptyEntries).Where(word => !Noise.Contains(word) && !IsSize(word))];

    private static string Joined(List<string> words, string name) => words.Count == 0 ? name.Trim() : string.Concat(words);

    private static bool IsSize(string word) =>
        word.EndsWith("GB", StringComparison.OrdinalIgnoreCase) && word[..^2].All(char.IsAsciiDigit);
}
