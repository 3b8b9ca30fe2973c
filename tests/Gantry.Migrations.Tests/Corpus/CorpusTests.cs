using System.Globalization;
using Gantry.Migrations.Check;
using Gantry.Migrations.Check.Measuring;

namespace Gantry.Migrations.Tests.Corpus;

public sealed class CorpusTests
{
    [Fact]
    public void Corpus_Size_HalfOfItCorrectAndSixtyAboutSubqueries()
    {
        var entries = CorpusFiles.Read().Entries;

        Assert.True(entries.Count >= 170, $"{entries.Count} entries");
        Assert.True(entries.Count(entry => entry.Errors.Count == 0) * 2 >= entries.Count, "half of the corpus must be correct");
        Assert.True(entries.Count(entry => entry.File is "incident.sql" or "scalar-right.sql" or "scalar-traps.sql") >= 60);
    }

    [Fact]
    public void Check_Corpus_FindsEveryErrorAndHardlyAnyThatIsNone()
    {
        var measure = CorpusMeasure.Of(CorpusFiles.Read());

        Assert.True(measure.Errors is { Recall: 1.0, Precision: >= 0.98 },
            string.Create(CultureInfo.InvariantCulture, $"errors: recall {measure.Errors.Recall:F3}, precision {measure.Errors.Precision:F3}\n{string.Join('\n', measure.Differences)}"));
    }

    [Fact]
    public void Check_Corpus_WarnsWhereItsLabelsSay()
    {
        var measure = CorpusMeasure.Of(CorpusFiles.Read());

        Assert.True(measure.Warnings is { Recall: >= 0.98, Precision: >= 0.98 },
            string.Create(CultureInfo.InvariantCulture, $"warnings: recall {measure.Warnings.Recall:F3}, precision {measure.Warnings.Precision:F3}\n{string.Join('\n', measure.Differences)}"));
    }

    /// <summary>The published table is the measured one. GANTRY_WRITE_DOCS=1 writes it.</summary>
    [Fact]
    public void PublishedFigures_AreThoseMeasured()
    {
        const string Begin = "<!-- measured: begin -->\n";
        const string End = "<!-- measured: end -->";
        var path = Path.Combine(CorpusFiles.Repository(), "docs", "rules", "README.md");
        var text = File.ReadAllText(path);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        var table = CorpusTable.Of(CorpusFiles.Read());
        if (Environment.GetEnvironmentVariable("GANTRY_WRITE_DOCS") == "1")
            File.WriteAllText(path, text[..begin] + table + text[end..]);
        else
            Assert.Equal(table, text[begin..end]);
    }

    [Fact]
    public void Rules_EachHasAPageAndARowInTheList()
    {
        var folder = Path.Combine(CorpusFiles.Repository(), "docs", "rules");
        var list = File.ReadAllText(Path.Combine(folder, "README.md"));

        foreach (var rule in CheckRules.Descriptions)
        {
            Assert.True(File.Exists(Path.Combine(folder, rule.Id + ".md")), $"docs/rules/{rule.Id}.md is missing");
            Assert.Contains($"[{rule.Id}]({rule.Id}.md)", list, StringComparison.Ordinal);
        }
    }
}
