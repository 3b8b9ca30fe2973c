using System.Text;

namespace Gantry.Model.Configurations;

/// <summary>Something wrong in a configuration: where, what, and what would be right.</summary>
public sealed record Problem
{
    /// <summary>Line in the file, from 1; 0 when it came as JSON in a request.</summary>
    public int Line { get; init; }
    /// <summary>Column in the line, from 1; 0 when it came as JSON in a request.</summary>
    public int Column { get; init; }
    /// <summary>The key as a path, such as <c>resources.gpu</c> or <c>ports[0]</c>; empty for the whole file.</summary>
    public required string Path { get; init; }
    /// <summary>The offending value as it was written; null where there is none, or where it may be secret.</summary>
    public string? Value { get; init; }
    /// <summary>What is wrong, in a sentence without a full stop.</summary>
    public required string Message { get; init; }
    /// <summary>What is allowed there; null where the message says it all.</summary>
    public string? Allowed { get; init; }
    /// <summary>The nearest thing that would be right; null where nothing is near.</summary>
    public string? Suggestion { get; init; }

    /// <summary>All of it but the position, in one line.</summary>
    public string Sentence()
    {
        var text = new StringBuilder();
        if (Path.Length > 0)
            text.Append(Path).Append(": ");
        text.Append(Message);
        if (Suggestion is not null)
            text.Append("; did you mean \"").Append(Suggestion).Append("\"?");
        if (Allowed is not null)
            text.Append(text[^1] == '?' ? " Allowed: " : "; allowed: ").Append(Allowed);
        return text.ToString();
    }

    /// <summary><c>FILE:LINE:COLUMN: sentence</c>.</summary>
    public string Print(string? fileName)
    {
        var position = Line > 0 ? $"{Line}:{Column}: " : "";
        return fileName is null ? position + Sentence() : $"{fileName}:{(position.Length > 0 ? position : " ")}{Sentence()}";
    }

    /// <inheritdoc/>
    public override string ToString() => Print(null);
}
