using System.Globalization;

namespace Gantry.Agent;

/// <summary>The agent's own log: lines with a timestamp on standard output, which whoever starts it redirects. Never holds values of environments or output of jobs.</summary>
internal sealed class AgentLog(TimeProvider time, TextWriter output)
{
    private readonly Lock _writing = new();

    /// <summary>Something that an operator may want to know later.</summary>
    public void Info(string message) => Write("info", message);

    /// <summary>Something that went wrong.</summary>
    public void Error(string message) => Write("error", message);

    private void Write(string level, string message)
    {
        var stamp = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        try
        {
            lock (_writing)
            {
                output.WriteLine($"{stamp} {level} {message}");
                output.Flush();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // A log that cannot be written (disk full, reader gone) must not end the agent.
        }
    }
}
