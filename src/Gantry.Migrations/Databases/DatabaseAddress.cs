using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Gantry.Migrations.Databases;

/// <summary>Where a database is: a SQLite file or a PostgreSQL server. <see cref="Display"/> never holds a password.</summary>
/// <param name="Dialect">Which engine.</param>
/// <param name="ConnectionString">For that engine's ADO.NET provider. Secret: it may hold a password.</param>
/// <param name="Display">How it is shown to people.</param>
public sealed record DatabaseAddress(Dialect Dialect, string ConnectionString, string Display)
{
    /// <summary>The SQLite file; null for PostgreSQL, and for a SQLite database in memory.</summary>
    public string? File { get; init; }

    /// <summary>Reads <c>postgres://user:password@host:port/database?option=value</c>, <c>sqlite:path</c> or a path.</summary>
    /// <exception cref="FormatException">It is neither; the message says what is allowed and does not repeat a password.</exception>
    public static DatabaseAddress Parse(string text)
    {
        if (text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal))
            return OfUrl(text);
        if (text.StartsWith("sqlite:", StringComparison.Ordinal))
            text = text["sqlite:".Length..] is var rest && rest.StartsWith("///", StringComparison.Ordinal) ? "/" + rest.TrimStart('/') : rest;
        if (text.Length == 0 || text.Contains("://", StringComparison.Ordinal))
            throw new FormatException("A database is a SQLite file or postgres://user:password@host:port/database.");
        return OfFile(text);
    }

    /// <summary>The SQLite database in this file, which need not exist yet.</summary>
    public static DatabaseAddress OfFile(string path) =>
        new(Dialect.Sqlite, new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString(), path)
        {
            File = path == ":memory:" ? null : Path.GetFullPath(path),
        };

    /// <summary>A connection, not opened yet. Not pooled: settings of an upgrade must reach nobody else.</summary>
    public DbConnection Connect() => Dialect == Dialect.Sqlite ? new SqliteConnection(ConnectionString) : ConnectPostgres();

    /// <inheritdoc/>
    public override string ToString() => Display;

    // Apart, so that who uses SQLite does not load the other engine's provider.
    private NpgsqlConnection ConnectPostgres() => new(ConnectionString);

    private static DatabaseAddress OfUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.AbsolutePath.Trim('/') is not { Length: > 0 } database || database.Contains('/'))
            throw new FormatException("A PostgreSQL database is named postgres://user:password@host:port/database; this address is not of that form.");

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host.Length > 0 ? Uri.UnescapeDataString(url.Host) : "localhost",
            Port = url.Port > 0 ? url.Port : 5432,
            Database = Uri.UnescapeDataString(database),
            Pooling = false,
            // Errors name the rows that show the cause: they go to who upgrades, not into a log.
            IncludeErrorDetail = true,
        };
        var user = url.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            connection.Password = Uri.UnescapeDataString(user[1]);
        foreach (var option in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            Set(connection, option);

        var display = $"postgres://{(connection.Username is { } name ? name + "@" : "")}{connection.Host}:{connection.Port}/{connection.Database}";
        return new DatabaseAddress(Dialect.Postgres, connection.ToString(), display);
    }

    // libpq's names, so that an address that psql takes works here too.
    private static void Set(NpgsqlConnectionStringBuilder connection, string option)
    {
        var parts = option.Split('=', 2);
        var value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        try
        {
            connection[parts[0] switch
            {
                "sslmode" => "SSL Mode",
                "connect_timeout" => "Timeout",
                "application_name" => "Application Name",
                "host" => "Host",
                "options" => "Options",
                var name => name,
            }] = parts[0] == "sslmode" ? value.Replace("-", "") : value;
        }
        catch (Exception error) when (error is ArgumentException or KeyNotFoundException or FormatException)
        {
            throw new FormatException($"The PostgreSQL address has the option {parts[0]}, which is not known or does not take this value.", error);
        }
    }
}
