using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>
/// A migration of another tool on its way to becoming a <see cref="Migration"/>: stretches of files, without Gantry's directives, which in another
/// tool's files would be ordinary comments.
/// </summary>
/// <param name="FullName">As its files name it.</param>
/// <param name="Name">What it is called beside its number.</param>
/// <param name="Up">What goes forward.</param>
/// <param name="Down">What goes back; null when there is no way back.</param>
internal sealed record ForeignMigration(string FullName, string Name, MigrationScript Up, MigrationScript? Down = null)
{
    /// <summary>A file as a whole is one script.</summary>
    public static MigrationScript Whole(SourceText source) => Script(source, [new SourceSpan(0, source.Text.Length)]);

    /// <summary>These stretches of a file are one script; those without any text are left out.</summary>
    public static MigrationScript Script(SourceText source, IEnumerable<SourceSpan> spans, StepKind kind = StepKind.Plain) =>
        new(source, [.. spans.Where(span => !source.Slice(span).IsWhiteSpace()).Select((span, index) => new MigrationStep(index + 1, kind, span))]);

    /// <summary>Numbers them by their order.</summary>
    /// <param name="path">Where they were read.</param>
    /// <param name="layout">How they are laid out there.</param>
    /// <param name="migrations">In order.</param>
    /// <param name="dialect">What they are written for; null when nobody said.</param>
    public static MigrationSet Number(string path, MigrationLayout layout, IEnumerable<ForeignMigration> migrations, Dialect? dialect) =>
        new(path, layout, [.. migrations.Select((migration, index) => migration.ToMigration(index + 1, dialect))]);

    private Migration ToMigration(int revision, Dialect? dialect) => new()
    {
        Revision = revision,
        Name = Name,
        FullName = FullName,
        Up = For(Up, dialect),
        Down = For(Down, dialect),
        Checksum = ScriptFile.Checksum(Up.Steps.Select(step => Up.Source.Slice(step.Span).ToString())),
    };

    private static Dictionary<Dialect, MigrationScript> For(MigrationScript? script, Dialect? dialect)
    {
        var scripts = new Dictionary<Dialect, MigrationScript>();
        if (script is not null)
            foreach (var engine in Enum.GetValues<Dialect>())
                if (dialect is null || dialect == engine)
                    scripts[engine] = script;
        return scripts;
    }
}
