using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Docker;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Spool;
using Gantry.Model.Link;

namespace Gantry.Agent.Ssh;

/// <summary>The command of the host by which a session of sshd becomes one of the job.</summary>
internal static class JobEntry
{
    /// <summary>The command, for sshd's shell.</summary>
    /// <exception cref="StartRefusedException">The job's surroundings are gone.</exception>
    /// <exception cref="IOException">Its script can not be written.</exception>
    public static string Command(JobSpool spool, JobOrder order, ExecutorSet executors)
    {
        if (order.Container is null)
            return $"exec {executors.Process.Tools.Shell} {StartScript.Quote(executors.Process.WriteEntry(spool, order))} --ssh";
        var docker = executors.Docker.Docker ?? throw new StartRefusedException("Docker can not be reached, so its containers can not be entered.");
        var runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? $"DOTNET_ROOT={StartScript.Quote(root)} " : "";
        return $"{runtime}exec {StartScript.Quote(Environment.ProcessPath!)} enter {StartScript.Quote(docker.Api.Socket)} {ContainerRequest.NameOf(spool.JobId)}";
    }
}
