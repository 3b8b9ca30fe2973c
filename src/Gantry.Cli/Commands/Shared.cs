using System.CommandLine;
using System.Globalization;
using Gantry.Model.Values;

namespace Gantry.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Shared
{
    public static Option<string?> Project(bool recursive = false) => new("--project")
    {
        Description = "The name of the project. Defaults to $GANTRY_PROJECT, $DSTACK_PROJECT, then the configured default",
        HelpName = "NAME",
        Recursive = recursive,
    };

    public static Option<bool> Yes(string description = "Do not ask for confirmation") => new("--yes", "-y") { Description = description };

    public static Option<string?> Since(string what) => new("--since")
    {
        Description = $"{what} Can be a duration (e.g. 10s, 5m, 1d) or an RFC 3339 string (e.g. 2023-09-24T15:30:00Z)",
        HelpName = "SINCE",
    };

    public static Option<string?> Format() => new Option<string?>("--format") { Description = "Output format: plain (the default) or json", HelpName = "FORMAT" }
        .OneOf("plain", "json");

    public static Option<bool> Json(string description = "Output in JSON format (equivalent to --format json)") => new("--json") { Description = description };

    public static Option<int> Number(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    /// <summary>A time from <c>--since</c>.</summary>
    public static DateTimeOffset? ParseSince(string? text, DateTimeOffset now)
    {
        if (text is null)
            return null;
        if (DurationText.Parse(text) is { Ok: true, Value: var ago })
            return now - ago;
        if (text.Contains('-', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        throw new CliException(ExitCodes.Usage, $"--since: '{text}' is neither a duration (10s, 5m, 1d) nor a time (2023-09-24T15:30:00Z).");
    }

    /// <summary>Asks before something that cannot be undone; without anybody to ask, it isn't done.</summary>
    public static bool Confirmed(Invocation invocation, bool yes, string question)
    {
        if (yes)
            return true;
        switch (invocation.Terminal.Confirm(question))
        {
            case true:
                return true;
            case null:
                invocation.Terminal.Error("There was nobody to answer, so nothing was done. Use -y to do it without asking.");
                return false;
            default:
                invocation.Terminal.Note("Nothing was done.");
                return false;
        }
    }

    private static Option<string?> OneOf(this Option<string?> option, params string[] values)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !values.Contains(token.Value))
                result.AddError($"{option.Name}: '{token.Value}' is not one of {string.Join(", ", values)}.");
        });
        option.CompletionSources.Add(values);
        return option;
    }
}
