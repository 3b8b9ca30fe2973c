using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>The projects file.</summary>
public sealed class ProjectTests : IAsyncLifetime
{
    private const string Project = """
        {"project_id":"6b371f0b-8745-4839-bd88-4cb89c191fb5","project_name":"main","owner":{"id":"6b371f0b-8745-4839-bd88-4cb89c191fb5","username":"admin","global_role":"admin",
         "active":true,"permissions":{"can_create_projects":true}},"backends":[],"members":[]}
        """;

    private readonly CommandRun command = new();
    private RecordedServer server = null!;

    private string ConfigFile => Path.Combine(command.Home, "config.yml");

    public async ValueTask InitializeAsync()
    {
        server = await RecordedServer.StartAsync();
        server.Answer("/api/projects/main/get", Project);
        server.Answer("/api/projects/second/get", Project);
    }

    public async ValueTask DisposeAsync()
    {
        command.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Add_First_IsTheDefaultAndOnlyItsOwnerMayReadIt()
    {
        var result = await command.RunAsync("project", "add", "--name", "main", "--url", server.Url, "--token", "t\"o\\ken", "-y");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("default: true", File.ReadAllText(ConfigFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ConfigFile));
        Assert.Equal("Bearer t\"o\\ken", server.Requests.Last().Authorization);
        Assert.DoesNotContain("t\"o", result.Output + result.Error);
    }

    [Fact]
    public async Task Add_WrongToken_ChangesNothing()
    {
        server.Answer("/api/projects/main/get", """{"detail":{"msg":"Invalid token","code":null}}""", 403);

        var result = await command.RunAsync("project", "add", "--name", "main", "--url", server.Url, "--token", "wrong", "-y");

        Assert.Equal(ExitCodes.Failed, result.ExitCode);
        Assert.Contains("Nothing was changed", result.Error);
        Assert.False(File.Exists(ConfigFile));
    }

    [Fact]
    public async Task SetDefaultListDelete_RoundTrip()
    {
        await command.RunAsync("project", "add", "--name", "main", "--url", server.Url, "--token", "one", "-y");
        await command.RunAsync("project", "add", "--name", "second", "--url", server.Url + "/", "--token", "two", "-n");

        Assert.Equal(0, (await command.RunAsync("project", "set-default", "second")).ExitCode);
        var list = await command.RunAsync("project", "list", "-v");
        Assert.Equal(0, (await command.RunAsync("project", "delete", "--name", "main", "-y")).ExitCode);
        var after = await command.RunAsync("project", "list");

        var lines = list.Output.TrimEnd().Split('\n');
        Assert.EndsWith("ok", lines[1]);
        Assert.EndsWith("ok     yes", lines[2]);
        Assert.DoesNotContain("two", list.Output);
        Assert.DoesNotContain("main", after.Output);
        Assert.Contains("second", after.Output);
    }

    [Theory]
    [InlineData("GANTRY_PROJECT")]
    [InlineData("DSTACK_PROJECT")]
    public async Task Environment_ChoosesTheProject(string variable)
    {
        await command.RunAsync("project", "add", "--name", "main", "--url", server.Url, "--token", "one", "-y");
        await command.RunAsync("project", "add", "--name", "second", "--url", server.Url, "--token", "two", "-n");
        server.Answer("/api/runs/list", "[]");
        command.Environment[variable] = "second";

        await command.RunAsync("ps", "-a");

        var asked = server.Requests.Last(request => request.Path == "/api/runs/list");
        Assert.Contains("\"project_name\":\"second\"", asked.Body);
        Assert.Equal("Bearer two", asked.Authorization);
    }
}
