using Gantry.Migrations.Check;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Cli.Databases;

/// <summary>What <c>gantry db check</c> says of pending migrations, asked by the upgrade before it changes anything.</summary>
internal static class UpgradeChecks
{
    public static UpgradeCheck Of(MigrationSet set) => (pending, revision, dialect, _) =>
    {
        var report = Checker.Check(set, start: null, dialect, new CheckOptions { FirstRevision = revision + 1, Lock = MigrationsLock.Read(set) });
        if (report.Passed)
            return ValueTask.FromResult<string?>(null);
        var text = new StringWriter();
        report.Write(text, CheckFormat.Text);
        return ValueTask.FromResult<string?>($"`gantry db check` refuses what is pending:\n{text.ToString().TrimEnd()}");
    };
}
