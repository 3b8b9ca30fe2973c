using System.Globalization;
using Gantry.Migrations.Databases;
using Npgsql;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>
/// Makes scratch databases on a PostgreSQL server and drops them, in every case. Their names carry when they were made and by which process, so that
/// those which a killed rehearsal left behind are known: the next rehearsal drops what is older than ten minutes and has nobody connected.
/// The database that the address names is only connected to, never changed.
/// </summary>
internal sealed class PostgresScratchServer : IAsyncDisposable
{
    private const string Prefix = "gantry_rehearsal_";
    private static readonly TimeSpan LeftBehind = TimeSpan.FromMinutes(10);

    private readonly DatabaseAddress _address;
    private readonly TimeProvider _time;
    private readonly List<string> _made = [];

    private PostgresScratchServer(DatabaseAddress address, TimeProvider time) => (_address, _time) = (address, time);

    /// <summary>Connects, and refuses a server that cannot serve.</summary>
    /// <exception cref="RehearsalException">The server cannot be reached, or is not to be used; nothing was changed.</exception>
    public static async Task<PostgresScratchServer> ConnectAsync(DatabaseAddress address, TimeProvider time, CancellationToken cancellationToken)
    {
        if (address.Dialect != Dialect.Postgres)
            throw new RehearsalException($"--against needs a PostgreSQL server (postgres://user@host/database), not {address}. Nothing was run.");

        var server = new PostgresScratchServer(address, time);
        try
        {
            await using var connection = await server.OpenAsync(cancellationToken);
            server.Version = connection.PostgreSqlVersion.ToString();
            await server.RefuseUnfitAsync(connection, cancellationToken);
            await server.DropLeftBehindAsync(connection, cancellationToken);
        }
        catch (Exception error) when (error is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw new RehearsalException($"The PostgreSQL server at {address} cannot be used for scratch databases: {error.Message} Nothing was changed. Check the address, or leave --against out to rehearse on SQLite alone.", error);
        }
        return server;
    }

    /// <summary>The server's version: <c>15.14</c>.</summary>
    public string Version { get; private set; } = "";

    /// <summary>A new, empty database.</summary>
    public async Task<DatabaseAddress> CreateAsync(CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{_time.GetUtcNow().ToUnixTimeSeconds()}_{Environment.ProcessId}_{Guid.NewGuid().ToString("N")[..6]}");
        _made.Add(name);
        await using var connection = await OpenAsync(cancellationToken);
        await ExecuteAsync(connection, $"CREATE DATABASE {name} TEMPLATE template0", cancellationToken);
        var settings = new NpgsqlConnectionStringBuilder(_address.ConnectionString) { Database = name, Pooling = false, IncludeErrorDetail = true, IncludeFailedBatchedCommand = true };
        return new DatabaseAddress(Dialect.Postgres, settings.ToString(), $"the scratch database {name}");
    }

    /// <summary>Drops what was made. Not to be cancelled: a scratch database left on somebody's server is the one trace a rehearsal must not leave.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_made.Count == 0)
            return;
        try
        {
            await using var connection = await OpenAsync(CancellationToken.None);
            foreach (var name in _made)
            {
                // FORCE came with version 13; on 12 our own connections are closed before.
                var force = connection.PostgreSqlVersion.Major >= 13 ? " WITH (FORCE)" : "";
                await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {name}{force}", CancellationToken.None);
            }
            _made.Clear();
        }
        catch (NpgsqlException)
        {
            // The server is gone. What it still holds goes with the next rehearsal; the error that brought us here is the one to be told.
        }
    }

    private async Task RefuseUnfitAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < 12)
            throw new RehearsalException($"The server at {_address} is PostgreSQL {connection.PostgreSqlVersion}; a rehearsal needs 12 or later. Nothing was changed.");
        if (await AskAsync(connection, "SELECT pg_is_in_recovery()", cancellationToken))
            throw new RehearsalException($"The server at {_address} is a standby and takes no scratch databases. Nothing was changed. Give the address of another server: any will do, it needs no data.");
        if (!await AskAsync(connection, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user", cancellationToken))
            throw new RehearsalException($"The role of {_address} may not create databases. Nothing was changed. Use one with CREATEDB (ALTER ROLE … CREATEDB), or another server: it needs no data.");
    }

    private async Task DropLeftBehindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = await Schemas.LiveSchema.QueryAsync(connection, $"""
            SELECT datname::text FROM pg_database d WHERE datname LIKE '{Prefix.Replace("_", "\\_", StringComparison.Ordinal)}%' AND pg_has_role(d.datdba, 'USAGE')
            AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)
            """, row => row.GetString(0), cancellationToken);
        foreach (var name in names)
            if (long.TryParse(name[Prefix.Length..].Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var made)
                && _time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(made) > LeftBehind)
                // Without FORCE: if somebody connected meanwhile, it is not left behind.
                await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {name}", cancellationToken);
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_address.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
