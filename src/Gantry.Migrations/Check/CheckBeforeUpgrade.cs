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
        var asked = new CheckOptions { FirstRevision = revision + 1, LastRevision = pending[^1].Revision, Lock = MigrationsLock.Read(set) };
        var report = Checker.Check(set, start: null, dialect, asked);
        if (report.Passed)
            return ValueTask.FromResult<string?>(null);
        // Warnings stop nobody: they would only hide what does.
        var text = new StringWriter();
        (report with { Findings = [.. report.Findings.Where(finding => finding.Severity == Severity.Error)] }).Write(text, CheckFormat.Text);
        return ValueTask.FromResult<string?>($"the check refuses what is pending:\n{text.ToString().TrimEnd()}");
    };
}
