using Gantry.Migrations.Check.Measuring;

namespace Gantry.Bench.Figures;

/// <summary>Recall and precision of <c>gantry db check</c> on the labelled corpus of the tests, rule by rule and engine by engine.</summary>
internal static class CorpusFigure
{
    private const double LeastPrecision = 0.98;

    /// <summary>Prints the table that docs/rules/README.md publishes, and where labels and findings differ.</summary>
    /// <returns>0 when errors have recall 1.0 and the precision that is asked for; else 1.</returns>
    public static int Print()
    {
        var corpus = CorpusFolder.Read(Path.Combine(Executables.Repository, "tests", "Gantry.Migrations.Tests", "Corpus"));
        var measure = CorpusMeasure.Of(corpus);
        Console.Write(CorpusTable.Of(corpus));
        foreach (var difference in measure.Differences)
            Console.WriteLine(difference);
        return measure.Errors is { Recall: 1.0, Precision: >= LeastPrecision } ? 0 : 1;
    }
}
