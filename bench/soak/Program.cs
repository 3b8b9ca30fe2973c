// Long campaigns against the real executables and engines, in folders of their own under /tmp. Each ends with exit code 0 if nothing was wrong, and
// says with which seed it can be repeated.
//
//   dotnet run --project bench/soak -- kill [--seed N] [--tasks 50] [--kills 100]   server and agent killed (-9) at random moments
//   dotnet run --project bench/soak -- hosts [--seed N] [--tasks 40] [--faults 30]  hosts cut off, rebooted, their agents and Dockers killed, at random moments
//   dotnet run --project bench/soak -- output [--megabytes 1024]                    a job that writes so much at full speed
//   dotnet run --project bench/soak -- cuts [--seed N] [--minutes 10]               hosts cut off for around their lease, while agents, guards and the server are killed
//   dotnet run --project bench/soak -- upgrade [--seed N] [--moments 200] [--rows 100000]   upgraders killed (-9) in a batched backfill, both engines
//   dotnet run --project bench/soak -- fuzz [--seed N] [--minutes 10]               what `gantry db check` proves of subqueries never gives two rows
using System.Diagnostics;
using System.Globalization;
using Gantry.EndToEnd.Harness;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Testing;
using Gantry.Testing.SubqueryFuzz;


const string usage = "usage: kill [--seed N] [--tasks N] [--kills N] | hosts [--seed N] [--tasks N] [--faults N] | output [--megabytes N] | cuts [--seed N] [--minutes N] | upgrade [--seed N] [--moments N] [--rows N] | fuzz [--seed N] [--minutes N]";
var options = new Dictionary<string, int>();
for (var i = 1; i + 1 < args.Length; i += 2)
{
    if (!args[i].StartsWith("--", StringComparison.Ordinal) || !int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        return Usage();
    options[args[i][2..]] = value;
}

switch (args.FirstOrDefault())
{
    case "kill":
        {
            await using var home = new GantryHome();
            var campaign = new Gantry.EndToEnd.Harness.KillCampaign(home, Option("seed", Random.Shared.Next(1, 1_000_000)), Option("tasks", 50), Option("kills", 100));
            var (wrong, summary) = await campaign.Run(line => Console.WriteLine($"  {line}"));
            return Report(home, wrong, summary);
        }
    case "cuts":
        {
            if (!SshNetwork.IsPossible)
            {
                Console.WriteLine(SshNetwork.Needs);
                return 1;
            }
            await using var network = new SshNetwork();
            await using var home = new GantryHome();
            if (AgentFolder.Path is { } agents)
                home.Environment["GANTRY_AGENTS"] = agents;
            var (wrong, summary) = await new CutCampaign(home, network, Option("seed", Random.Shared.Next(1, 1_000_000)), Option("minutes", 10)).Run(line => Console.WriteLine($"  {line}"));
            return Report(home, wrong, summary);
        }
    case "hosts":
        {
            if (!SshNetwork.IsPossible)
            {
                Console.WriteLine(SshNetwork.Needs);
                return 1;
            }
            await using var network = new SshNetwork();
            await using var home = new GantryHome();
            var campaign = new HostCampaign(home, network, Option("seed", Random.Shared.Next(1, 1_000_000)), Option("tasks", 40), Option("faults", 30));
            var (wrong, summary) = await campaign.Run(line => Console.WriteLine($"  {line}"));
            return Report(home, wrong, summary);
        }
    case "output":
        {
            await using var home = new GantryHome();
            await home.StartServer();
            var megabytes = Option("megabytes", 1024);
            var big = await BigOutput.Run(home, "big", (long)megabytes << 20);
            var isWhole = big.ExpectedHash == big.AppliedHash && big.ExpectedHash == big.StoredHash;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(isWhole ? "ok" : "WRONG")}: {megabytes} MB in {big.Seconds:0.0} s ({megabytes / big.Seconds:0} MB/s), the most memory: server {big.ServerPeakBytes >> 20} MB, agent {big.AgentPeakBytes >> 20} MB"));
            return isWhole ? 0 : 1;
        }
    case "upgrade":
        {
            var (seed, moments, rows) = (Option("seed", Random.Shared.Next(1, 1_000_000)), Option("moments", 200), Option("rows", 100_000));
            await using var cluster = await PrivateCluster.StartAsync();
            try
            {
                foreach (var dialect in new[] { Dialect.Sqlite, Dialect.Postgres })
                {
                    var campaign = new Gantry.Testing.KillCampaign(dialect, dialect == Dialect.Postgres ? cluster : null, Upgrader);
                    await campaign.RunAsync(moments, rows, seed, line => Console.WriteLine($"  {line}"));
                    Console.WriteLine($"ok: {dialect}, seed {seed}, {moments} databases of {rows} rows, {campaign.Killed} upgraders killed at work, contents identical to an undisturbed run");
                }
                return 0;
            }
            catch (InvalidOperationException wrong)
            {
                Console.WriteLine($"WRONG {wrong.Message}");
                return 1;
            }
        }
    case "fuzz":
        {
            var (seed, time) = (Option("seed", Random.Shared.Next(1, 1_000_000)), TimeSpan.FromMinutes(Option("minutes", 10)) / 2);
            await using var cluster = await PrivateCluster.StartAsync();
            var postgres = DatabaseAddress.Parse(await cluster.CreateDatabaseAsync()).ConnectionString;
            var misses = 0;
            foreach (var (engine, connection) in new[] { ("SQLite", null), ("PostgreSQL", postgres) })
            {
                var result = await SubqueryFuzz.RunAsync(seed, time, int.MaxValue - seed, connection);
                Console.WriteLine($"{(result.Misses.Count == 0 ? "ok" : "WRONG")}: {engine}, from seed {seed}: {result}");
                misses += result.Misses.Count;
            }
            return misses == 0 ? 0 : 1;
        }
    default:
        return Usage();
}

// The command itself: this program's own file locks are turned off.
static ProcessStartInfo Upgrader(string database, string folder) => new(
    Path.Combine(Checkout.BuildFolder, "gantry"), ["db", "upgrade", "--no-check", "--no-backup", "--database", database, "--migrations", folder])
{
    WorkingDirectory = Path.GetTempPath(),
    Environment = { ["DOTNET_ROOT"] = Checkout.DotnetRoot },
};

static int Report(GantryHome home, IReadOnlyList<string> wrong, string summary)
{
    foreach (var line in wrong)
        Console.WriteLine($"WRONG {line}");
    if (wrong.Count > 0)
        Console.WriteLine(home.Logs());
    Console.WriteLine($"{(wrong.Count == 0 ? "ok" : $"{wrong.Count} WRONG")}: {summary}");
    return wrong.Count == 0 ? 0 : 1;
}

int Option(string name, int otherwise) => options.GetValueOrDefault(name, otherwise);

static int Usage()
{
    Console.Error.WriteLine(usage);
    return 2;
}
