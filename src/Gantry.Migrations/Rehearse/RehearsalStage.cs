using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Scratch;

namespace Gantry.Migrations.Rehearse;

/// <summary>The scratch databases of a rehearsal, brought to the revision that it starts from.</summary>
internal sealed class RehearsalStage : IAsyncDisposable
{
    private PostgresScratchServer? _server;

    public List<IScratch> Scratches { get; } = [];

    public List<string> Engines { get; } = [];

    public List<string> Notes { get; } = [];

    /// <summary>How many migrations the start has already.</summary>
    public int Applied { get; private set; }

    public static async Task<RehearsalStage> OpenAsync(MigrationSet set, RehearsalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var stage = new RehearsalStage();
        try
        {
            stage.Applied = options.Applied ?? 0;
            await stage.OpenSqliteAsync(set, options);
            await stage.OpenPostgresAsync(set, options, time, cancellationToken);
            if (stage.Scratches.Count == 0)
                throw new RehearsalException("These migrations are written for PostgreSQL: give a server on which scratch databases may be made, --against postgres://user@host/database. Nothing was run.");
            foreach (var scratch in stage.Scratches)
                await stage.BringUpAsync(scratch, set, cancellationToken);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var scratch in Scratches)
            await scratch.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private Task OpenSqliteAsync(MigrationSet set, RehearsalOptions options)
    {
        var pending = set.Migrations.Skip(Applied).ToList();
        if (options.Database?.Dialect != Dialect.Postgres || options.Against is null || pending.TrueForAll(migration => migration.Up.ContainsKey(Dialect.Sqlite)))
        {
            if (set.Migrations.All(migration => migration.Up.ContainsKey(Dialect.Sqlite)))
            {
                Scratches.Add(new SqliteScratch());
                Engines.Add("SQLite " + SQLitePCL.raw.sqlite3_libversion().utf8_to_string());
            }
        }
        return Task.CompletedTask;
    }

    private async Task OpenPostgresAsync(MigrationSet set, RehearsalOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Against is null)
            return;
        if (!set.Migrations.All(migration => migration.Up.ContainsKey(Dialect.Postgres)))
        {
            Notes.Add("These migrations are written for SQLite alone: --against was not used.");
            return;
        }
        _server = await PostgresScratchServer.ConnectAsync(options.Against, time, cancellationToken);
        Scratches.Add(await PostgresScratch.OpenAsync(await _server.CreateAsync(cancellationToken), cancellationToken));
        Engines.Add("PostgreSQL " + _server.Version);
    }

    private async Task BringUpAsync(IScratch scratch, MigrationSet set, CancellationToken cancellationToken)
    {
        foreach (var migration in set.Migrations.Take(Applied))
            if ((await scratch.AdvanceAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken)).Failure is { } failure)
                throw new RehearsalException($"{migration}, which the database has already, does not run on an empty database ({failure.Message}, line {failure.Line}): the rehearsal has nothing to start from. Nothing was changed.");
    }
}
