namespace Gantry.Model.Values;

/// <summary>
/// GPUs as text: up to four parts joined by colons, each optional: vendor, names, memory of each, count:
/// <c>1</c>, <c>H100</c>, <c>H100:1..2</c>, <c>A10G,A100</c>, <c>24GB..40GB:2</c>, <c>nvidia:80GB:8</c>, <c>tpu:v2-8</c>, <c>tt:32</c>.
/// </summary>
public static class GpuSpecText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed =
        "parts joined by colons, each optional: a vendor (nvidia, amd, tpu, intel, tt), names (H100 or A10G,A100), memory (80GB, 24GB..) and a count (2, 1..4)";

    /// <summary>What a configuration that says nothing asks of a fleet: any number of GPUs, also none.</summary>
    public static GpuSpec Default { get; } = new() { Count = new Range<int>(0, null) };

    /// <summary>Reads GPUs.</summary>
    public static Parsed<GpuSpec> Parse(string text)
    {
        GpuVendor? vendor = null;
        IReadOnlyList<string>? names = null;
        Range<double>? memory = null;
        Range<int>? count = null;
        foreach (var token in text.Split(':', StringSplitOptions.TrimEntries))
        {
            if (token.Length == 0)
                return Parsed.Error<GpuSpec>("has an empty part");
            if (ParseVendor(token) is { } named)
            {
                if (vendor is not null)
                    return Parsed.Error<GpuSpec>("names two vendors");
                vendor = named;
            }
            else if (IsCount(token))
            {
                if (count is not null)
                    return Parsed.Error<GpuSpec>("has two counts");
                var parsed = RangeText.ParseCounts(token);
                if (!parsed.Ok)
                    return Parsed.Error<GpuSpec>($"has a count \"{token}\" that {parsed.Error}");
                count = parsed.Value;
            }
            else if (IsMemory(token))
            {
                if (memory is not null)
                    return Parsed.Error<GpuSpec>("has two memory sizes");
                var parsed = RangeText.ParseSizes(token);
                if (!parsed.Ok)
                    return Parsed.Error<GpuSpec>($"has a memory size \"{token}\" that {parsed.Error}");
                memory = parsed.Value;
            }
            else
            {
                if (names is not null)
                    return Parsed.Error<GpuSpec>("has two parts with names: separate names by commas");
                string[] list = token.Split(',', StringSplitOptions.TrimEntries);
                if (Array.Find(list, name => !IsName(name)) is { } wrong)
                    return Parsed.Error<GpuSpec>(wrong.Length == 0 ? "has an empty name" : $"has a part \"{wrong}\" that is neither a name, a size nor a count");
                names = list;
            }
        }
        return Parsed.Ok(new GpuSpec { Vendor = vendor, Names = names, Memory = memory, Count = count ?? new GpuSpec().Count });
    }

    /// <summary>
    /// The short form, with the count always shown. What only the long form can say (<see cref="GpuSpec.TotalMemory"/>,
    /// <see cref="GpuSpec.ComputeCapability"/>) is not in it.
    /// </summary>
    public static string Print(GpuSpec gpu)
    {
        var parts = new List<string>(4);
        if (gpu.Vendor is { } vendor)
            parts.Add(PrintVendor(vendor));
        if (gpu.Names is { Count: > 0 } names)
            parts.Add(string.Join(',', names));
        if (gpu.Memory is { } memory)
            parts.Add(RangeText.Print(memory));
        parts.Add(RangeText.Print(gpu.Count));
        return string.Join(':', parts);
    }

    /// <summary>A vendor by its name or alias (<c>tpu</c>, <c>tt</c>), in any case; null for anything else.</summary>
    public static GpuVendor? ParseVendor(string text) => text.ToLowerInvariant() switch
    {
        "tpu" => GpuVendor.Google,
        "tt" => GpuVendor.Tenstorrent,
        var name => WireName.Parse<GpuVendor>(name),
    };

    /// <summary>Whether text can be a GPU's name: it starts with a letter or digit, holds no separator, and reads neither as a vendor, a size nor a count.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 100
        && char.IsAsciiLetterOrDigit(text[0])
        && !text.AsSpan().ContainsAnyExcept(NameCharacters)
        && !text.Contains("..", StringComparison.Ordinal)
        && ParseVendor(text) is null
        && !IsCount(text)
        && !IsMemory(text);

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_. ");

    private static readonly System.Buffers.SearchValues<char> CountCharacters = System.Buffers.SearchValues.Create("0123456789.");

    private static string PrintVendor(GpuVendor vendor) => vendor switch
    {
        GpuVendor.Google => "tpu",
        GpuVendor.Tenstorrent => "tt",
        _ => WireName.Of(vendor),
    };

    private static bool IsCount(string token) => !token.AsSpan().ContainsAnyExcept(CountCharacters);

    // A size needs its unit here: a bare number is a count. "24..80GB" has one; "3090" has none and is a count (names with letters only).
    private static bool IsMemory(string token)
    {
        var dots = token.IndexOf("..", StringComparison.Ordinal);
        return dots < 0
            ? char.IsAsciiDigit(token[0]) && MemorySize.HasUnit(token) && MemorySize.Parse(token).Ok
            : MemorySize.HasUnit(token.AsSpan(0, dots)) || MemorySize.HasUnit(token.AsSpan(dots));
    }
}
