using System.Text;
using Gantry.Cli.Projects;
using Gantry.Client;
using Gantry.Model.Link;

namespace Gantry.Cli.Attach;

/// <summary>Where a running job works: only the job itself knows.</summary>
internal static class JobDirectory
{
    private const string Unknown = "/";

    /// <summary>Its absolute path; <c>/</c> where it can not be asked.</summary>
    public static async Task<string> FindAsync(ProjectConnection project, string run, AttachRequest request, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await project.Client.OpenStreamAsync(project.Name, run, new JobStreamRequest("exec", request.Replica, request.Job), cancellation);
            using var frames = new ExecFrames(stream);
            await frames.WriteStartAsync(new ExecStart { Command = ["/bin/sh", "-c", "printf %s \"$DSTACK_WORKING_DIR\""] }, cancellation);
            var said = new MemoryStream();
            while (await frames.ReadAsync(cancellation) is var (type, content) && type != ExecFrameType.Exited)
            {
                if (type == ExecFrameType.Output)
                    said.Write(content.Span);
            }
            var directory = Encoding.UTF8.GetString(said.ToArray());
            return directory.StartsWith('/') ? directory : Unknown;
        }
        catch (JobStreamException)
        {
            return Unknown;
        }
    }
}
