using System.CommandLine;
using Gantry.Cli.Apply;
using Gantry.Cli.Attach;
using Gantry.Cli.Fleets;
using Gantry.Cli.Projects;
using Gantry.Cli.Volumes;
using Gantry.Model.Api;
using Gantry.Model.Configurations;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry apply</c>: shows the plan, submits, follows the run to its end and ends as it ended.</summary>
internal static class ApplyCommand
{
    private static readonly string[] HelpTypes = ["task", "service", "dev-environment", "fleet", "volume", "gateway", "preset"];

    /// <summary>dstack's <c>apply -h TYPE</c>: the help is one page for all types.</summary>
    public static string[] WithoutHelpType(string[] args)
    {
        var help = Array.FindIndex(args, argument => argument is "-h" or "--help");
        return help >= 0 && help + 1 < args.Length && HelpTypes.Contains(args[help + 1])
            ? [.. args[..(help + 1)], .. args[(help + 2)..]]
            : args;
    }

    public static Command Build(Invocation invocation)
    {
        var options = new ApplyOptions();
        var command = new Command("apply", "Apply a configuration");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(invocation, options.Read(parsed), cancellation));
        HelpPage.SetEnding(command, """
            The job's output goes to standard output, byte for byte; when that is no terminal, everything else goes to standard error.
            The command ends with the job's exit status. Ctrl+C asks whether to stop the run or to let go of it (without a terminal it
            stops the run); a second Ctrl+C aborts it. SIGTERM lets go of it.

            Examples:
              gantry apply                              the .dstack.yml of this directory
              gantry apply -f train.dstack.yml -y       without asking
              gantry apply -f train.dstack.yml -y -d    and without waiting
              gantry apply -f dev.dstack.yml            a dev environment: says how to open it, and stays attached
              cat task.yml | gantry apply -f - -y
              gantry apply -f train.dstack.yml -n try-2 -e LR=0.1 --gpu H100:2 -- --epochs 3
            """);
        return command;
    }

    private static async Task<int> RunAsync(Invocation invocation, ApplyRequest request, CancellationToken cancellation)
    {
        var configuration = ConfigurationFile.Require(invocation, request.File);
        if (configuration is FleetConfiguration fleet)
        {
            using var connection = ProjectConnection.Open(invocation, request.Project);
            return await new FleetApply(invocation, connection, request).RunAsync(fleet, cancellation);
        }
        if (configuration is VolumeConfiguration volume)
        {
            using var connection = ProjectConnection.Open(invocation, request.Project);
            return await new VolumeApply(invocation, connection, request).RunAsync(volume, cancellation);
        }
        using var prepared = await SpecBuilder.BuildAsync(invocation, request, configuration, cancellation);
        using var project = ProjectConnection.Open(invocation, request.Project);
        var submission = new Submission(invocation, project, request);
        if (await submission.SubmitAsync(prepared, cancellation) is not { } run)
            return ExitCodes.Declined;

        var name = run.RunSpec.RunName ?? prepared.Spec.RunName ?? "";
        if (request.Detach)
        {
            invocation.Terminal.Print($"Run {name} submitted, detaching...");
            return ExitCodes.Ok;
        }
        if (run.NextTriggeredAt is { } next)
        {
            invocation.Terminal.Note($"Run {name} submitted. It waits for its schedule; next start: {Output.Words.LocalTime(next)}. Follow it with: gantry logs -f {name}");
            return ExitCodes.Ok;
        }
        return await new Attachment(invocation, project, name, WhatToAttach(run)).RunAsync(cancellation);
    }

    // Of a task only the ports, where it has some: whoever wants to ssh into it says so with gantry attach. A dev environment is there for that.
    private static AttachRequest? WhatToAttach(Run run) =>
        run.RunSpec.Configuration is DevEnvironmentConfiguration ? new AttachRequest()
        : run.Jobs.Any(job => job.JobSpec.AppSpecs is { Count: > 0 }) ? new AttachRequest(WithSsh: false)
        : null;
}
