using System.Data.Common;

namespace Gantry.Migrations.Schemas;

/// <summary>The functions that a living PostgreSQL database has of its own, those of extensions included: a statement may call either.</summary>
internal static class PostgresFunctions
{
    /// <summary>Asks the catalog. Of several with one name all are told: what is known of the name is what holds for the worst of them.</summary>
    public static Task<List<FunctionSchema>> ReadAsync(DbConnection connection, CancellationToken cancellationToken) => LiveSchema.QueryAsync(connection, """
        SELECT CASE WHEN n.nspname = current_schema() THEN p.proname::text ELSE n.nspname || '.' || p.proname END, p.proretset, p.provolatile IN ('i', 's')
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE p.prokind = 'f' AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' ORDER BY 1
        """, row => new FunctionSchema(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2)), cancellationToken);
}
