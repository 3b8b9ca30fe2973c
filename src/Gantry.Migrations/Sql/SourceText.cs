namespace Gantry.Migrations.Sql;

/// <summary>A text of SQL and where it came from: turns an offset into a line and a column.</summary>
/// <param name="Name">The file as it is shown to people: <c>0007_volume_owner/up.sql</c>.</param>
/// <param name="Text">The text. Line ends are <c>\n</c>.</param>
public sealed record SourceText(string Name, string Text)
{
    /// <summary>Where this offset (in characters, from 0) is.</summary>
    public SourcePosition At(int offset)
    {
        var before = Text.AsSpan(0, offset);
        return new SourcePosition(offset, before.Count('\n') + 1, offset - before.LastIndexOf('\n'));
    }

    /// <summary>A stretch of the text.</summary>
    public ReadOnlySpan<char> Slice(SourceSpan span) => Text.AsSpan(span.Start, span.Length);
}

/// <summary>A place in a text.</summary>
/// <param name="Offset">In characters, from 0.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">In characters, from 1.</param>
public readonly record struct SourcePosition(int Offset, int Line, int Column);

/// <summary>A stretch of a text, in characters.</summary>
/// <param name="Start">Offset of the first character, from 0.</param>
/// <param name="Length">How many.</param>
public readonly record struct SourceSpan(int Start, int Length)
{
    /// <summary>Offset behind the last character.</summary>
    public int End => Start + Length;
}
