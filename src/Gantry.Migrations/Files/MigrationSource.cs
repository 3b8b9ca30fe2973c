using Gantry.Migrations.Sql;

namespace Gantry.Migrations.Files;

/// <summary>Reads migrations wherever they come from: finds out whose layout a folder or a file has, and refuses what is in between.</summary>
public static class MigrationSource
{
    /// <summary>The migrations in this folder or file, in order.</summary>
    /// <param name="path">A folder, or one file of SQL: a script of EF Core or Alembic is cut into its migrations, any other is one migration.</param>
    /// <param name="dialect">What another tool's files are written for; null lets them stand for both engines. Gantry's own layout says it by its files' names.</param>
    /// <exception cref="MigrationException">There is nothing there, or something in it is not as it must be.</exception>
    public static MigrationSet Read(string path, Dialect? dialect)
    {
        if (File.Exists(path))
            return ReadFile(path, dialect);
        if (!Directory.Exists(path))
            throw new MigrationException(MigrationFailure.FolderMissing,
                $"There is no file or folder of migrations at {path}. Nothing was changed. Name the folder that holds your migrations, or one file of SQL.");

        // A file of SQL beside Gantry's folders (a snapshot of the schema) is none of its migrations.
        if (Directory.GetDirectories(path).Any(folder => Directory.GetFiles(folder, "up*.sql").Length > 0))
            return MigrationFolder.Read(path);

        var files = SqlFiles(path, SearchOption.TopDirectoryOnly);
        if (files.Count > 0)
            return ReadFiles(path, files, dialect);

        // Flyway looks into folders too.
        var deep = SqlFiles(path, SearchOption.AllDirectories);
        if (deep.Any(file => FlywayFolder.IsFile(Path.GetFileName(file))))
            return FlywayFolder.Read(path, deep, dialect);
        RefusePrograms(path);
        return MigrationFolder.Read(path);
    }

    private static MigrationSet ReadFile(string path, Dialect? dialect)
    {
        var source = new SourceText(Path.GetFileName(path), ScriptFile.ReadText(path)!);
        if (EfCoreScript.Is(source))
            return EfCoreScript.Read(path, source, dialect);
        if (AlembicScript.Is(source))
            return AlembicScript.Read(path, source, dialect);

        var name = Path.GetFileNameWithoutExtension(path);
        if (MarkedScript.Has(source))
            return ForeignMigration.Number(path, MigrationLayout.Dbmate, [MarkedScript.Read(source, name, name)], dialect);
        // One script out of Gantry's own layout: its directives hold.
        var own = source.Name is "up.sql" or "up.sqlite.sql" or "up.postgres.sql" or "down.sql" or "down.sqlite.sql" or "down.postgres.sql";
        var script = own ? ScriptDirectives.Read(source) : ForeignMigration.Whole(source);
        return ForeignMigration.Number(path, MigrationLayout.Numbered, [new ForeignMigration(name, name, script)], dialect);
    }

    private static MigrationSet ReadFiles(string path, List<string> files, Dialect? dialect)
    {
        var names = files.ConvertAll(file => Path.GetFileName(file));
        var (flyway, golang) = (names.Find(FlywayFolder.IsFile), names.Find(GolangMigrateFolder.IsFile));
        if (flyway is not null && golang is not null)
            throw ScriptFile.Invalid($"{path} holds {flyway}, which is Flyway's, and {golang}, which is golang-migrate's: the order between them is not known. Keep each tool's files in a folder of their own.");
        if (flyway is not null)
            return FlywayFolder.Read(path, SqlFiles(path, SearchOption.AllDirectories), dialect);
        if (golang is not null)
            return GolangMigrateFolder.Read(path, files, dialect);
        if (names.Exists(NumberedFolder.IsFile))
            return NumberedFolder.Read(path, files, dialect);
        // The one script of EF Core or Alembic, named by its folder.
        if (files.Count == 1)
            return ReadFile(files[0], dialect);

        throw ScriptFile.Invalid(
            $"{path} holds {names[0]} and {files.Count - 1} more files of SQL whose names tell no order. Name them by number (001_name.sql), as Flyway does (V1__name.sql), "
            + "as golang-migrate does (001_name.up.sql), or check one file at a time.");
    }

    /// <summary>Migrations written as programs cannot be read, but their tools print the SQL.</summary>
    private static void RefusePrograms(string path)
    {
        var files = Directory.GetFiles(path, "*", SearchOption.AllDirectories);
        if (files.Any(file => file.EndsWith(".py", StringComparison.Ordinal)))
            throw ScriptFile.Invalid($"{path} holds migrations in Python. Print their SQL (alembic upgrade head --sql > migrations.sql; python manage.py sqlmigrate APP NAME) and name that file.");
        if (files.Any(file => file.EndsWith(".cs", StringComparison.Ordinal)))
            throw ScriptFile.Invalid($"{path} holds migrations in C#. Print their SQL (dotnet ef migrations script -o migrations.sql) and name that file.");
        if (files.Any(file => file.EndsWith(".rb", StringComparison.Ordinal)))
            throw ScriptFile.Invalid($"{path} holds migrations in Ruby. Write their SQL into numbered files and name that folder.");
    }

    private static List<string> SqlFiles(string path, SearchOption depth) =>
        [.. Directory.GetFiles(path, "*.sql", depth)
            .Where(file => !Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar).Any(part => part.StartsWith('.')))
            .Order(StringComparer.Ordinal)];
}
