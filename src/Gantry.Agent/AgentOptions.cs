using System.Globalization;

namespace Gantry.Agent;

/// <summary>What <c>gantry-agent run</c> was told.</summary>
/// <param name="Spool">Absolute path of the spool.</param>
/// <param name="IdleExit">The agent ends after so long without a connection and without a live job.</param>
internal sealed record AgentOptions(string Spool, TimeSpan IdleExit)
{
    private static readonly TimeSpan UsualIdleExit = TimeSpan.FromSeconds(600);

    /// <summary>Reads the arguments behind <c>run</c>; null with a sentence when they are wrong.</summary>
    public static AgentOptions? Parse(ReadOnlySpan<string> arguments, out string problem)
    {
        string? spool = null;
        var idle = UsualIdleExit;
        problem = "";
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (name is not ("--spool" or "--idle-exit"))
            {
                problem = $"There is no option {name}.";
                return null;
            }
            value ??= i + 1 < arguments.Length ? arguments[++i] : null;
            if (value is null)
            {
                problem = $"{name} needs a value.";
                return null;
            }
            if (name == "--spool")
                spool = Path.GetFullPath(value);
            else if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 1e9)
                idle = TimeSpan.FromSeconds(seconds);
            else
            {
                problem = $"--idle-exit needs a number of seconds, not {value}.";
                return null;
            }
        }
        if (spool is not null)
            return new AgentOptions(spool.Length > 1 ? spool.TrimEnd('/') : spool, idle);
        problem = "--spool DIR is needed.";
        return null;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }
}
