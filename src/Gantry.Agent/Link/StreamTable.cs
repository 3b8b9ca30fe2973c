using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Jobs;
using Gantry.Model.Link;
using Gantry.Model.Link.Streams;

namespace Gantry.Agent.Link;

/// <summary>Gives each stream that a server opens to the handler of its kind.</summary>
internal sealed class StreamTable(JobTable jobs, AgentLog log, params IReadOnlyList<IStreamHandler> handlers)
{
    /// <summary>Serves a stream until its end; a refusal goes to the server as a sentence.</summary>
    /// <param name="serverId">The server that opened it: streams go only into jobs of its own.</param>
    /// <param name="order">What it asked for.</param>
    /// <param name="stream">The stream.</param>
    public async Task ServeAsync(Guid serverId, OpenStream order, LinkStream stream)
    {
        try
        {
            if (handlers.FirstOrDefault(handler => handler.Kind == order.Kind) is not { } handler)
                throw new StreamBrokenException($"This host's agent (build {Build.Id}) knows no streams of kind '{order.Kind}'.");
            if (order.JobId is { } jobId && jobs.Find(jobId)?.ServerId != serverId)
                throw new StreamBrokenException($"The host's agent has no job {jobId} of this server.");
            await handler.ServeAsync(order, stream, stream.Ended);
            await stream.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or StartRefusedException or DockerException or DockerGoneException)
        {
            stream.Abort(exception.Message);
        }
        catch (OperationCanceledException) when (stream.Ended.IsCancellationRequested)
        {
            // Whoever broke it off knows why.
        }
        catch (Exception exception)
        {
            log.Error($"a stream of kind {order.Kind} failed: {exception}");
            stream.Abort("The host's agent failed at this; its log says how.");
        }
    }
}
