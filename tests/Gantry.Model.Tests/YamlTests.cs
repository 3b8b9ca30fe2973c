using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

/// <summary>What YAML brings along: its scalars, its aliases, and files that are none.</summary>
public class YamlTests
{
    [Theory]
    [InlineData("python: 3.10", "3.10")]
    [InlineData("python: 3.12", "3.12")]
    [InlineData("python: \"3.9\"", "3.9")]
    [InlineData("python: 3.1", "3.10")]
    public void Python_WithoutQuotes_IsAVersionAndNoNumber(string line, string version) => Assert.Equal(version, Task(line).Python);

    [Theory]
    [InlineData("max_duration: off", true)]
    [InlineData("max_duration: 'off'", true)]
    [InlineData("max_duration: false", true)]
    [InlineData("max_duration: no", true)]
    [InlineData("max_duration: -1", true)]
    [InlineData("max_duration: true", null)]
    [InlineData("max_duration: null", null)]
    [InlineData("max_duration:", null)]
    [InlineData("max_duration: ~", null)]
    [InlineData("max_duration: 1h", false)]
    [InlineData("max_duration: 3600", false)]
    public void Duration_Off_IsNoLimit(string line, bool? isOff) => Assert.Equal(isOff, Task(line).MaxDuration?.IsOff);

    [Theory]
    [InlineData("yes")]
    [InlineData("on")]
    [InlineData("True")]
    [InlineData("true")]
    [InlineData("'true'")]
    public void Flag_AnyOfYamlsWords_IsTrue(string word) => Assert.True(Task($"nvcc: {word}").Nvcc);

    [Fact]
    public void Text_ThatYamlWouldTakeForANumber_StaysAsWritten()
    {
        var task = Task("env: {MODE: 0755, PORT: 8080, VERSION: 1.10, TIME: 12:30:45, DAY: 2026-01-02, HEX: 0x1F, FLAG: yes, EMPTY: ''}\nports: [22:22]");
        Assert.Equal(
            ["0755", "8080", "1.10", "12:30:45", "2026-01-02", "0x1F", "yes", ""],
            task.Env.Select(variable => variable.Value));
        Assert.Equal(new PortMapping(22, 22), Assert.Single(task.Ports));
    }

    [Fact]
    public void Env_WrittenTwice_TakesTheLast() => Assert.Equal("2", Assert.Single(Task("env: [A=1, A=2]").Env).Value);

    [Fact]
    public void Aliases_AndMergeKeys_AreFollowed()
    {
        var task = Task("env: &common {A: '1', B: '2'}\ntags: {<<: *common, B: '3'}\nregions: &r [eu]\ninstance_types: *r");
        Assert.Equal(("1", "3"), (task.Tags!["A"], task.Tags["B"]));
        Assert.Equal(["eu"], task.InstanceTypes!);
    }

    [Theory]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("# only a comment\n", "1:1: the file is empty")]
    [InlineData("type: task\ntype: task\ncommands: [x]\n", "2:1: type: the key is given twice; it stands first in line 1")]
    [InlineData("type: task\ncommands: [x]\nresources:\n  gpu: 1\n  gpu: 2\n", "5:3: resources.gpu: the key is given twice; it stands first in line 4")]
    [InlineData("type: task\ncommands: [x]\n---\ntype: task\n", "3:1: a second document starts here: a file holds one configuration")]
    [InlineData("type: task\ncommands: [x]\nname: *missing\n", "3:7: there is no anchor \"missing\" above")]
    [InlineData("type: task\ncommands: &a [x, *a]\n", "2:18: there is no anchor \"a\" above")]
    [InlineData("type: task\ncommands: [x]\nname: !!python/object:os.system abc\n", "3:7: name: the tag tag:yaml.org,2002:python/object:os.system is not known here")]
    [InlineData("type: task\ncommands: [x]\n? [a]\n: b\n", "3:3: a key must be text, not a list")]
    [InlineData("type: task\ncommands: [\"a\\0b\"]\n", "2:12: commands[0]: must not contain a NUL character")]
    public void Parse_FileThatIsNoConfiguration_SaysWhere(string yaml, string problem) =>
        Assert.Equal([problem], ConfigurationParser.Parse(yaml, null).Problems.Select(item => item.ToString()));

    [Theory]
    [InlineData("type: task\n\tname: x\n", "2:1: is not valid YAML: the line is indented with a tab, and YAML takes only spaces")]
    [InlineData("type: task\ncommands:\n\t- a\n", "3:1: is not valid YAML: the line is indented with a tab, and YAML takes only spaces")]
    [InlineData("type: task\n  name: x\n", "2:7: is not valid YAML: a key stands where none can be: check the indentation, and put a value that contains \": \" in quotes")]
    [InlineData("type: task\nname: a: b\n", "2:8: is not valid YAML: a key stands where none can be: check the indentation, and put a value that contains \": \" in quotes")]
    [InlineData("type: task\ncommands: [x\n", "3:1: is not valid YAML: did not find expected ',' or ']'")]
    [InlineData("type: task\nname: \"x\n", "2:7: is not valid YAML: found unexpected end of stream")]
    [InlineData("type: task\nname: @x\n", "2:7: is not valid YAML: found character that cannot start any token")]
    [InlineData("%YAML 9.9\n---\ntype: task", "1:1: is not valid YAML: found incompatible YAML document")]
    [InlineData("type: task\nresources: {gpu: \nä\n#{yesoff", "2:16: is not valid YAML: it cannot be read from here on")]
    public void Parse_BrokenYaml_SaysWhatAndWhere(string yaml, string problem) =>
        Assert.Equal([problem], ConfigurationParser.Parse(yaml, null).Problems.Select(item => item.ToString()));

    [Fact]
    public void Parse_NestedAliases_AreRefusedBeforeTheyAreFollowed()
    {
        var yaml = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level <= 12; level++)
            yaml.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        var problem = Assert.Single(ConfigurationParser.Parse(yaml.ToString(), null).Problems);
        Assert.Contains("with its aliases followed", problem.Message);
    }

    [Fact]
    public void Parse_DeepNesting_IsRefused() =>
        Assert.Contains("levels deep", Assert.Single(ConfigurationParser.Parse("a: " + new string('[', 5000), null).Problems).Message);

    [Fact]
    public void Parse_HugeFile_IsRefused() =>
        Assert.Contains("larger than 1 MiB", Assert.Single(ConfigurationParser.Parse("# " + new string('x', ConfigurationParser.MaxLength), null).Problems).Message);

    [Fact]
    public void Parse_BytesThatAreNotUtf8_SaysWhere()
    {
        var problem = Assert.Single(ConfigurationParser.Parse([.. "type: task\nname: "u8, 0xFF, .. "\n"u8], null).Problems);
        Assert.Equal("2:7: is not UTF-8 text", problem.ToString());
    }

    [Fact]
    public void Parse_ByteOrderMark_IsSkipped() =>
        Assert.Empty(ConfigurationParser.Parse([.. "\uFEFF"u8, .. "type: task\ncommands: [x]"u8], null).Problems);

    // Whatever a file holds, the parser answers. Most of these start as a valid file, so that they get deep.
    [Fact]
    public void Parse_AnyText_NeverThrows() => AnyFile.Check(runs: 3000, property: text =>
    {
        var result = ConfigurationParser.Parse(text, null);
        Assert.Equal(result.Value is null, result.Problems.Count > 0);
        ConfigurationParser.Parse(Encoding.UTF8.GetBytes(text), null);
        ProfilesParser.Parse(text, null);
    });

    private static Gen<string> AnyFile =>
        from start in Gen.Elements("", "type: task\ncommands: [x]\n", "type: task\nenv: ", "type: task\nresources: {gpu: ", "profiles:\n- ")
        from parts in Generate.Text.ListOf()
        select start + string.Concat(parts);

    private static TaskConfiguration Task(string lines)
    {
        var result = ConfigurationParser.Parse($"type: task\ncommands: [x]\n{lines}\n", null);
        Assert.Equal("", result.PrintProblems());
        return (TaskConfiguration)result.Value!;
    }
}
