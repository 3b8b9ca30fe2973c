using Gantry.Migrations.Databases;
using Microsoft.Data.Sqlite;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>A copy of the real database, gone when it is disposed of. The original is only read.</summary>
internal sealed class DatabaseCopy : IAsyncDisposable
{
    private string? _folder;

    /// <summary>Where the copy is.</summary>
    public required DatabaseAddress Address { get; init; }

    /// <summary>Makes one.</summary>
    /// <exception cref="RehearsalException">It cannot be made; nothing was changed.</exception>
    public static async Task<DatabaseCopy> MakeAsync(DatabaseAddress database, PostgresScratchServer? server, CancellationToken cancellationToken)
    {
        if (database.Dialect == Dialect.Sqlite)
            return await Task.Run(() => OfFile(database, cancellationToken), cancellationToken);
        // The server drops it in the end.
        var copy = new DatabaseCopy { Address = await server!.CreateAsync(cancellationToken) };
        await PostgresPrograms.CopyAsync(database, copy.Address, schemaOnly: false, cancellationToken);
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>SQLite's online backup: a consistent copy while others write.</summary>
    private static DatabaseCopy OfFile(DatabaseAddress database, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A database may hold secrets: the folder is the user's own.
        var folder = Directory.CreateTempSubdirectory("gantry-rehearsal-").FullName;
        var copy = new DatabaseCopy { Address = DatabaseAddress.OfFile(Path.Combine(folder, "copy.db")), _folder = folder };
        try
        {
            using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database.File, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            source.Open();
            using var target = (SqliteConnection)copy.Address.Connect();
            target.Open();
            source.BackupDatabase(target);
            return copy;
        }
        catch (Exception error) when (error is SqliteException or IOException)
        {
            Directory.Delete(folder, recursive: true);
            throw new RehearsalException($"{database} could not be copied to {folder}: {error.Message} Nothing was changed. Make room there, or point TMPDIR to where there is.", error);
        }
    }
}
