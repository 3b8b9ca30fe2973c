using System.Diagnostics;

namespace Gantry.Agent.Tests.Support;

/// <summary>Waits for what comes without an event: looks again and again, up to a deadline.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task True(Func<bool> condition, string what)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, "waited too long for " + what);
            await Task.Delay(5);
        }
    }
}
