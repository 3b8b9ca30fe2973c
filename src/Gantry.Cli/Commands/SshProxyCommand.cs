using System.CommandLine;
using Gantry.Cli.Output;
using Gantry.Cli.Projects;
using Gantry.Client;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Cli.Commands;

/// <summary><c>gantry ssh-proxy RUN</c>: the bytes of an SSH connection into a job. For ssh itself (ProxyCommand), so no help lists it.</summary>
internal static class SshProxyCommand
{
    public static Command Build(Invocation invocation)
    {
        var run = new Argument<string>("run_name") { Description = "The run" };
        var project = Shared.Project();
        var replica = new Option<int?>("--replica") { Description = "The replica number", HelpName = "REPLICA" };
        var job = Shared.Number("--job", "The job number", "JOB");
        var key = new Option<string>("--key") { Description = "File of the public key that logs in", HelpName = "FILE", Required = true };
        var command = new Command("ssh-proxy", "Carry an SSH connection into a job (used by ssh)") { run, project, replica, job, key };
        command.Hidden = true;
        command.SetAction((parsed, cancellation) => RunAsync(
            invocation, parsed.GetValue(project), parsed.GetValue(run)!, new JobStreamRequest("attach", parsed.GetValue(replica), parsed.GetValue(job), Key: Read(parsed.GetValue(key)!)), cancellation));
        return command;
    }

    private static string Read(string path) =>
        File.Exists(path) ? File.ReadAllText(path).Trim() : throw new CliException(ExitCodes.Failed, $"The public key {path} is gone. Attach again: gantry attach RUN");

    private static async Task<int> RunAsync(Invocation invocation, string? named, string run, JobStreamRequest request, CancellationToken cancellation)
    {
        using var project = ProjectConnection.Open(invocation, named);
        try
        {
            await using var stream = await project.Client.OpenStreamAsync(project.Name, run, request, cancellation);
            _ = Task.Run(() => InputAsync(stream, cancellation), cancellation);
            var output = new DescriptorStream(1);
            var buffer = new byte[32 << 10];
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var length)
                output.Write(buffer, 0, length);
            return ExitCodes.Ok;
        }
        catch (JobStreamException error)
        {
            throw new CliException(ExitCodes.Failed, error.Message);
        }
    }

    private static async Task InputAsync(JobStream stream, CancellationToken cancellation)
    {
        try
        {
            await using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            await input.CopyToAsync(stream, 32 << 10, cancellation);
            await stream.CompleteWritesAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The other direction tells.
        }
    }
}
