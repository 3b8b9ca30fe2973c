using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Compare;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;

namespace Gantry.Migrations.Rehearse;

/// <summary>Runs one migration on made-up rows, up, down and up again, and asks everything of it that a rehearsal asks.</summary>
internal sealed class MigrationTrial(
    Migration migration, RehearsalDirectives directives, ScenarioModel model, IReadOnlyList<TrialEngine> engines, bool isVolatile, TimeProvider time)
{
    // Each is a run of its own; four show what forty would.
    private const int MostGroups = 4;

    // The engines are at work at the same time: what is theirs is kept apart, and what is shared is locked.
    private readonly Dictionary<TrialEngine, EngineNotes> _notes = engines.ToDictionary(engine => engine, _ => new EngineNotes());
    private readonly Lock _counting = new();

    /// <summary>What the engines did so far: rows that statements touched.</summary>
    public long RowsTouched { get; private set; }

    /// <summary>The longest transaction so far.</summary>
    public TimeSpan LongestTransaction { get; private set; }

    /// <summary>Puts rows into every engine; those that one does not take are left out, with what points to them.</summary>
    public async Task<IReadOnlyList<Row>> LoadAsync(IReadOnlyList<Row> rows, CancellationToken cancellationToken)
    {
        // One engine after the other: what SQLite refuses, within this process, PostgreSQL need not be asked for row by row.
        var taken = rows;
        foreach (var engine in engines)
            taken = await TakenAsync(engine, taken, cancellationToken);
        foreach (var engine in engines.Where(engine => _notes[engine].Loaded!.Count > taken.Count))
            await LoadAsync(engine, taken, cancellationToken);
        foreach (var engine in engines)
            _notes[engine].Loaded = taken;
        return taken;
    }

    /// <summary>Which of these rows the first engine takes.</summary>
    public Task<IReadOnlyList<Row>> TakenAsync(IReadOnlyList<Row> rows, CancellationToken cancellationToken) => TakenAsync(engines[0], rows, cancellationToken);

    /// <summary>Puts rows in until an engine holds all that it takes, and none whose parents are missing.</summary>
    private async Task<IReadOnlyList<Row>> TakenAsync(TrialEngine engine, IReadOnlyList<Row> rows, CancellationToken cancellationToken)
    {
        while (await LoadAsync(engine, rows, cancellationToken) is { Count: > 0 } refused)
        {
            var others = rows.Except(refused.Select(row => row.Row)).ToList();
            rows = Links.Consistent(model, others);
            // The others are in: what is missing a parent has to go.
            if (rows.Count == others.Count)
            {
                _notes[engine].Loaded = rows;
                break;
            }
        }
        return rows;
    }

    /// <summary>Tries these rows.</summary>
    /// <param name="rows">Rows that the engines take.</param>
    /// <param name="scope">What is asked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<Fault>> RunAsync(IReadOnlyList<Row> rows, TrialScope scope, CancellationToken cancellationToken)
    {
        var asked = engines.Where(engine => scope.Engine is null || engine.Scratch.Dialect == scope.Engine).ToList();
        var answers = await AtOnceAsync(asked, engine => OnEngineAsync(engine, rows, scope, cancellationToken));
        var faults = answers.SelectMany(answer => answer.Faults).ToList();
        var forwards = answers.Where(answer => answer.Forward is not null).Select(answer => (answer.Engine, Forward: answer.Forward!)).ToList();
        // One engine is enough for independence, SQLite by choice: it is the quicker one, and the one that keeps silent.
        if (scope.Independence && forwards.Count > 0)
            faults.AddRange(await IndependenceAsync(forwards[0].Engine, rows, forwards[0].Forward, scope, cancellationToken));
        if (scope.Engines && forwards.Count == 2)
            faults.AddRange(await EnginesAsync(forwards[0], forwards[1], rows, scope, cancellationToken));
        return faults;
    }

    /// <summary>The same on every engine, on all of them at the same time. SQLite would keep its caller waiting, since it works in this process.</summary>
    private static Task<T[]> AtOnceAsync<T>(IEnumerable<TrialEngine> engines, Func<TrialEngine, Task<T>> act) => Task.WhenAll(engines.Select(engine => Task.Run(() => act(engine))));

    private async Task<(TrialEngine Engine, Forward? Forward, List<Fault> Faults)> OnEngineAsync(TrialEngine engine, IReadOnlyList<Row> rows, TrialScope scope, CancellationToken cancellationToken)
    {
        var faults = new List<Fault>();
        var forward = await ForwardAsync(engine, rows, scope, reversed: false, faults, cancellationToken);
        if (forward is null)
            return (engine, null, faults);
        if (scope.Back)
            faults.AddRange(await new WayBack(migration, engine, Same(engine), _notes[engine]).RunAsync(forward, scope, Watch, cancellationToken));
        if (scope.Order && rows.Count > 1 && (engine.Scratch.Dialect == Dialect.Sqlite || engines.Count == 1))
            faults.AddRange(await OrderAsync(engine, rows, forward, scope, cancellationToken));
        return (engine, forward, faults);
    }

    private async Task<IReadOnlyList<RefusedRow>> LoadAsync(TrialEngine engine, IReadOnlyList<Row> rows, CancellationToken cancellationToken)
    {
        await engine.Scratch.ResetAsync(cancellationToken);
        var refused = await engine.Scratch.LoadAsync(Load(rows), cancellationToken);
        _notes[engine].Loaded = rows;
        return refused;
    }

    private RowLoad Load(IReadOnlyList<Row> rows) => new(model, rows, directives.Assumptions);

    private void Watch(ScriptOutcome outcome)
    {
        lock (_counting)
        {
            RowsTouched += outcome.RowsTouched;
            LongestTransaction = outcome.LongestTransaction > LongestTransaction ? outcome.LongestTransaction : LongestTransaction;
        }
    }

    private async Task<Forward?> ForwardAsync(
        TrialEngine engine, IReadOnlyList<Row> rows, TrialScope scope, bool reversed, List<Fault> faults, CancellationToken cancellationToken)
    {
        if (reversed || !ReferenceEquals(_notes[engine].Loaded, rows))
        {
            await engine.Scratch.ResetAsync(cancellationToken);
            // PostgreSQL has no switch for the order of a scan; rows that came in the other way round are scanned the other way round.
            var inOrder = reversed && engine.Scratch.Dialect == Dialect.Postgres ? [.. rows.Reverse()] : rows;
            await engine.Scratch.LoadAsync(Load(inOrder), cancellationToken);
        }
        _notes[engine].Loaded = null;
        var before = await engine.Scratch.ReadAsync(engine.TablesBefore, cancellationToken);
        var outcome = await engine.Scratch.RunAsync(new ScriptRun(migration.Up[engine.Scratch.Dialect]) { Reversed = reversed, Statements = scope.Statements }, cancellationToken);
        Watch(outcome);
        if (outcome.Failure is { } failure)
        {
            faults.Add(new Fault(failure.Verify ? RehearsalRule.VerifyFailed : RehearsalRule.StatementFailed, engine.Scratch.Dialect, failure.Message, []) { Failure = failure });
            return null;
        }
        var tables = scope.Statements == int.MaxValue ? engine.TablesAfter : TrialEngine.Readable(await engine.Scratch.SchemaAsync(cancellationToken));
        var after = await engine.Scratch.ReadAsync(tables, cancellationToken);
        foreach (var orphan in await engine.Scratch.OrphansAsync(cancellationToken))
            faults.Add(new Fault(RehearsalRule.ForeignKeysBroken, engine.Scratch.Dialect, $"After the migration, {orphan}.", []));
        Count(engine, before, after, faults);
        return new Forward(before, after);
    }

    private void Count(TrialEngine engine, Contents before, Contents after, List<Fault> faults)
    {
        foreach (var (name, was) in before.Tables)
            if (after.Tables.TryGetValue(name, out var now) && now.Rows.Count != was.Rows.Count && !migration.ChangesRows.Contains(name, StringComparer.OrdinalIgnoreCase))
                faults.Add(new Fault(RehearsalRule.RowsChanged, engine.Scratch.Dialect,
                    $"{name} has {now.Rows.Count} rows after the migration, {was.Rows.Count} before. If that is meant, declare it: -- changes-rows: {name}", []));
    }

    private async Task<List<Fault>> OrderAsync(TrialEngine engine, IReadOnlyList<Row> rows, Forward forward, TrialScope scope, CancellationToken cancellationToken)
    {
        var ignored = new List<Fault>();
        var other = await ForwardAsync(engine, rows, scope, reversed: true, ignored, cancellationToken);
        if (other is null)
            return [];
        var differences = await Same(engine).FindAsync(engine, forward, other.After, asSets: false, () => AgainAsync(engine, rows, scope, cancellationToken));
        return differences.Count == 0 ? [] : [new Fault(RehearsalRule.ArbitraryRow, engine.Scratch.Dialect,
            "What comes out depends on which row the engine happens to come to first: a subquery or a join that may find several rows takes any of them.",
            [.. differences.Select(difference => difference.Say("once", "with the rows in another order"))])];
    }

    private async Task<List<Fault>> IndependenceAsync(TrialEngine engine, IReadOnlyList<Row> rows, Forward forward, TrialScope scope, CancellationToken cancellationToken)
    {
        var families = Links.Groups(model, rows, MostGroups);
        if (families.Count < 2)
            return [];
        var alone = new List<Contents>();
        foreach (var family in families)
        {
            var failures = new List<Fault>();
            if (await ForwardAsync(engine, family, scope, reversed: false, failures, cancellationToken) is { } one)
                alone.Add(SurrogateKeys.Replace(one.After, one.Before, engine.After));
            else
                return failures;
        }
        var union = new Contents(forward.After.Tables.Keys.ToDictionary(name => name, name => new TableContents(
            name, forward.After.Tables[name].Columns, [.. alone.SelectMany(contents => contents.Tables[name].Rows)]), StringComparer.OrdinalIgnoreCase));
        var meant = directives.DependsOnOtherRows.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var differences = (await Same(engine).FindAsync(engine, forward, union, asSets: true, () => AgainAsync(engine, rows, scope, cancellationToken)))
            .Where(difference => !meant.Contains(difference.Table)).ToList();
        return differences.Count == 0 ? [] : [new Fault(RehearsalRule.DependsOnOtherRows, engine.Scratch.Dialect,
            "Rows that have nothing to do with one another change each other's result: migrated alone, a family of rows ends up otherwise than beside others. "
            + $"If that is meant (numbering, counts over the whole table), declare it: -- depends-on-other-rows: {string.Join(", ", differences.Select(difference => difference.Table).Distinct())}",
            [.. differences.Select(difference => difference.Say("together with the others", "alone"))])];
    }

    private async Task<List<Fault>> EnginesAsync(
        (TrialEngine Engine, Forward Forward) sqlite, (TrialEngine Engine, Forward Forward) postgres, IReadOnlyList<Row> rows, TrialScope scope, CancellationToken cancellationToken)
    {
        var was = new EngineValues(postgres.Engine.Before, postgres.Engine.Types);
        var unlike = new ContentsDifference(postgres.Engine.Keys, Volatile()).Find(was.OfSqlite(sqlite.Forward.Before), was.OfPostgres(postgres.Forward.Before));
        // What the engines do not keep alike before the migration says nothing of the migration.
        var ignored = unlike.Where(difference => difference.Column is not null).Select(difference => new ColumnName(difference.Table, difference.Column!)).ToHashSet(ColumnName.Comparer);
        var now = new EngineValues(postgres.Engine.After, postgres.Engine.Types);
        async Task<List<Difference>> FindAsync()
        {
            await Task.CompletedTask;
            return [.. new ContentsDifference(postgres.Engine.Keys, ignored.Concat(Volatile()).ToHashSet(ColumnName.Comparer)).Find(
                SurrogateKeys.Replace(now.OfSqlite(sqlite.Forward.After), was.OfSqlite(sqlite.Forward.Before), sqlite.Engine.After, postgres.Engine.After),
                SurrogateKeys.Replace(now.OfPostgres(postgres.Forward.After), was.OfPostgres(postgres.Forward.Before), postgres.Engine.After, sqlite.Engine.After))
                .Where(difference => unlike.TrueForAll(known => known.Column is not null || known.Table != difference.Table))];
        }
        var differences = await FindAsync();
        if (differences.Count > 0 && isVolatile)
        {
            await Same(sqlite.Engine).LearnAsync(sqlite.Forward, () => AgainAsync(sqlite.Engine, rows, scope, cancellationToken));
            await Same(postgres.Engine).LearnAsync(postgres.Forward, () => AgainAsync(postgres.Engine, rows, scope, cancellationToken));
            differences = await FindAsync();
        }
        return differences.Count == 0 ? [] : [new Fault(RehearsalRule.EnginesDiffer, null, "The same rows and the same migration end up differently on the two engines.",
            [.. differences.Select(difference => difference.Say("on SQLite", "on PostgreSQL"))])];
    }

    private async Task<Contents?> AgainAsync(TrialEngine engine, IReadOnlyList<Row> rows, TrialScope scope, CancellationToken cancellationToken) =>
        (await ForwardAsync(engine, rows, scope, reversed: false, [], cancellationToken))?.After;

    private Sameness Same(TrialEngine engine) => new(isVolatile, _notes[engine].Volatile, time);

    private HashSet<ColumnName> Volatile() => _notes.Values.SelectMany(notes => notes.Volatile).ToHashSet(ColumnName.Comparer);
}
