// The figures of docs/performance.md. Each has a GANTRY_HOME of its own under /tmp and uses the published executables: those of
// artifacts/gantry, built first if need be, or those in the folder that GANTRY_BIN names.
//
//   dotnet run -c Release --project bench/Gantry.Bench -- apply|start|idle|ps|jobs|list|backfill|check|rehearse|docker|containers|fleet|agents|corpus|all [--n N]
//
// jobs is jobs-real and jobs-simulated. corpus is no figure of speed: how well the rules of `gantry db check` do on the labelled corpus, which it alone prints.
using System.Globalization;
using Gantry.Bench;
using Gantry.Bench.Figures;

var figures = new (string Name, Func<int?, Task> Measure)[]
{
    ("apply", ApplyFigure.MeasureAsync),
    ("start", StartFigure.MeasureAsync),
    ("idle", IdleFigure.MeasureAsync),
    ("ps", PsFigure.MeasureAsync),
    ("jobs-real", JobsFigure.MeasureRealAsync),
    ("jobs-simulated", JobsFigure.MeasureSimulatedAsync),
    ("list", ListFigure.MeasureAsync),
    ("backfill", BackfillFigure.MeasureAsync),
    ("check", CheckFigure.MeasureAsync),
    ("rehearse", RehearseFigure.MeasureAsync),
    ("docker", DockerFigure.MeasureAsync),
    ("containers", ContainersFigure.MeasureAsync),
    ("fleet", FleetFigure.MeasureAsync),
    ("agents", AgentsFigure.MeasureAsync),
};

if (args is ["corpus"])
    return CorpusFigure.Print();

var name = args.FirstOrDefault();
var chosen = figures.Where(figure => name == "all" || figure.Name == name || figure.Name.StartsWith(name + "-", StringComparison.Ordinal)).ToList();
int? n = null;
if (args.Length == 3 && args[1] == "--n" && int.TryParse(args[2], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given > 0)
    n = given;
else if (args.Length != 1)
    chosen.Clear();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"usage: {string.Join('|', figures.Select(figure => figure.Name))}|corpus|all [--n N]   (N: how many runs, starts, jobs, agents or seconds, instead of the usual)");
    return 2;
}

Report.Machine();
foreach (var figure in chosen)
{
    Report.Begin(figure.Name);
    await figure.Measure(n);
    Report.End();
}
return 0;
