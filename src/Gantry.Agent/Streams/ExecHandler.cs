using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Spool;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>Streams of kind "exec": a command in a running job, as its user, with its environment and in its directory.</summary>
internal sealed class ExecHandler(AgentSpool spool, ExecutorSet executors) : IStreamHandler
{
    /// <inheritdoc/>
    public string Kind => StreamKinds.Exec;

    /// <inheritdoc/>
    public async Task ServeAsync(OpenStream order, LinkStream stream, CancellationToken ended)
    {
        var job = RunningJob.Find(spool, executors, order);
        stream.Accept();
        using var frames = new ExecFrames(stream);
        if (await frames.ReadAsync(ended) is not (ExecFrameType.Start, var first))
            throw new StreamBrokenException("The stream did not begin with a command.");
        await using var command = await StartAsync(job, ExecFrames.ReadStart(first), ended);
        var input = InputAsync(frames, command, ended);
        await command.PumpAsync((isError, bytes) => frames.WriteAsync(isError ? ExecFrameType.Error : ExecFrameType.Output, bytes, ended), ended);
        await frames.WriteExitAsync(await command.ExitAsync(ended), ended);
        stream.CompleteWrites();
        await input;
    }

    private async Task<EnteredCommand> StartAsync(RunningJob job, ExecStart start, CancellationToken ended)
    {
        if (job.Container is { } container)
        {
            try
            {
                return await ContainerCommand.StartAsync(executors.Docker.Docker!.Api, container, start, ended);
            }
            catch (DockerException exception)
            {
                throw new StreamBrokenException($"Docker does not run this in the job's container: {exception.Message}");
            }
        }
        var entry = executors.Process.WriteEntry(job.Spool, job.Order);
        IReadOnlyList<string> arguments = [executors.Process.Tools.Shell, entry, .. start.Command];
        var environment = BaseEnvironment.Block();
        if (!start.Tty)
        {
            var plain = PipedCommand.Start(executors.Process.Tools.SetSid, arguments, environment);
            if (!start.Interactive)
                plain.EndInput();
            return plain;
        }
        return TerminalCommand.Start(
            arguments, [.. environment, $"TERM={start.Term ?? "xterm"}"], start.Columns > 0 ? start.Columns : 80, start.Rows > 0 ? start.Rows : 24);
    }

    // Until the client has closed: that ends a command which still runs, because it is disposed then.
    private static async Task InputAsync(ExecFrames frames, EnteredCommand command, CancellationToken ended)
    {
        while (await frames.ReadAsync(ended) is var (type, content))
        {
            try
            {
                switch (type)
                {
                    case ExecFrameType.Input:
                        await command.WriteInputAsync(content, ended);
                        break;
                    case ExecFrameType.InputEnd:
                        command.EndInput();
                        break;
                    case ExecFrameType.Resize:
                        var (columns, rows) = ExecFrames.ReadSize(content);
                        await command.ResizeAsync(columns, rows);
                        break;
                    case ExecFrameType.Signal when content.Length > 0:
                        await command.SignalAsync(content.Span[0]);
                        break;
                }
            }
            catch (IOException)
            {
                // The command takes no input any more; what it still writes counts.
            }
        }
    }
}
