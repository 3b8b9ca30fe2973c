namespace Gantry.Migrations.Rehearse.Scenarios;

/// <summary>What kind of value a column takes, whatever each engine calls it.</summary>
internal enum ValueKind
{
    /// <summary>true or false; 1 and 0 on SQLite.</summary>
    Boolean,
    /// <summary>A whole number of up to 64 bits.</summary>
    Integer,
    /// <summary>An exact number with a fraction.</summary>
    Decimal,
    /// <summary>A binary floating-point number.</summary>
    Real,
    /// <summary>Text.</summary>
    Text,
    /// <summary>Bytes.</summary>
    Bytes,
    /// <summary>A day.</summary>
    Date,
    /// <summary>A time of day.</summary>
    Time,
    /// <summary>A moment, with or without a zone.</summary>
    Timestamp,
    /// <summary>A UUID.</summary>
    Uuid,
    /// <summary>A JSON document.</summary>
    Json,
    /// <summary>PostgreSQL: one of an enum's labels.</summary>
    Enum,
    /// <summary>PostgreSQL: an array.</summary>
    Array,
    /// <summary>A type with no rule here: a few texts are tried, the engine says which it takes.</summary>
    Other,
}

/// <summary>One value of a row, in a text form that both engines' literals are made of.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Digits, text, <c>true</c>/<c>false</c>, hex of bytes; null for NULL.</param>
internal sealed record Cell(ValueKind Kind, string? Text)
{
    public bool IsNull => Text is null;

    /// <summary>As it is written in an INSERT.</summary>
    public string Literal(Dialect dialect) => (Kind, Text) switch
    {
        (_, null) => "NULL",
        (ValueKind.Boolean, _) => Text == "true" ? "TRUE" : "FALSE",
        (ValueKind.Integer or ValueKind.Decimal or ValueKind.Real, _) => Text,
        (ValueKind.Bytes, _) => dialect == Dialect.Sqlite ? $"X'{Text}'" : $"'\\x{Text}'",
        _ => $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'",
    };
}
