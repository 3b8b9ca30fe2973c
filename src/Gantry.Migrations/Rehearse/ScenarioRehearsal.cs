using System.Diagnostics;
using System.Globalization;
using Gantry.Migrations.Files;
using Gantry.Migrations.Rehearse.Scenarios;
using Gantry.Migrations.Rehearse.Scratch;
using Gantry.Migrations.Schemas;

namespace Gantry.Migrations.Rehearse;

/// <summary>Rehearses one migration on made-up rows. When it returns, the scratch databases stand behind the migration, unless that cannot run at all.</summary>
internal sealed class ScenarioRehearsal(Migration migration, IReadOnlyList<IScratch> scratches, RehearsalOptions options, IRehearsalProgress? progress, TimeProvider time)
{
    // Behind the third kind of fault a person has enough to do.
    private const int MostFaults = 8;

    private readonly RehearsalDirectives _directives = RehearsalDirectives.Of(migration);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<RehearsalFinding> _findings = [];

    /// <summary>Whether the scratch databases stand behind the migration now.</summary>
    public bool Advanced { get; private set; }

    /// <summary>The schema behind the migration on each engine: what a fresh install has. Empty when it cannot run at all.</summary>
    public IReadOnlyDictionary<Dialect, DatabaseSchema> After { get; private set; } = new Dictionary<Dialect, DatabaseSchema>();

    public async Task<MigrationRehearsal> RunAsync(CancellationToken cancellationToken)
    {
        var before = new Dictionary<IScratch, DatabaseSchema>();
        foreach (var scratch in scratches)
        {
            await scratch.ResetAsync(cancellationToken);
            before[scratch] = await scratch.SchemaAsync(cancellationToken);
        }
        var words = new ScriptWords(Scripts().Select(script => script.Value).Distinct(), scratches[^1].Dialect);
        var model = await ModelAsync(before, words, cancellationToken);
        if (await EnginesAsync(before, model, words, cancellationToken) is not { } engines)
            return Report(0, 0, null);

        After = engines.ToDictionary(engine => engine.Scratch.Dialect, engine => engine.After);
        var trial = new MigrationTrial(migration, _directives, model, engines, words.IsVolatile, time);
        var (scenarios, rows) = await ScenariosAsync(model, trial, cancellationToken);
        Advanced = true;
        foreach (var scratch in scratches)
            if ((await scratch.AdvanceAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken)).Failure is { } failure)
            {
                // It ran within a transaction; what is to run CONCURRENTLY ran outside one here for the first time.
                Advanced = false;
                var fault = new Fault(RehearsalRule.StatementFailed, scratch.Dialect, failure.Message, []) { Failure = failure };
                if (!_findings.Exists(finding => finding.Rule == fault.Rule && finding.Engine == fault.Engine && finding.Line == failure.Line))
                    Add(fault, "1: no rows at all", Story(fault, null, []));
            }
        return Report(scenarios, rows, trial);
    }

    /// <summary>Those of the engines that are here, both ways.</summary>
    private IEnumerable<KeyValuePair<Dialect, MigrationScript>> Scripts() => migration.Up.Concat(migration.Down).Where(script => scratches.Any(scratch => scratch.Dialect == script.Key));

    private async Task<ScenarioModel> ModelAsync(Dictionary<IScratch, DatabaseSchema> before, ScriptWords words, CancellationToken cancellationToken)
    {
        // PostgreSQL's types are the stricter ones: what it takes, SQLite takes too.
        var reference = scratches[^1];
        var schema = before[reference];
        if (scratches.Count > 1)
            schema = schema with { Tables = [.. schema.Tables.Where(table => before[scratches[0]].Find(table.Name) is not null)] };
        var triggers = false;
        foreach (var scratch in scratches)
            triggers |= await scratch.HasTriggersAsync(cancellationToken);
        var model = ModelBuilder.Build(schema, await reference.TypesAsync(cancellationToken), words, _directives.Assumptions, triggers);
        model = await new Calibration(scratches, _directives.Assumptions).RunAsync(model, cancellationToken);
        foreach (var table in model.Tables.Where(table => table.Impossible is not null))
            _findings.Add(new RehearsalFinding(RehearsalRule.NotRehearsed, IsError: false, null,
                $"No row of {table.Name} could be made ({table.Impossible}): the migration was rehearsed without rows in it. Say what its rows are like: -- assumes: {table.Name}: CONDITION",
                [], null, null, null, null, null, null, null));
        return model;
    }

    /// <summary>Runs the migration without any rows: what comes out is what a fresh install has. Null when that fails already.</summary>
    private async Task<List<TrialEngine>?> EnginesAsync(Dictionary<IScratch, DatabaseSchema> before, ScenarioModel model, ScriptWords words, CancellationToken cancellationToken)
    {
        var engines = new List<TrialEngine>();
        foreach (var scratch in scratches)
        {
            await scratch.ResetAsync(cancellationToken);
            var types = await scratch.TypesAsync(cancellationToken);
            var objects = await scratch.ObjectsAsync(cancellationToken);
            var outcome = await scratch.RunAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken);
            // A new label of an enum may be used in later transactions, and a rehearsal has but one.
            if ((outcome.Failure is null || ScriptStatement.UsesLabelOfEarlierStep(migration.Up[scratch.Dialect], outcome.Failure))
                && await scratch.CommitLabelsAsync(migration.Up[scratch.Dialect], cancellationToken))
            {
                LabelsStay(scratch.Dialect);
                outcome = await scratch.RunAsync(new ScriptRun(migration.Up[scratch.Dialect]), cancellationToken);
            }
            if (outcome.Failure is { } failure)
            {
                var rule = failure.Verify ? RehearsalRule.VerifyFailed : RehearsalRule.StatementFailed;
                var fault = new Fault(rule, scratch.Dialect, failure.Message, []) { Failure = failure };
                Add(fault, "1: no rows at all", Story(fault, null, []));
                continue;
            }
            var after = await scratch.SchemaAsync(cancellationToken);
            var own = await scratch.TypesAsync(cancellationToken);
            types = new PostgresTypes(types.Labels.Concat(own.Labels).DistinctBy(type => type.Key).ToDictionary(), types.Bases.Concat(own.Bases).DistinctBy(type => type.Key).ToDictionary());
            engines.Add(new TrialEngine(scratch, before[scratch], after, types, TrialEngine.Touched(before[scratch], after, model, words), TrialEngine.Touched(after, before[scratch], model, words))
            {
                ObjectsBefore = objects,
                ObjectsAfter = await scratch.ObjectsAsync(cancellationToken),
            });
        }
        return engines.Count == scratches.Count ? engines : null;
    }

    /// <summary>Up, down and up again cannot be tried with labels of an enum: in the one transaction of a trial they are there from the beginning.</summary>
    private void LabelsStay(Dialect dialect)
    {
        if (!migration.Irreversible && migration.Down.ContainsKey(dialect)
            && ScriptStatement.Of(migration.Up[dialect], dialect).Find(statement => statement.MindsLabelThere) is { } statement)
            Add(new Fault(RehearsalRule.AgainDiffers, dialect, "Up, down and up again fails where the first up did not: the enum has the label already", []) { Failure = statement.Failed("42710", "") }, "1: no rows at all", "");
    }

    private async Task<(int Scenarios, long Rows)> ScenariosAsync(ScenarioModel model, MigrationTrial trial, CancellationToken cancellationToken)
    {
        var shapes = ScenarioPlan.Shapes(model, options.Scenarios, options.Seed).ToList();
        var (upLooksAround, downLooksAround) = (LookAround(migration.Up), LookAround(migration.Down));
        var concerned = upLooksAround || downLooksAround ? null : Concerned.Of(model, Scripts().SelectMany(script => RowByRow.Tables(script.Value, script.Key)).Select(table => table.Last));
        var groups = new ScenarioGroups(model, new ScenarioGenerator(model, options.Seed), shapes, concerned);
        var found = new HashSet<(RehearsalRule, Dialect?, int)>();
        var (number, total) = (0, 0L);
        foreach (var group in groups.All())
        {
            var (left, tried) = group.Count > 1 ? await SideBySideAsync(trial, group, cancellationToken) : (group, 0);
            total += tried;
            foreach (var scenario in left.Select(scenario => groups.Alone(scenario.Number)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var rows = await trial.LoadAsync(scenario.Rows, cancellationToken);
                total += rows.Count * scratches.Count;
                var asks = groups.AsksAll(scenario.Number);
                foreach (var fault in await trial.RunAsync(rows, TrialScope.All(schema: asks, others: asks || upLooksAround), cancellationToken))
                    if (found.Add(fault.Id) && found.Count <= MostFaults)
                        await ShrinkAsync(model, trial, scenario, rows, fault, cancellationToken);
                if (found.Count >= MostFaults)
                    return (scenario.Number, total);
            }
            number += group.Count;
            progress?.Scenario(migration.FullName, number, shapes.Count, _findings.Count(finding => finding.IsError));
        }
        return (number, total);
    }

    private bool LookAround(IReadOnlyDictionary<Dialect, MigrationScript> scripts) =>
        scratches.Any(scratch => scripts.TryGetValue(scratch.Dialect, out var script) && !RowByRow.Is(script, scratch.Dialect));

    /// <summary>Tries scenarios side by side.</summary>
    /// <returns>Those that are to be tried alone: all of them after a fault, since one of them is to be named; and those that lose rows by the company of others.</returns>
    private async Task<(IReadOnlyList<Scenario> Left, long Rows)> SideBySideAsync(MigrationTrial trial, IReadOnlyList<Scenario> group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var rows = await trial.LoadAsync([.. group.SelectMany(scenario => scenario.Rows).OrderBy(row => row.Table)], cancellationToken);
        var left = new List<Scenario>();
        var taken = rows.ToHashSet();
        foreach (var scenario in group)
            if (scenario.Rows.Count(taken.Contains) is var here && here < scenario.Rows.Count && here < (await trial.TakenAsync(scenario.Rows, cancellationToken)).Count)
                left.Add(scenario);
        if (left.Count > 0)
            rows = await trial.LoadAsync([.. rows.Except(left.SelectMany(scenario => scenario.Rows))], cancellationToken);
        return (await trial.RunAsync(rows, TrialScope.All(schema: false, others: false), cancellationToken)).Count > 0 ? (group, 0) : (left, (long)rows.Count * scratches.Count);
    }

    private async Task ShrinkAsync(ScenarioModel model, MigrationTrial trial, Scenario scenario, IReadOnlyList<Row> rows, Fault fault, CancellationToken cancellationToken)
    {
        progress?.Stage(migration.FullName, "making the failing scenario smaller");
        var scope = TrialScope.For(fault);
        async Task<Fault?> FindAsync(IReadOnlyList<Row> fewer, TrialScope asked) =>
            (await trial.LoadAsync(fewer, cancellationToken)).Count == fewer.Count ? (await trial.RunAsync(fewer, asked, cancellationToken)).Find(other => other.Id == fault.Id) : null;

        var smallest = await new Shrinker(model, async fewer => await FindAsync(fewer, scope) is not null).ShrinkAsync(rows);
        fault = await FindAsync(smallest, scope) ?? fault;
        fault = fault with { Failure = fault.Failure ?? await CulpritAsync(fault, asked => FindAsync(smallest, asked), scope) };
        Add(fault, string.Create(CultureInfo.InvariantCulture, $"{scenario.Number}: {scenario.Name}"), Story(fault, model, smallest));
    }

    /// <summary>The first statement behind which the fault is there: an engine that does not complain does not say which it was.</summary>
    private async Task<ScriptFailure?> CulpritAsync(Fault fault, Func<TrialScope, Task<Fault?>> find, TrialScope scope)
    {
        if (fault.Rule is not (RehearsalRule.ArbitraryRow or RehearsalRule.DependsOnOtherRows or RehearsalRule.EnginesDiffer or RehearsalRule.RowsChanged or RehearsalRule.ForeignKeysBroken))
            return null;
        var statements = ScriptStatement.Of(migration.Up[fault.Engine ?? scratches[0].Dialect], fault.Engine ?? scratches[0].Dialect);
        for (var count = 1; count < statements.Count && statements.Count <= 200; count++)
            if (await find(scope with { Statements = count }) is not null)
                return statements[count - 1].Failed("", "");
        return statements.Count == 0 ? null : statements[^1].Failed("", "");
    }

    /// <summary>The rows, then the script up to the statement that does it.</summary>
    private string Story(Fault fault, ScenarioModel? model, IReadOnlyList<Row> rows)
    {
        var dialect = fault.Engine ?? scratches[^1].Dialect;
        var forward = ScriptStatement.Of(migration.Up[dialect], dialect);
        var statements = fault.Rule == RehearsalRule.DownFailed ? [.. forward, .. ScriptStatement.Of(migration.Down[dialect], dialect).Take(fault.Failure!.Number)]
            : IsBack(fault.Rule) && migration.Down.TryGetValue(dialect, out var down) ? [.. forward, .. ScriptStatement.Of(down, dialect)]
            : forward.Take(fault.Failure?.Number ?? forward.Count).ToList();
        var script = string.Concat(statements.Select(statement => statement.Statement.Text.TrimEnd() + ";\n"));
        // A page of SQL is still read; behind that, the file is the better place to read it.
        return (model is null ? "" : ScenarioSql.Inserts(model, rows, dialect))
            + (script.Length <= 4000 || fault.Failure is null ? script : $"-- {migration.Up[dialect].Source.Name} up to line {fault.Failure.Line}, where this is:\n{fault.Failure.Text.TrimEnd()};\n");
    }

    private static bool IsBack(RehearsalRule rule) => rule is RehearsalRule.DownFailed or RehearsalRule.DownLosesData or RehearsalRule.DownLeavesSchema or RehearsalRule.AgainDiffers;

    private void Add(Fault fault, string scenario, string sql)
    {
        var back = fault.Rule == RehearsalRule.DownFailed;
        var scripts = back ? migration.Down : migration.Up;
        var file = fault.Failure is null ? null : scripts[fault.Engine ?? scratches[0].Dialect].Source.Name;
        _findings.Add(new RehearsalFinding(fault.Rule, IsError: true, fault.Engine, fault.Message + RehearsalHint.Of(fault), fault.Evidence,
            file, fault.Failure?.Line, fault.Failure?.Column, fault.Failure?.Text, fault.Failure?.Code is { Length: > 0 } code ? code : null, scenario, sql));
    }

    private MigrationRehearsal Report(int scenarios, long rows, MigrationTrial? trial) => new(
        migration.FullName, OnCopy: false, scenarios, rows, trial?.RowsTouched ?? 0, _clock.Elapsed, trial?.LongestTransaction ?? TimeSpan.Zero, WayBack(), _findings);

    private string WayBack() =>
        migration.Irreversible ? "declared irreversible, not tried"
        : scratches.Any(scratch => !migration.Down.ContainsKey(scratch.Dialect)) ? "there is none"
        : _findings.Exists(finding => finding.Rule is RehearsalRule.DownFailed or RehearsalRule.DownLosesData or RehearsalRule.DownLeavesSchema) ? "does not restore what was there"
        : "restores schema and rows";
}
