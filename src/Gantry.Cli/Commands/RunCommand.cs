using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Gantry.Cli.Projects;
using Gantry.Model.Api;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry run get</c>: a run in JSON.</summary>
internal static class RunCommand
{
    public static Command Build(Invocation invocation)
    {
        var project = Shared.Project(recursive: true);
        var name = new Argument<string?>("NAME") { Description = "The name of the run", Arity = ArgumentArity.ZeroOrOne };
        var id = new Option<Guid?>("--id") { Description = "The ID of the run (UUID)", HelpName = "ID" };
        var json = Shared.Json("Output in JSON format");
        var get = new Command("get", "Get a run") { name, id, json };
        HelpPage.SetEnding(get, """
            Examples:
              gantry run get hello --json
              gantry run get hello --json | jq -r .latest_job_submission.exit_status
            """);
        get.Validators.Add(result =>
        {
            if (!result.GetValue(json))
                result.AddError("--json is needed: a run is shown in JSON only.");
        });
        get.SetAction((parsed, cancellation) => RunAsync(invocation, parsed.GetValue(project), parsed.GetValue(name), parsed.GetValue(id), cancellation));
        return new Command("run", "Manage runs") { project, get };
    }

    private static async Task<int> RunAsync(Invocation invocation, string? named, string? name, Guid? id, CancellationToken cancellation)
    {
        if ((name is null) == (id is null))
            throw new CliException(ExitCodes.Usage, "Give the run's NAME or its --id, one of both.");
        using var project = ProjectConnection.Open(invocation, named);
        var run = await project.Client.GetRunJsonAsync(project.Name, new GetRunRequest(name, id), cancellation);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            run.WriteTo(writer);
        invocation.Terminal.Print(Encoding.UTF8.GetString(buffer.WrittenSpan));
        return ExitCodes.Ok;
    }
}
