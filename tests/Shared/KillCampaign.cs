using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gantry.Migrations;
using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;

namespace Gantry.Testing;

/// <summary>
/// Kills upgraders at random moments of a batched backfill and lets others finish: each database must end up with the contents of one that nobody disturbed,
/// every row gone through exactly once.
/// </summary>
internal sealed class KillCampaign(Dialect dialect, PrivateCluster? cluster, Func<string, string, ProcessStartInfo> upgrader)
{
    private const string Before = """
        CREATE TABLE projects (id INTEGER PRIMARY KEY, owner TEXT NOT NULL);
        CREATE TABLE volumes (id INTEGER PRIMARY KEY, project_id INTEGER NOT NULL REFERENCES projects (id), touched INTEGER NOT NULL DEFAULT 0);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO projects SELECT i, 'owner ' || i FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) INSERT INTO volumes (id, project_id) SELECT i, i % 100 + 1 FROM n;
        """;

    private const string Up = """
        -- step: expand
        ALTER TABLE volumes ADD COLUMN owner TEXT;
        -- step: backfill table=volumes key=id batch=500
        UPDATE volumes SET touched = touched + 1, owner = (SELECT p.owner FROM projects p WHERE p.id = volumes.project_id);
        -- step: concurrent
        CREATE INDEX CONCURRENTLY ix_volumes_owner ON volumes (owner);
        -- step: verify none
        SELECT id FROM volumes WHERE owner IS NULL OR touched <> 1;
        """;

    private const string Down = "DROP INDEX ix_volumes_owner; ALTER TABLE volumes DROP COLUMN owner; UPDATE volumes SET touched = 0;";

    /// <summary>How many upgraders were killed while they were at work.</summary>
    public int Killed { get; private set; }

    /// <summary>Runs it.</summary>
    /// <param name="moments">How many databases are disturbed.</param>
    /// <param name="rows">How many rows the backfill has.</param>
    /// <param name="seed">The same seed gives the same moments.</param>
    /// <param name="log">Told after each.</param>
    /// <exception cref="InvalidOperationException">A database did not end up as it should.</exception>
    public async Task RunAsync(int moments, int rows, int seed, Action<string> log)
    {
        var root = Directory.CreateTempSubdirectory("gantry-kills-").FullName;
        try
        {
            var folder = await MigrationsAsync(root, rows);
            var template = await TemplateAsync(root, folder);
            var undisturbed = await UndisturbedAsync(root, folder, template);
            var expected = undisturbed.Contents;
            log($"{dialect}: {rows} rows, {undisturbed.Took.TotalMilliseconds:0} ms undisturbed");
            var random = new Random(seed);
            for (var moment = 1; moment <= moments; moment++)
            {
                var database = await CopyAsync(root, template, $"m{moment}");
                var kills = await DisturbAsync(database, folder, random, undisturbed);
                var found = await ContentsAsync(database);
                if (found != expected)
                    throw new InvalidOperationException($"{dialect}, seed {seed}, moment {moment} ({kills}): the contents differ from an undisturbed run.\nexpected {expected}\nfound    {found}\n{database}");
                log($"{dialect}: moment {moment} of {moments}: {kills}, contents identical");
                await DropAsync(database);
            }
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<string> MigrationsAsync(string root, int rows)
    {
        var folder = Path.Combine(root, "migrations");
        await WriteAsync("0001_before/up.sql", Before.Replace("{rows}", rows.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        await WriteAsync("0002_owner/up.sql", Up);
        await WriteAsync("0002_owner/down.sql", Down);
        return folder;

        Task WriteAsync(string name, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            return File.WriteAllTextAsync(Path.Combine(folder, name), text);
        }
    }

    private async Task<string> TemplateAsync(string root, string folder)
    {
        var database = dialect == Dialect.Sqlite ? Path.Combine(root, "template.db") : await cluster!.CreateDatabaseAsync();
        await new Upgrader(DatabaseAddress.Parse(database), MigrationFolder.Read(folder), null, null, TimeProvider.System).UpgradeAsync(to: 1);
        return database;
    }

    private async Task<Undisturbed> UndisturbedAsync(string root, string folder, string template)
    {
        var database = await CopyAsync(root, template, "undisturbed");
        using var process = new Running(upgrader(database, folder));
        await process.LineAsync(1);
        var clock = Stopwatch.StartNew();
        await process.EndAsync();
        var took = clock.Elapsed;
        var contents = await ContentsAsync(database);
        await DropAsync(database);
        return new Undisturbed(contents, process.Lines, took);
    }

    private async Task<string> DisturbAsync(string database, string folder, Random random, Undisturbed undisturbed)
    {
        var kills = new List<string>();
        // Most are killed once, some twice, some three times.
        do
        {
            // Somewhere between two lines of its output, which do not come faster or slower with the machine.
            var line = random.Next(1, undisturbed.Lines);
            using var process = new Running(upgrader(database, folder));
            await process.LineAsync(line);
            await Task.Delay(undisturbed.Took / undisturbed.Lines * random.NextDouble());
            var alive = await process.KillAsync();
            Killed += alive ? 1 : 0;
            kills.Add($"{(alive ? "killed" : "over")} after line {line} of {undisturbed.Lines}");
        }
        while (random.Next(4) == 0);
        using var next = new Running(upgrader(database, folder));
        await next.EndAsync();
        return string.Join(", ", kills);
    }

    private async Task<string> CopyAsync(string root, string template, string name)
    {
        if (dialect == Dialect.Postgres)
            return await cluster!.CreateDatabaseAsync(template.Split('/')[^1]);
        var copy = Path.Combine(root, name + ".db");
        File.Copy(template, copy);
        return copy;
    }

    private async Task DropAsync(string database)
    {
        if (dialect == Dialect.Postgres)
            await cluster!.ExecuteAsync("postgres", $"DROP DATABASE {database.Split('/')[^1]} WITH (FORCE)");
        else
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + "*"))
                File.Delete(file);
    }

    /// <summary>Rows, schema and history, in one line.</summary>
    private async Task<string> ContentsAsync(string database)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = await ReadAsync(database, "SELECT id, project_id, touched, owner FROM volumes ORDER BY id", hash.AppendData);
        var schema = new StringBuilder();
        await ReadAsync(database, dialect == Dialect.Sqlite
            ? "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name"
            : "SELECT c.relname, i.indisvalid FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1",
            bytes => schema.Append(Encoding.UTF8.GetString(bytes)).Append(' '));
        await ReadAsync(database, "SELECT revision, name FROM gantry_migrations ORDER BY revision", bytes => schema.Append(Encoding.UTF8.GetString(bytes)).Append(' '));
        return $"{rows} rows {Convert.ToHexStringLower(hash.GetHashAndReset())[..16]} {schema}";
    }

    private static async Task<long> ReadAsync(string database, string sql, Action<byte[]> row)
    {
        await using DbConnection connection = DatabaseAddress.Parse(database).Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var count = 0L;
        for (; await reader.ReadAsync(); count++)
            row(Encoding.UTF8.GetBytes(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)))));
        return count;
    }

    private sealed record Undisturbed(string Contents, int Lines, TimeSpan Took);

    /// <summary>An upgrader at work, and what it said.</summary>
    private sealed class Running : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _said = new();
        private readonly SemaphoreSlim _heard = new(0);

        public Running(ProcessStartInfo start)
        {
            start.RedirectStandardOutput = start.RedirectStandardError = true;
            _process = new Process { StartInfo = start };
            _process.OutputDataReceived += (_, line) => Hear(line.Data);
            _process.ErrorDataReceived += (_, line) => Hear(line.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public int Lines { get; private set; }

        /// <summary>Returns when it has said this many lines, or is over.</summary>
        public async Task LineAsync(int count)
        {
            while (Lines < count && !_process.HasExited)
                await _heard.WaitAsync(TimeSpan.FromMilliseconds(100));
        }

        /// <returns>Whether it was still at work.</returns>
        public async Task<bool> KillAsync()
        {
            var alive = !_process.HasExited;
            _process.Kill();
            await _process.WaitForExitAsync();
            return alive;
        }

        public async Task EndAsync()
        {
            await _process.WaitForExitAsync();
            if (_process.ExitCode != 0)
                throw new InvalidOperationException($"The upgrader ended with {_process.ExitCode}:\n{_said}");
        }

        public void Dispose() => _process.Dispose();

        private void Hear(string? line)
        {
            if (line is null)
                return;
            lock (_said)
            {
                _said.AppendLine(line);
                Lines++;
            }
            _heard.Release();
        }
    }
}
