using Gantry.Migrations.Databases;

namespace Gantry.Migrations.Upgrade;

/// <summary>The report as a file: beside the SQLite database, or in the current folder for PostgreSQL.</summary>
internal static class UpgradeReportFile
{
    private const string Name = "gantry-upgrade-report.json";

    /// <summary>Where it is; null when it could not be written, which must not hide what it tells of.</summary>
    public static string? Write(UpgradeReport report, DatabaseAddress database, UpgradeOptions options)
    {
        if (!options.WriteReport || database.Dialect == Dialect.Sqlite && database.File is null)
            return null;
        try
        {
            File.WriteAllText(Place(database, options), report.ToJson() + "\n");
            return Place(database, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes an old report of this database away: it went well since.</summary>
    public static void Forget(DatabaseAddress database, UpgradeOptions options)
    {
        try
        {
            if (options.WriteReport && (database.File ?? options.ReportFolder) is not null)
                File.Delete(Place(database, options));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string Place(DatabaseAddress database, UpgradeOptions options) =>
        Path.GetFullPath(Path.Combine(options.ReportFolder ?? (database.File is { } file ? Path.GetDirectoryName(file)! : "."), Name));
}
