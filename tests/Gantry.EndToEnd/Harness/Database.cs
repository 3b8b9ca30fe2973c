using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Gantry.EndToEnd.Harness;

/// <summary>A home's database, read and changed beside the running server.</summary>
public sealed class Database(GantryHome home)
{
    /// <summary>The rows of a query, each as its columns' texts.</summary>
    public IReadOnlyList<string?[]> Query(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string?[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i).ToString())]);
        return rows;
    }

    /// <summary>Adds a user with a token; with a role in the project <c>main</c> if one is given. Returns the token.</summary>
    public string AddUser(string name, string globalRole, string? projectRole = null, bool active = true)
    {
        var (id, token) = (Guid.NewGuid().ToString(), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        Execute(
            $"INSERT INTO users (id, name, token_hash, global_role, active, created_at) VALUES ('{id}', '{name}', '{hash}', '{globalRole}', {active}, 1700000000000000)");
        if (projectRole is not null)
            Execute($"INSERT INTO members (project_id, user_id, project_role) SELECT id, '{id}', '{projectRole}' FROM projects WHERE name = 'main'");
        return token;
    }

    /// <summary>Runs a statement that must change exactly one row.</summary>
    public void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (command.ExecuteNonQuery() != 1)
            throw new InvalidOperationException($"Not one row: {sql}");
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={home.DatabasePath};Pooling=False;Default Timeout=10");
        connection.Open();
        return connection;
    }
}
