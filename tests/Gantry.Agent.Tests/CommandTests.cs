using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;

namespace Gantry.Agent.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Arguments_WithQuotesBlanksNewlines_ReachTheJobExactly()
    {
        string[] arguments = ["a b", "it's", "\"double\"", "", "new\nline", "$HOME `id` $(id) \\", "*", "-n", "ünïcödé ✓", "tab\there"];
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("") with { Command = ["/bin/sh", "-c", "for a; do printf '%s\\0' \"$a\"; done", "name", .. arguments] };

        await server.WantAsync(order);
        await server.UntilEndedAsync(order.JobId);

        Assert.Equal(string.Concat(arguments.Select(a => a + "\0")), server.Text(order.JobId));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(300_000)]
    public async Task Script_OfManyBytes_Runs(int size)
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync($": '{new string('x', size)}'\necho done");

        Assert.Equal(0, (await server.UntilEndedAsync(job)).ExitStatus);
        Assert.Equal("done\n", server.Text(job));
    }

    [Fact]
    public async Task Argument_TooLongAndNoScript_FailsToStartWithASentence()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("") with { Command = ["echo", new string('x', 200_000)] };

        await server.WantAsync(order);

        var ended = await server.UntilEndedAsync(order.JobId);
        Assert.Equal(ObservedState.FailedToStart, ended.State);
        Assert.Contains("200000 bytes", ended.Error);
    }

    [Fact]
    public async Task Environment_IsTheOrdersOnTopOfAFewOfTheAgents()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("env -0", env: e =>
        {
            e["PLAIN"] = "1";
            e["HARD"] = "it's a \"test\"\nof $HOME";
            e["LANG"] = "C.UTF-8";
        });
        await server.UntilEndedAsync(job);

        var variables = server.Text(job).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        Assert.Equal("1", variables["PLAIN"]);
        Assert.Equal("it's a \"test\"\nof $HOME", variables["HARD"]);
        Assert.Equal("C.UTF-8", variables["LANG"]);
        Assert.Equal(job.ToString(), variables["GANTRY_JOB_ID"]);
        Assert.Equal(Path.Combine(agent.JobDirectory(job), "work"), variables["DSTACK_WORKING_DIR"]);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), variables["PATH"]);
        Assert.Equal("1", variables["PYTHONUNBUFFERED"]);
        Assert.DoesNotContain("GANTRY_TEST_SECRET", variables.Keys);
        Assert.DoesNotContain("LC_ALL", variables.Keys.Except(Environment.GetEnvironmentVariables().Keys.Cast<string>()));
    }

    [Fact]
    public async Task Environment_ValuesAreOnNoCommandLineAndInNoReadableFile()
    {
        const string secret = "s3cr3t-value-of-a-variable";
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("echo up; exec sleep 60", env: e => e["TOKEN"] = secret);
        await server.UntilLoggedAsync(job, "up");

        foreach (var process in Directory.GetDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _)))
            Assert.DoesNotContain(secret, CommandLineOf(process));
        Assert.All(
            Directory.GetFiles(agent.JobDirectory(job)),
            file => Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)));
        Assert.DoesNotContain(secret, agent.ReadLog());
    }

    [Fact]
    public async Task WorkingDir_Missing_IsMade()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var directory = agent.Spool + "/a b/it's";
        var order = server.Order("pwd; echo \"$DSTACK_WORKING_DIR\"") with { WorkingDir = directory };

        await server.WantAsync(order);
        await server.UntilEndedAsync(order.JobId);

        Assert.Equal($"{directory}\n{directory}\n", server.Text(order.JobId));
    }

    [Theory]
    [InlineData("/proc/nowhere")]
    [InlineData("relative/path")]
    public async Task WorkingDir_Impossible_FailsToStartWithASentence(string directory)
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("pwd") with { WorkingDir = directory };

        await server.WantAsync(order);

        var ended = await server.UntilEndedAsync(order.JobId);
        Assert.Equal(ObservedState.FailedToStart, ended.State);
        Assert.Contains(directory, ended.Error);
    }

    [Fact]
    public async Task WorkingDir_Tilde_IsTheHome()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("pwd") with { WorkingDir = "~" };

        await server.WantAsync(order);
        await server.UntilEndedAsync(order.JobId);

        Assert.Equal(Environment.GetEnvironmentVariable("HOME") + "\n", server.Text(order.JobId));
    }

    [Fact]
    public async Task Hostfile_NamesEachNodeWithItsOwnSlots()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("cat $DSTACK_MPI_HOSTFILE") with { NodeIps = ["10.0.0.1", "10.0.0.2", "10.0.0.3"], NodeGpus = [0, 8] };

        await server.WantAsync(order);
        await server.UntilEndedAsync(order.JobId);

        Assert.Equal("10.0.0.1\n10.0.0.2 slots=8\n10.0.0.3\n", server.Text(order.JobId));
    }

    [Fact]
    public async Task Executor_Unknown_FailsToStartAndNamesIt()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("true") with { Executor = "teleport" };

        await server.WantAsync(order);

        Assert.Contains("teleport", (await server.UntilEndedAsync(order.JobId)).Error);
    }

    [Fact]
    public async Task User_Unknown_FailsToStartAndNamesIt()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("id -un") with { User = "nobody-has-this-name" };

        await server.WantAsync(order);

        var ended = await server.UntilEndedAsync(order.JobId);
        Assert.Equal(ObservedState.FailedToStart, ended.State);
        Assert.Contains("nobody-has-this-name", ended.Error);
    }

    [Fact]
    public async Task User_Another_RunsAsItOrSaysWhyNot()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();
        var order = server.Order("id -un; echo $USER; echo again > /dev/stderr") with { User = "nobody", WorkingDir = "/" };

        await server.WantAsync(order);

        var ended = await server.UntilEndedAsync(order.JobId);
        if (Environment.UserName == "root")
            Assert.Equal("nobody\nnobody\nagain\n", server.Text(order.JobId));
        else
            Assert.Contains("only root", ended.Error);
    }

    [Fact]
    public async Task Umask_IsTheOneThatTheAgentWasStartedWith()
    {
        await using var agent = await TestAgent.StartAsync();
        await using var server = await agent.ConnectAsync();

        var job = await server.StartAsync("umask");
        await server.UntilEndedAsync(job);

        Assert.NotEqual("0077\n", server.Text(job));
    }

    private static string CommandLineOf(string process)
    {
        try
        {
            return File.ReadAllText(process + "/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
