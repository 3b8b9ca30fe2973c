using System.Runtime.CompilerServices;
using Gantry.Cli.Projects;
using Gantry.Client;

namespace Gantry.Cli.Following;

/// <summary>Follows a run across broken connections and restarts of the server: what was seen is not seen again, and nothing is missed.</summary>
internal sealed class RunFollower(Invocation invocation, ProjectConnection project, string run)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What happens, until the end or until there is no more of what was asked for.</summary>
    public async IAsyncEnumerable<RunEvent> FollowAsync(FollowOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pause = FirstPause;
        var lastHeard = invocation.Now;
        var said = false;
        while (true)
        {
            await using var events = project.Client.FollowRunAsync(project.Name, run, options, cancellation).GetAsyncEnumerator(cancellation);
            while (await TryMoveAsync(events))
            {
                (pause, lastHeard, said) = (FirstPause, invocation.Now, false);
                switch (events.Current)
                {
                    case RunEvent.Output output:
                        options = options.After(output);
                        break;
                    case RunEvent.SubmissionStarted start when options.Since is null && start.Submission != options.Submission:
                        options = options with { Submission = start.Submission, Offset = 0 };
                        break;
                }
                yield return events.Current;
                if (events.Current is RunEvent.Ended)
                    yield break;
            }
            if (invocation.Now - lastHeard > Patience)
                throw new ServerUnreachableException($"The server has not answered for {Patience.TotalMinutes:0} minutes. The run {run} is not touched by that.");
            if (!said && pause > FirstPause)
            {
                invocation.Terminal.Note("The connection to the server is lost; trying again ...");
                said = true;
            }
            await Task.Delay(pause, invocation.Time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static async Task<bool> TryMoveAsync(IAsyncEnumerator<RunEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (ServerUnreachableException)
        {
            return false;
        }
    }
}
