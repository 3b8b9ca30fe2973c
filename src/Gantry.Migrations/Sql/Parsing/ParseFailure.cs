namespace Gantry.Migrations.Sql.Parsing;

/// <summary>Ends the reading of one statement. Never leaves the parser: it becomes an <see cref="Syntax.UnreadStatement"/>.</summary>
internal sealed class ParseFailure(int offset, string reason) : Exception(reason)
{
    /// <summary>Where, in the whole text.</summary>
    public int Offset { get; } = offset;
}
