using System.Text.Json;
using Gantry.Migrations.Check;
using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Tests.Check;

public sealed class CheckReportTests
{
    private static readonly SourceText Source = new("0002_owner/up.sql", "-- why\n\tUPDATE a SET b = (SELECT c FROM d)\nWHERE b IS NULL;\n");

    [Fact]
    public void Write_Text_ShowsPlaceLineCaretAndWhatToDo()
    {
        var text = Write(Report(), CheckFormat.Text);

        Assert.Equal("""
            migrations/0002_owner/up.sql:2:19: error[not-proved]: It may.
              2 | 	UPDATE a SET b = (SELECT c FROM d)
                | 	                 ^^^^^^^^^^^^^^^^^
              help: Do not.
              instead:
                  UPDATE a
                  SET b = 1;
              whether today's data would break (no row: it would not):
                  SELECT "é";
              more: docs/rules/not-proved.md

            2 migrations, 3 statements: 1 error, 0 warnings (1 finding allowed in the files).

            """, text);
    }

    [Fact]
    public void Write_TextOfALineAsLongAsADump_ShowsThePartThatMatters()
    {
        var source = new SourceText("x.sql", "SELECT " + new string('a', 5000) + " bad " + new string('b', 5000) + ";");
        var finding = Finding() with { Source = source, Span = new SourceSpan(source.Text.IndexOf("bad", StringComparison.Ordinal), 3) };

        var lines = Write(Report() with { Findings = [finding] }, CheckFormat.Text).Split('\n');

        Assert.All(lines, line => Assert.True(line.Length < 140, line));
        Assert.Equal(lines[1].IndexOf("bad", StringComparison.Ordinal), lines[2].IndexOf("^^^", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_TextOfAFindingInAnEmptyFile_HasNoLineToShow()
    {
        var finding = Finding() with { Source = new SourceText("x.sql", ""), Span = new SourceSpan(0, 0), Suggestion = null, CountQuery = null };

        Assert.StartsWith("migrations/x.sql:1:1: error[", Write(Report() with { Findings = [finding] }, CheckFormat.Text), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Json_HoldsWhatIsDocumented()
    {
        using var json = JsonDocument.Parse(Write(Report(), CheckFormat.Json));

        var root = json.RootElement;
        Assert.Equal(["path", "dialect", "migrations", "statements", "errors", "warnings", "findings", "suppressed"], root.EnumerateObject().Select(field => field.Name));
        Assert.Equal((2, 3, 1, 0), (root.GetProperty("migrations").GetInt32(), root.GetProperty("statements").GetInt32(), root.GetProperty("errors").GetInt32(), root.GetProperty("warnings").GetInt32()));
        var finding = root.GetProperty("findings")[0];
        Assert.Equal("migrations/0002_owner/up.sql", finding.GetProperty("file").GetString());
        Assert.Equal([2, 19, 2, 36], new[] { "line", "column", "endLine", "endColumn" }.Select(name => finding.GetProperty(name).GetInt32()));
        Assert.Equal("SELECT \"é\";", finding.GetProperty("countQuery").GetString());
        Assert.Equal("ten rows", root.GetProperty("suppressed")[0].GetProperty("reason").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("suppressed")[0].GetProperty("suggestion").ValueKind);
    }

    [Fact]
    public void Write_SarifOfTheWholeCorpus_IsAsTheStandardDemands()
    {
        var corpus = Corpus.CorpusFiles.Read();
        foreach (var entry in corpus.Entries)
            foreach (var dialect in entry.Dialects)
            {
                using var sarif = JsonDocument.Parse(Write(Gantry.Migrations.Check.Measuring.CorpusMeasure.Check(corpus, entry, dialect), CheckFormat.Sarif));
                Assert.Empty(SarifStructure.Problems(sarif.RootElement));
            }
    }

    [Fact]
    public void Write_Sarif_EveryResultHasItsRuleItsLevelAndItsRegion()
    {
        using var sarif = JsonDocument.Parse(Write(Report(), CheckFormat.Sarif));

        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        var run = sarif.RootElement.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        Assert.Equal(CheckRules.Descriptions.Select(rule => rule.Id), rules.EnumerateArray().Select(rule => rule.GetProperty("id").GetString()));
        var results = run.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString()));
        Assert.Equal("error", results[0].GetProperty("level").GetString());
        var place = results[0].GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("migrations/0002_owner/up.sql", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal([2, 19, 2, 36], new[] { "startLine", "startColumn", "endLine", "endColumn" }.Select(name => place.GetProperty("region").GetProperty(name).GetInt32()));
        Assert.False(results[0].TryGetProperty("suppressions", out _));
        Assert.Equal("ten rows", results[1].GetProperty("suppressions")[0].GetProperty("justification").GetString());
    }

    [Theory]
    [InlineData("/home/me/my files/x.sql", "file:///home/me/my%20files/x.sql")]
    [InlineData("my files/V1__a b.sql", "my%20files/V1__a%20b.sql")]
    public void Write_Sarif_PathsAreUris(string path, string uri)
    {
        var finding = Finding() with { Source = Source with { Name = Path.GetFileName(path) } };

        using var sarif = JsonDocument.Parse(Write(Report() with { Path = path, Findings = [finding] }, CheckFormat.Sarif));

        var location = sarif.RootElement.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0];
        Assert.Equal(uri, location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
    }

    private static CheckReport Report() => new()
    {
        Path = "migrations",
        Dialect = Dialect.Postgres,
        Migrations = 2,
        Statements = 3,
        Findings = [Finding()],
        Suppressed = [new SuppressedFinding(Finding() with { Rule = "unbatched-backfill", Severity = Severity.Warning, Suggestion = null }, "ten rows")],
    };

    private static Finding Finding() => new()
    {
        Rule = "not-proved",
        Severity = Severity.Error,
        Source = Source,
        Span = new SourceSpan(Source.Text.IndexOf('('), "(SELECT c FROM d)".Length),
        Message = "It may.",
        Help = "Do not.",
        Suggestion = "UPDATE a\nSET b = 1;",
        CountQuery = "SELECT \"é\";",
    };

    private static string Write(CheckReport report, CheckFormat format)
    {
        using var output = new StringWriter { NewLine = "\n" };
        report.Write(output, format);
        return output.ToString();
    }
}
