using System.Diagnostics;
using System.Globalization;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Testing;

/// <summary>
/// An upgrader in a process of its own, which a test can kill: the test's own executable, started with a word that no runner knows. Its first line tells that
/// it is at work, its last what it applied, how long that took and how long it held locks.
/// </summary>
internal static class UpgraderProcess
{
    public const string Word = "run-upgrader";

    /// <summary>How to start one.</summary>
    public static ProcessStartInfo Start(string database, string folder) => new(Environment.ProcessPath!, [Word, database, folder])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };

    /// <summary>What it does.</summary>
    /// <returns>0; 1 when the upgrade failed.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        // Batches of the size that the migration says, unless the third word gives a limit in milliseconds.
        var longest = TimeSpan.FromMilliseconds(arguments.Length > 3 ? int.Parse(arguments[3], CultureInfo.InvariantCulture) : 60_000);
        var options = new UpgradeOptions { Backup = false, WriteReport = false, LongestLock = longest };
        var lines = new Lines(quiet: arguments.Length > 3);
        var clock = Stopwatch.StartNew();
        var upgrader = new Upgrader(DatabaseAddress.Parse(arguments[1]), MigrationFolder.Read(arguments[2]), options, lines, TimeProvider.System);
        try
        {
            var result = await upgrader.UpgradeAsync();
            Console.WriteLine($"applied {result.Applied.Count} in {clock.ElapsedMilliseconds} ms, {lines.Batches} batches, longest lock {lines.Longest.TotalMilliseconds:0.0} ms, with {Loaded()}");
            return 0;
        }
        catch (MigrationException error)
        {
            Console.WriteLine(error.Message);
            return 1;
        }
    }

    /// <summary>Which of the engines' providers this process has loaded: a start on SQLite must not pay for the other one.</summary>
    private static string Loaded() => string.Join(' ', AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name).Where(name => name is "Npgsql" or "Microsoft.Data.Sqlite").Order());

    private sealed class Lines(bool quiet) : IUpgradeProgress
    {
        public TimeSpan Longest { get; private set; }

        public int Batches { get; private set; }

        public void Report(UpgradeEvent happened)
        {
            if (happened is UpgradeEvent.BatchDone batch)
                (Longest, Batches) = (batch.Held > Longest ? batch.Held : Longest, Batches + 1);
            if (!quiet && happened is not UpgradeEvent.StatementDone)
                Console.WriteLine(happened.GetType().Name);
        }
    }
}
