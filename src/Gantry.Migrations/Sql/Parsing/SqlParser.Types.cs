using System.Collections.Frozen;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Sql.Parsing;

/// <content>Types.</content>
internal sealed partial class SqlParser
{
    private static readonly FrozenDictionary<string, string> ShortTypes = new Dictionary<string, string>
    {
        ["int"] = "integer",
        ["int4"] = "integer",
        ["serial"] = "integer",
        ["serial4"] = "integer",
        ["int8"] = "bigint",
        ["bigserial"] = "bigint",
        ["serial8"] = "bigint",
        ["int2"] = "smallint",
        ["smallserial"] = "smallint",
        ["serial2"] = "smallint",
        ["bool"] = "boolean",
        ["float4"] = "real",
        ["float8"] = "double precision",
        ["float"] = "double precision",
        ["decimal"] = "numeric",
        ["dec"] = "numeric",
        ["varchar"] = "character varying",
        ["char varying"] = "character varying",
        ["char"] = "character",
        ["bpchar"] = "character",
        ["nchar"] = "character",
        ["timestamptz"] = "timestamp with time zone",
        ["timestamp without time zone"] = "timestamp",
        ["timetz"] = "time with time zone",
        ["time without time zone"] = "time",
        ["varbit"] = "bit varying",
    }.ToFrozenDictionary();

    /// <summary>PostgreSQL's name of a type without length, in full: <c>int8</c> is <c>bigint</c>.</summary>
    public static string NormalizeType(string type) => ShortTypes.GetValueOrDefault(type, type);

    private TypeName ParseType() => Postgres ? ParsePostgresType() : ParseSqliteType();

    private TypeName ParsePostgresType()
    {
        var start = _at;
        var setOf = Accept("SETOF");
        var name = ParseTypeWords();
        // PL/pgSQL: the type of a column (t.c%TYPE) is not known from these words.
        if (IsMark("%") && (Is("TYPE", 1) || Is("ROWTYPE", 1)))
        {
            _at += 2;
            name = "";
        }

        var array = false;
        while (IsMark("[") || Is("ARRAY"))
        {
            array = true;
            if (Accept("ARRAY") && !IsMark("["))
                continue;
            ExpectMark("[");
            if (Peek().Kind == TokenKind.Number)
                Take();
            ExpectMark("]");
        }

        var span = From(start);
        return new TypeName(NormalizeType(name), _source.Slice(span).ToString(), array, setOf) { Span = span };
    }

    private string ParseTypeWords()
    {
        // Some types have reserved words for names.
        if (Peek().Kind != TokenKind.Word && !IsName())
            throw Unexpected("a type");
        if (IsMark(".", 1) || Peek().Kind == TokenKind.QuotedName)
        {
            var qualified = ParseObjectName();
            SkipTypeModifiers();
            return qualified.Parts is [{ Text: "pg_catalog" }, var builtIn] ? builtIn.Text : qualified.Full;
        }

        if (!IsName())
            throw Unexpected("a type");
        var word = Take().Value.ToLowerInvariant();
        switch (word)
        {
            case "double":
                Expect("PRECISION");
                return "double precision";
            case "character" or "char" or "nchar" or "bit" or "national":
                if (word == "national")
                    word = Accept("CHARACTER") || Accept("CHAR") ? "character" : throw Unexpected("CHARACTER");
                word += Accept("VARYING") ? " varying" : "";
                break;
            case "time" or "timestamp":
                SkipTypeModifiers();
                return word + (Accept("WITH", "TIME", "ZONE") ? " with time zone" : Accept("WITHOUT", "TIME", "ZONE") ? "" : "");
            case "interval":
                while (Peek().Value.ToUpperInvariant() is "YEAR" or "MONTH" or "DAY" or "HOUR" or "MINUTE" or "SECOND" or "TO")
                    Take();
                break;
        }

        SkipTypeModifiers();
        return word;
    }

    private void SkipTypeModifiers()
    {
        if (AcceptMark("("))
            SkipToClosing();
    }

    // Any words at all, up to what begins a constraint: UNSIGNED BIG INT.
    private TypeName ParseSqliteType()
    {
        var start = _at;
        while (Peek().Kind is TokenKind.QuotedName or TokenKind.String || Peek().Kind == TokenKind.Word && IsName() && !IsColumnOption())
            Take();
        var words = From(start);
        if (_at > start)
            SkipTypeModifiers();
        var name = _at > start ? string.Join(' ', _source.Slice(words).ToString().ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : "";
        var span = From(start);
        return new TypeName(name, _source.Slice(span).ToString(), false, false) { Span = span };
    }

    private bool IsColumnOption() => Is("GENERATED") && Is("ALWAYS", 1);
}
