namespace Gantry.Model.Values;

/// <summary>CPUs as text: <c>4</c>, <c>2..8</c>, <c>x86:16..</c>, <c>arm:8..</c>, <c>arm</c>.</summary>
public static class CpuSpecText
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "a number or range of CPUs such as 4, 2..8 or 16.., optionally with x86: or arm: in front";

    /// <summary>What a configuration that says nothing asks of a fleet: 2 CPUs or more.</summary>
    public static CpuSpec Default { get; } = new(null, new Range<int>(2, null));

    /// <summary>Reads CPUs.</summary>
    public static Parsed<CpuSpec> Parse(string text)
    {
        CpuArchitecture? arch = null;
        Range<int>? count = null;
        foreach (var token in text.Split(':', StringSplitOptions.TrimEntries))
        {
            if (WireName.Parse<CpuArchitecture>(token.ToLowerInvariant()) is { } named)
            {
                if (arch is not null)
                    return Parsed.Error<CpuSpec>("names two architectures");
                arch = named;
                continue;
            }
            if (count is not null)
                return Parsed.Error<CpuSpec>("has two counts");
            var parsed = RangeText.ParseCounts(token);
            if (!parsed.Ok)
                return Parsed.Error<CpuSpec>(token.Length == 0 ? "has an empty part" : $"has a part \"{token}\" that {parsed.Error}");
            count = parsed.Value;
        }
        return Parsed.Ok(new CpuSpec(arch, count ?? Default.Count));
    }

    /// <summary><c>x86:16..</c> or <c>16..</c>.</summary>
    public static string Print(CpuSpec cpu) =>
        (cpu.Arch is { } arch ? WireName.Of(arch) + ":" : "") + RangeText.Print(cpu.Count);
}
