using System.Globalization;

namespace Gantry.Server.Api;

/// <summary>What a follower wants.</summary>
internal sealed record FollowQuery(int Replica, int Job, bool Status, bool Logs, bool Follow, Guid? Submission, long Offset, DateTimeOffset? Since)
{
    public static FollowQuery Parse(IQueryCollection query)
    {
        var problems = new List<(string, IReadOnlyList<string>, string)>();
        var result = new FollowQuery(
            Number("replica"), Number("job"), Flag("status"), Flag("logs"), Flag("follow"),
            Value("submission") is not { } id ? null : Guid.TryParse(id, out var guid) ? guid : Wrong<Guid?>("submission", id, "a UUID"),
            Value("log_offset") is not { } at ? 0 : long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : Wrong<long>("log_offset", at, "a number from 0"),
            Value("since") is not { } since ? null
                : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : Wrong<DateTimeOffset?>("since", since, "an ISO 8601 time"));
        return problems.Count == 0 ? result : throw ApiError.Unprocessable(problems);

        string? Value(string name) => query.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 } text ? text : null;

        int Number(string name) =>
            Value(name) is not { } text ? 0 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Wrong<int>(name, text, "a number from 0");

        bool Flag(string name) =>
            Value(name) is not { } text || (bool.TryParse(text, out var flag) ? flag : text is "1" || (text is not "0" && Wrong<bool>(name, text, "true or false")));

        T? Wrong<T>(string name, string value, string allowed)
        {
            problems.Add(("value_error", ["query", name], $"{name} is '{value}'; allowed is {allowed}."));
            return default;
        }
    }
}
