using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Migrations.Check;

/// <summary>What the check says of pending migrations, asked by an upgrade before it changes anything.</summary>
public static class CheckBeforeUpgrade
{
    /// <summary>The look, for <see cref="UpgradeOptions.Check"/>.</summary>
    /// <param name="set">All migrations: those that were applied make the schema that the pending ones meet.</param>
    public static UpgradeCheck Of(MigrationSet set) => (pending, revision, dialect, _) =>
    {
        var report = Checker.Check(set, start: null, dialect, new CheckOptions { FirstRevision = revision + 1, Lock = MigrationsLock.Read(set) });
        // Warnings stop nobody, nor does what comes after the revision that was asked for: they would only hide what does.
        var later = set.Migrations.Skip(pending[^1].Revision).SelectMany(migration => migration.Up.Values.Concat(migration.Down.Values)).Select(script => script.Source).ToHashSet();
        var errors = report.Findings.Where(finding => finding.Severity == Severity.Error && !later.Contains(finding.Source)).ToList();
        if (errors.Count == 0)
            return ValueTask.FromResult<string?>(null);
        var text = new StringWriter();
        (report with { Findings = errors }).Write(text, CheckFormat.Text);
        return ValueTask.FromResult<string?>($"the check refuses what is pending:\n{text.ToString().TrimEnd()}");
    };
}
