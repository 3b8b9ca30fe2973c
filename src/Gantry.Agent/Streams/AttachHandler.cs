using System.Text;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Jobs;
using Gantry.Agent.Native;
using Gantry.Agent.Spool;
using Gantry.Agent.Ssh;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Streams;

/// <summary>
/// Streams of kind "attach": an SSH connection into a job. The host's own sshd serves each one, started for it with a configuration of the job's: so the job's image needs no sshd, and
/// nothing here speaks SSH. It runs in the job's network, so that what is forwarded over it reaches the job's own ports.
/// </summary>
internal sealed class AttachHandler(AgentSpool spool, ExecutorSet executors, JobTable jobs) : IStreamHandler
{
    private const int MostComplaints = 4096;

    // A session ends with the job and says how; a connection without one would stay.
    private static readonly TimeSpan AfterTheJob = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public string Kind => StreamKinds.Attach;

    /// <inheritdoc/>
    public async Task ServeAsync(OpenStream order, LinkStream stream, CancellationToken ended)
    {
        var job = RunningJob.Find(spool, executors, order);
        if (order.AuthorizedKeys.Count == 0)
            throw new StreamBrokenException("No public key came with the connection, so nobody could log in.");
        using var session = SshSession.Prepare(job, executors, order.AuthorizedKeys);
        var network = await JobNetwork.OfAsync(job, executors, ended);
        await using var command = PipedCommand.Start(
            executors.Process.Tools.SetSid, [.. network.Enter(), session.Sshd, "-i", "-e", "-f", session.ConfigPath], BaseEnvironment.Block());
        stream.Accept();
        using var end = new EndOfJob(jobs, job.Spool.JobId, AfterTheJob, ended);
        // Its streams end with it: reading them can not be cancelled.
        using var onEnd = end.Token.Register(() => _ = command.SignalAsync(Libc.SIGTERM).AsTask());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        var input = InputAsync(stream, command, ending.Token);
        var complaints = new StringBuilder();
        var hasSpoken = false;
        await command.PumpAsync(Take, ended);
        var status = await command.ExitAsync(ended);
        if (end.Token.IsCancellationRequested)
            throw new StreamBrokenException("The job has ended.");
        await ending.CancelAsync();
        await input.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!hasSpoken)
            throw new StreamBrokenException($"The host's sshd ended with status {status} before it said anything: {complaints.ToString().Trim()}");

        ValueTask Take(bool isError, ReadOnlyMemory<byte> bytes)
        {
            if (isError)
            {
                if (complaints.Length < MostComplaints)
                    complaints.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            }
            hasSpoken = true;
            return stream.WriteAsync(bytes, ended);
        }
    }

    private static async Task InputAsync(LinkStream stream, PipedCommand command, CancellationToken ended)
    {
        try
        {
            var buffer = new byte[LinkProtocol.MaxStreamPiece];
            while (await stream.ReadAsync(buffer, ended) is > 0 and var length)
                await command.WriteInputAsync(buffer.AsMemory(0, length), ended);
            command.EndInput();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // sshd has ended, or the user is gone.
        }
    }
}
