using Gantry.Migrations.Files;

namespace Gantry.Migrations.Check;

/// <summary>What a check looks at, and how strictly.</summary>
public sealed record CheckOptions
{
    /// <summary>Ids of rules that are not to report.</summary>
    public IReadOnlySet<string> Off { get; init; } = new HashSet<string>();

    /// <summary>Every warning counts as an error.</summary>
    public bool WarningsAsErrors { get; init; }

    /// <summary>Findings are reported from this revision on; those before only build the schema. 1 for all.</summary>
    public int FirstRevision { get; init; } = 1;

    /// <summary>Findings are reported up to this revision; what comes later is read, and not reported. The last one if not set.</summary>
    public int LastRevision { get; init; } = int.MaxValue;

    /// <summary>The migrations that were released, with their checksums; null when the project keeps no lock file.</summary>
    public MigrationsLock? Lock { get; init; }
}
