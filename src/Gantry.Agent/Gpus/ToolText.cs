namespace Gantry.Agent.Gpus;

/// <summary>What a tool printed, as part of a sentence.</summary>
internal static class ToolText
{
    private const int Longest = 300;

    /// <summary>Its first lines as one, without a full stop.</summary>
    public static string Shorten(string output)
    {
        var line = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
        return line.Length == 0 ? "nothing" : line.Length <= Longest ? line : line[..Longest] + "…";
    }
}
