using System.Text.RegularExpressions;

namespace Gantry.Model.Configurations;

/// <summary>The rule for names of runs.</summary>
public static partial class RunName
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Allowed = "2 to 41 lower-case letters, digits and -, starting with a letter";

    /// <summary>Whether a run may have this name.</summary>
    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{1,40}\z")]
    private static partial Regex Pattern();
}
