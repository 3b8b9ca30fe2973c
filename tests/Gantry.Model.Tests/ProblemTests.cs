using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

/// <summary>What a person sees who got something wrong: everything at once, each with its place, the value and what is allowed.</summary>
public class ProblemTests
{
    [Fact]
    public void Parse_FileWithManyProblems_ReportsAllWithPositions()
    {
        var result = ConfigurationParser.Parse("""
            type: task
            name: My Run
            comands:
              - echo hi
            env:
              - 1BAD=hunter2
              - GOOD=1
            ports:
              - 8501
              - 99999
            resources:
              gpu: H100,x!
              memory: 24BG
              cpus: 4
            max_duration: soon
            priority: 101
            python: 3.15
            schedule:
              cron: "61 * * * *"
            """, "bad.dstack.yml");

        Assert.Null(result.Value);
        Assert.Equal(
            """
            bad.dstack.yml:1:1: commands: is missing; allowed: a list of shell commands; only a task with an image can do without, and then runs what the image starts
            bad.dstack.yml:2:7: name: "My Run" is not a name of a run; allowed: 2 to 41 lower-case letters, digits and -, starting with a letter
            bad.dstack.yml:3:1: comands: is not a known key; did you mean "commands"?
            bad.dstack.yml:6:5: env[0]: is not a name of a variable; allowed: letters, digits and _, not starting with a digit
            bad.dstack.yml:10:5: ports[1]: "99999" is not a port; allowed: a port from 1 to 65535 such as 8501, or LOCAL:PORT such as 80:8501, or *:8501 for any free local port
            bad.dstack.yml:12:8: resources.gpu: "H100,x!" has a part "x!" that is neither a name, a size nor a count; allowed: parts joined by colons, each optional: a vendor (nvidia, amd, tpu, intel, tt), names (H100 or A10G,A100), memory (80GB, 24GB..) and a count (2, 1..4)
            bad.dstack.yml:13:11: resources.memory: "24BG" is not a size; allowed: a size or a range of sizes such as 24GB, 24GB.., 24GB..80GB or ..80GB (a plain number is GB)
            bad.dstack.yml:14:3: resources.cpus: is not a known key; did you mean "cpu"?
            bad.dstack.yml:15:15: max_duration: "soon" is not a duration; allowed: a duration such as 90s, 15m, 4h, 2d or 1w, or a number of seconds, or off
            bad.dstack.yml:16:11: priority: "101" is more than 100; allowed: a whole number from 0 to 100
            bad.dstack.yml:17:9: python: "3.15" is not a version of Python that can be chosen; allowed: 3.9, 3.10, 3.11, 3.12, 3.13, 3.14
            bad.dstack.yml:19:9: schedule.cron: "61 * * * *" has a minute "61" that is not within 0-59; allowed: five fields "minute hour day-of-month month day-of-week" of *, values, ranges and steps such as "15 23 * * mon-fri" (UTC; 0 is Monday)
            """,
            result.PrintProblems());
    }

    [Theory]
    [InlineData("type: tsak", "1:7: type: \"tsak\" is not a type of configuration; did you mean \"task\"? Allowed: task, dev-environment, fleet, volume")]
    [InlineData("type: service", "1:7: type: type: service is not supported yet by this version of Gantry; allowed: task, dev-environment, fleet, volume")]
    [InlineData("type: gateway", "1:7: type: type: gateway is not supported yet by this version of Gantry; allowed: task, dev-environment, fleet, volume")]
    [InlineData("name: x", "1:1: type: is missing; allowed: task, dev-environment, fleet, volume")]
    [InlineData("type: [task]", "1:7: type: must be text, not a list; allowed: task, dev-environment, fleet, volume")]
    [InlineData("- type: task", "1:1: must be a mapping, not a list")]
    [InlineData("hello", "1:1: must be a mapping, not a single value")]
    public void Parse_TypeThatCannotRun_SaysWhich(string yaml, string problem) => Assert.Equal([problem], Problems(yaml));

    [Theory]
    [InlineData("image: x\npython: 3.12", "python: cannot be used together with image: the image brings its own")]
    [InlineData("image: x\nnvcc: true", "nvcc: cannot be used together with image: the image brings its own")]
    [InlineData("image: x\ndocker: true", "docker: cannot be used together with image")]
    [InlineData("docker: true\npython: 3.12", "python: cannot be used together with docker")]
    [InlineData("docker: true\nnvcc: true", "nvcc: cannot be used together with docker")]
    [InlineData("repos: [., ..]", "repos: names 2 repos, and a run can have one")]
    [InlineData("nodes: 0", "nodes: \"0\" is less than 1; allowed: a whole number from 1")]
    [InlineData("nodes: 010", "nodes: \"010\" starts with a zero, which YAML reads as octal: leave the zero out; allowed: a whole number from 1")]
    [InlineData("max_price: 0", "max_price: \"0\" is not above 0; allowed: dollars an hour, above 0, such as 1.5")]
    [InlineData("retry: maybe", "retry: \"maybe\" is neither true nor false; allowed: true, false")]
    [InlineData("retry: {on_events: [eror]}", "retry.on_events[0]: \"eror\" is not known here; did you mean \"error\"? Allowed: no-capacity, interruption, error")]
    [InlineData("retry: {on_events: error}", "retry.on_events: must be a list, not a single value")]
    [InlineData("spot_policy: ondemand", "spot_policy: \"ondemand\" is not known here; did you mean \"on-demand\"? Allowed: spot, on-demand, auto")]
    [InlineData("backends: [asw]", "backends[0]: \"asw\" is not known here; did you mean \"aws\"? Allowed: amddevcloud, aws, azure, cloudrift, crusoe, cudo, datacrunch, digitalocean, dstack, gcp, hotaisle, jarvislabs, kubernetes, lambda, nebius, oci, remote, runpod, slurm, tensordock, vastai, verda, vultr")]
    [InlineData("utilization_policy: {min_gpu_utilization: 10, time_window: 1m}", "utilization_policy.time_window: \"1m\" is shorter than 5m; allowed: a duration such as 90s, 15m, 4h, 2d or 1w, or a number of seconds, of 5m or more")]
    [InlineData("utilization_policy: {min_gpu_utilization: 10}", "utilization_policy.time_window: is missing")]
    [InlineData("schedule: {}", "schedule.cron: is missing; allowed: five fields \"minute hour day-of-month month day-of-week\" of *, values, ranges and steps such as \"15 23 * * mon-fri\" (UTC; 0 is Monday)")]
    [InlineData("working_dir: here", "working_dir: \"here\" is not an absolute path; allowed: a path that starts with / or ~/")]
    [InlineData("shell: zsh", "shell: \"zsh\" is not a shell; allowed: sh, bash, or an absolute path such as /usr/bin/zsh")]
    [InlineData("volumes: [{name: v, path: data}]", "volumes[0].path: \"data\" is not an absolute path; allowed: a path that starts with /, or ./path in the working directory")]
    [InlineData("volumes: [{path: /data}]", "volumes[0].name: is missing")]
    [InlineData("files: [{local_path: x}]", "files[0].path: is missing")]
    [InlineData("repos: [{path: x}]", "repos[0]: needs a local_path or a url")]
    [InlineData("repos: [{url: x, local_path: y}]", "repos[0].url: cannot be used together with repos[0].local_path")]
    [InlineData("fleets: [a/b/c]", "fleets[0]: \"a/b/c\" is not the name of a fleet; allowed: NAME, or PROJECT/NAME for an imported one")]
    [InlineData("instances: [{fleet: a}]", "instances[0]: does not name an instance; allowed: name, or hostname, or fleet together with instance")]
    [InlineData("backend_options: [{type: vastai}]", "backend_options: is not supported yet by this version of Gantry")]
    [InlineData("privileged: 2", "privileged: \"2\" is neither true nor false; allowed: true, false")]
    [InlineData("image: ''", "image: is empty")]
    [InlineData("tags: [a]", "tags: must be a mapping, not a list")]
    [InlineData("resources: {memory: {min: 8, max: 4}}", "resources.memory: has a lowest value that is above its highest; allowed: a size or a range of sizes such as 24GB, 24GB.., 24GB..80GB or ..80GB (a plain number is GB)")]
    [InlineData("resources: {cpu: {count: {}}}", "resources.cpu.count: has neither a lowest nor a highest value; allowed: a whole number or a range such as 2, 2..8, 2.. or ..8")]
    [InlineData("resources: {gpu: {name: [80GB]}}", "resources.gpu.name: \"80GB\" is not a name of a GPU; allowed: names such as H100 or A10G")]
    [InlineData("resources: {gpu: {vendor: nvidai}}", "resources.gpu.vendor: \"nvidai\" is not a vendor of GPUs; allowed: nvidia, amd, google (or tpu), intel, tenstorrent (or tt)")]
    [InlineData("resources: {gpu: [H100]}", "resources.gpu: must be a mapping, not a list")]
    [InlineData("maxDuration: 1h", "maxDuration: is not a known key; did you mean \"max_duration\"?")]
    public void Parse_OneThingWrong_SaysIt(string line, string problem)
    {
        var found = ConfigurationParser.Parse($"type: task\ncommands: [x]\n{line}\n", null).Problems;
        Assert.Equal([problem], found.Select(item => item.Sentence()));
        Assert.InRange(found[0].Line, 2, 4);
    }

    [Fact]
    public void Parse_UnknownKeyFarFromAny_ListsWhatIsKnown() =>
        Assert.Equal(
            ["4:17: registry_auth.zzz: is not a known key; allowed: username, password"],
            Problems("type: task\nimage: x\ncommands: [x]\nregistry_auth: {zzz: 1, username: u, password: p}"));

    [Theory]
    [InlineData("groups: [{commands: [a]}]\nnodes: 2", "nodes: cannot be used together with groups: each group says how many nodes it has")]
    [InlineData("groups: [{commands: [a]}]\ncommands: [b]", "commands: cannot be used together with groups: each group has its own")]
    [InlineData("groups: [{commands: [a]}]\nports: [80]", "ports: cannot be used together with groups: each group has its own")]
    [InlineData("groups: [{commands: [a]}]\nentrypoint: x", "entrypoint: cannot be used together with groups")]
    [InlineData("groups: []", "groups: is an empty list")]
    [InlineData("groups: [{nodes: 2}]", "groups[0].commands: is missing; allowed: a list of shell commands")]
    [InlineData("groups: [{nodes: 0, commands: [a]}]", "groups[0].nodes: \"0\" is less than 1; allowed: a whole number from 1")]
    public void Parse_Groups_ExcludeWhatTheyReplace(string lines, string problem) =>
        Assert.Equal([problem], ConfigurationParser.Parse($"type: task\n{lines}\n", null).Problems.Select(item => item.Sentence()));

    [Theory]
    [InlineData("env: {A B: hunter2}")]
    [InlineData("env: [\"A B=hunter2\"]")]
    [InlineData("env: hunter2")]
    [InlineData("env: {A: {secret: hunter2}}")]
    [InlineData("env: {A: [hunter2]}")]
    [InlineData("env: [\"A=hunter2\\0\"]")]
    [InlineData("registry_auth: hunter2")]
    [InlineData("registry_auth: {username: u, pasword: hunter2}")]
    [InlineData("registry_auth: {username: u, password: [hunter2]}")]
    public void Parse_WrongSecret_IsNotRepeated(string line)
    {
        var result = ConfigurationParser.Parse($"type: task\nimage: x\n{line}\n", null);
        Assert.NotEmpty(result.Problems);
        Assert.DoesNotContain(result.Problems, problem => problem.ToString().Contains("hunter2", StringComparison.Ordinal) || problem.Value?.Contains("hunter2", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Parse_Values_AreGivenWithTheirProblem()
    {
        var problem = Assert.Single(ConfigurationParser.Parse("type: task\ncommands: [x]\npriority: 101", "f").Problems);
        Assert.Equal(("priority", "101", 3, 11), (problem.Path, problem.Value, problem.Line, problem.Column));
        Assert.Equal("a whole number from 0 to 100", problem.Allowed);
        Assert.Equal("f:3:11: priority: \"101\" is more than 100; allowed: a whole number from 0 to 100", problem.Print("f"));
    }

    private static IEnumerable<string> Problems(string yaml) => ConfigurationParser.Parse(yaml, null).Problems.Select(problem => problem.ToString());
}
