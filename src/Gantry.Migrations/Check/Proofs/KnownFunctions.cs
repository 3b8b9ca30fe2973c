using System.Collections.Frozen;
using Gantry.Migrations.Schemas;
using Gantry.Migrations.Sql.Syntax;

namespace Gantry.Migrations.Check.Proofs;

/// <summary>
/// What is known of functions. Lists of what is safe, not of what is dangerous: a function that nobody has heard of may return many rows, and another
/// value each time it is called.
/// </summary>
internal static class KnownFunctions
{
    // Of both engines: one value, and within one statement the same for the same arguments.
    private const string SteadyOfBoth = """
        abs acos acosh asin asinh atan atan2 atanh ceil ceiling char coalesce concat concat_ws cos cosh date degrees exp floor format hex ifnull iif instr length
        like ln log log10 log2 lower ltrim mod nullif octet_length pi pow power printf quote radians replace round rtrim sign sin sinh soundex sqrt substr
        substring tan tanh trim trunc unicode upper
        """;

    private const string SteadyOfSqlite = """
        datetime glob if json json_array json_array_length json_extract json_insert json_object json_patch json_quote json_remove json_replace json_set json_type
        json_valid julianday likelihood likely max min sqlite_source_id sqlite_version strftime time timediff typeof unhex unixepoch unlikely zeroblob
        """;

    private const string SteadyOfPostgres = """
        age array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend array_remove array_replace
        array_to_json array_to_string array_upper ascii bit_length bool btrim cardinality cbrt char_length character_length chr convert convert_from convert_to
        cot current_database current_schema current_setting current_user date_bin date_part date_trunc decode digest div encode extract factorial float4 float8 gcd
        get_bit get_byte greatest hmac host hostmask immutable_concat_ws initcap int2 int4 int8 interval isempty isfinite json_array_length json_build_array
        json_build_object json_extract_path json_extract_path_text json_object json_strip_nulls json_typeof jsonb_array_length jsonb_build_array jsonb_build_object
        jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object jsonb_path_exists jsonb_path_match jsonb_path_query_first jsonb_pretty jsonb_set
        jsonb_strip_nulls jsonb_typeof justify_days justify_hours justify_interval lcm least left lower_inc lower_inf lpad make_date make_interval make_time
        make_timestamp make_timestamptz masklen md5 min_scale netmask network normalize now num_nonnulls num_nulls numeric numrange overlay parse_ident pg_typeof
        plainto_tsquery position quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_replace regexp_substr repeat
        reverse right row_to_json rpad scale session_user set_bit set_byte set_masklen sha224 sha256 sha384 sha512 similarity split_part starts_with
        statement_timestamp string_to_array strpos text timestamp timestamptz timezone to_char to_date to_hex to_json to_jsonb to_number to_timestamp to_tsquery
        to_tsvector transaction_timestamp translate trim_array trim_scale unaccent upper_inc upper_inf uuid_generate_v3 uuid_generate_v5 uuid_nil varchar version
        websearch_to_tsquery width_bucket
        """;

    // One value, but another one each time.
    private const string Changing = """
        clock_timestamp currval gen_random_bytes gen_random_uuid last_insert_rowid changes total_changes lastval nextval random randomblob setval timeofday
        txid_current uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7 crypt gen_salt pg_sleep set_config pg_advisory_xact_lock pg_notify
        """;

    private const string AggregatesOfBoth = "avg count max min sum string_agg group_concat";

    private const string AggregatesOfPostgres = """
        array_agg bit_and bit_or bit_xor bool_and bool_or corr covar_pop covar_samp every json_agg json_object_agg jsonb_agg jsonb_object_agg mode percentile_cont
        percentile_disc range_agg range_intersect_agg regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop
        stddev_samp var_pop var_samp variance xmlagg rank dense_rank percent_rank cume_dist any_value
        """;

    private const string AggregatesOfSqlite = "total json_group_array json_group_object";

    private const string Windows = "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value grouping";

    private const string Texts = "lower upper trim btrim ltrim rtrim initcap substr substring replace md5 left right lpad rpad reverse concat concat_ws hex to_char split_part translate";

    private static readonly FrozenSet<string> PostgresSteady = Words(SteadyOfBoth, SteadyOfPostgres);
    private static readonly FrozenSet<string> SqliteSteady = Words(SteadyOfBoth, SteadyOfSqlite);
    private static readonly FrozenSet<string> PostgresAggregates = Words(AggregatesOfBoth, AggregatesOfPostgres);
    private static readonly FrozenSet<string> SqliteAggregates = Words(AggregatesOfBoth, AggregatesOfSqlite);
    private static readonly FrozenSet<string> OneValue = Words(SteadyOfBoth, SteadyOfPostgres, Changing, AggregatesOfBoth, AggregatesOfPostgres, Windows);
    private static readonly FrozenSet<string> GiveText = Words(Texts);

    /// <summary>Whether it gives, within one statement, the same value for the same arguments.</summary>
    public static bool Steady(FunctionCall call, DatabaseSchema schema) =>
        !IsAggregate(call, schema.Dialect) && call.Over is null
        && (BuiltIn(call, schema) is { } name ? (schema.Dialect == Dialect.Postgres ? PostgresSteady : SqliteSteady).Contains(name) && !Now(call, name) : Own(call, schema) is { Steady: true, ReturnsSet: false });

    /// <summary>PostgreSQL: whether it may give several rows where one value stands.</summary>
    public static bool MayReturnSet(FunctionCall call, DatabaseSchema schema) =>
        schema.Dialect == Dialect.Postgres && (BuiltIn(call, schema) is { } name ? !OneValue.Contains(name) : Own(call, schema) is not { ReturnsSet: false });

    /// <summary>Whether it is an aggregate, wherever it belongs.</summary>
    // On SQLite max and min of several values are ordinary functions.
    public static bool IsAggregate(FunctionCall call, Dialect dialect) =>
        call.Over is null && call.Name.Parts.Count == 1 && (dialect == Dialect.Postgres ? PostgresAggregates : SqliteAggregates).Contains(call.Name.Last)
        && !(dialect == Dialect.Sqlite && call.Arguments.Count > 1 && call.Name.Last.ToUpperInvariant() is "MAX" or "MIN");

    /// <summary>Whether its value is a text.</summary>
    public static bool GivesText(FunctionCall call) => call.Name.Parts.Count == 1 && GiveText.Contains(call.Name.Last);

    // On SQLite a date is that of the statement; but 'localtime' and the like are no danger either: it is one value in one step.
    private static bool Now(FunctionCall call, string name) => name is "like" or "glob" && call.Arguments.Count < 2;

    // A function of the schema that has the name of a built-in one may be meant; then it must be as harmless.
    private static string? BuiltIn(FunctionCall call, DatabaseSchema schema)
    {
        var parts = call.Name.Parts;
        if (parts.Count > 2 || parts.Count == 2 && parts[0].Text != "pg_catalog" || parts.Count == 1 && Own(call, schema) is not null)
            return null;
        var name = call.Name.Last.ToLowerInvariant();
        return OneValue.Contains(name) || SqliteSteady.Contains(name) || SqliteAggregates.Contains(name) ? name : null;
    }

    // Of several with the same name, the worst counts.
    private static FunctionSchema? Own(FunctionCall call, DatabaseSchema schema)
    {
        var own = schema.Functions.Where(function => schema.Names.Equals(function.Name, call.Name.Full)).ToList();
        return own.Count == 0 ? null : new FunctionSchema(own[0].Name, own.Any(function => function.ReturnsSet), own.All(function => function.Steady));
    }

    private static FrozenSet<string> Words(params string[] lists) =>
        lists.SelectMany(list => list.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
