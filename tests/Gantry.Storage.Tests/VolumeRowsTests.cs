using Gantry.Migrations.Databases;
using Gantry.Migrations.Files;
using Gantry.Migrations.Upgrade;
using Gantry.Storage.Rows;
using Microsoft.Data.Sqlite;

namespace Gantry.Storage.Tests;

/// <summary>
/// Whose volumes are: several to a project, of several owners, in several projects, from the migration that makes the table to its way back. The incident
/// that this project began with gave people's volumes to the owner of another project.
/// </summary>
public sealed class VolumeRowsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Volumes_OfSeveralOwnersInSeveralProjects_KeepThemThroughTheMigrationAndBack()
    {
        // Rows as an older Gantry left them.
        await Upgrader().UpgradeAsync(to: Own.Migrations.TakeWhile(migration => !IsOfVolumes(migration)).Count(), cancellationToken: TestContext.Current.CancellationToken);
        var people = Enumerable.Range(0, 3).ToDictionary(number => number, number => Guid.Parse($"00000000-0000-4000-8000-00000000000{number}"));
        Execute(string.Concat(people.Select(person => $"INSERT INTO users (id, name, token_hash, global_role, active, created_at) VALUES ('{person.Value}', 'user-{person.Key}', '{new string((char)('a' + person.Key), 64)}', 'user', TRUE, 0);")));
        var projects = Enumerable.Range(0, 2).ToDictionary(number => number, number => Guid.Parse($"00000000-0000-4000-9000-00000000000{number}"));
        Execute(string.Concat(projects.Select(project => $"INSERT INTO projects (id, name, owner_id, is_public, created_at) VALUES ('{project.Value}', 'project-{project.Key}', '{people[project.Key]}', FALSE, 0);")));
        var before = Read("SELECT id, owner_id FROM projects ORDER BY id");

        // Six volumes: each of the three people has one in each project, also where another one owns it.
        await using (var store = await _folder.OpenAsync())
        {
            await store.WriteAsync(db =>
            {
                foreach (var (project, projectId) in projects)
                {
                    foreach (var (person, userId) in people)
                        db.Volumes.Add(Volume(projectId, userId, $"data-{person}"));
                }
                return true;
            });
            foreach (var (project, projectId) in projects)
            {
                var owners = store.Read(db => db.Volumes.Where(row => row.ProjectId == projectId).OrderBy(row => row.Name).Select(row => row.UserId).ToList());
                Assert.Equal(people.Values, owners);
            }
            // A change of one changes that one.
            await store.WriteAsync(db =>
            {
                db.Volumes.Single(row => row.ProjectId == projects[0] && row.Name == "data-1").UsedBytes = 42;
                return true;
            });
            Assert.Equal(people.Values, store.Read(db => db.Volumes.Where(row => row.ProjectId == projects[0]).OrderBy(row => row.Name).Select(row => row.UserId).ToList()));
            Assert.Equal(1, store.Read(db => db.Volumes.Count(row => row.UsedBytes == 42)));
        }

        // Those that came later first.
        Migration? undone;
        do
            undone = await Upgrader().DownAsync(TestContext.Current.CancellationToken);
        while (undone is not null && !IsOfVolumes(undone));
        Assert.Equal(before, Read("SELECT id, owner_id FROM projects ORDER BY id"));
        Assert.Equal([], Read("SELECT name FROM sqlite_master WHERE name LIKE '%volume%'"));
        await using var again = await _folder.OpenAsync();
        Assert.Empty(again.Read(db => db.Volumes.ToList()));
    }

    [Fact]
    public async Task Owner_IsNeverLeftOutAndAlwaysSomebody()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => store.WriteAsync(db => db.Volumes.Add(Volume(project.Id, Guid.NewGuid(), "nobodys")).Entity.Id));

        Assert.Empty(store.Read(db => db.Volumes.ToList()));
        await store.DisposeAsync();
        Assert.Throws<SqliteException>(() => Execute($"INSERT INTO volumes (id, project_id, name, status, spec, is_external, created_at, last_processed_at) VALUES ('{Guid.NewGuid()}', '{project.Id}', 'x', 'active', '{{}}', FALSE, 0, 0)"));
    }

    [Fact]
    public async Task Name_IsUniqueInItsProjectAmongWhatIsNotDeleted()
    {
        await using var store = await _folder.OpenAsync();
        var (first, second) = (await store.AddProjectAsync(), await AddProjectAsync(store, "second"));
        await store.WriteAsync(db => db.Volumes.Add(Volume(first.Id, first.OwnerId, "data")).Entity.Id);

        await Assert.ThrowsAnyAsync<Exception>(() => store.WriteAsync(db => db.Volumes.Add(Volume(first.Id, first.OwnerId, "data")).Entity.Id));
        await store.WriteAsync(db => db.Volumes.Add(Volume(second.Id, second.OwnerId, "data")).Entity.Id);
        await store.WriteAsync(db => db.Volumes.Single(row => row.ProjectId == first.Id).DeletedAt = Samples.Now);
        await store.WriteAsync(db => db.Volumes.Add(Volume(first.Id, first.OwnerId, "data")).Entity.Id);

        Assert.Equal(3, store.Read(db => db.Volumes.Count()));
    }

    [Fact]
    public async Task Job_ThatIsRemoved_TakesAlongWhichVolumesItHad()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var job = await store.WriteAsync(db =>
        {
            var (run, volume) = (Samples.Run(project, "train"), Volume(project.Id, project.OwnerId, "data"));
            var job = Samples.Job(run);
            db.AddRange(run, job, volume, new JobVolumeRow { JobId = job.Id, MountNum = 0, VolumeId = volume.Id });
            return job.Id;
        });
        Assert.Single(store.Read(db => db.JobVolumes.ToList()));

        await store.DisposeAsync();
        Execute($"PRAGMA foreign_keys = ON; DELETE FROM jobs WHERE id = '{job}'");

        Assert.Equal([], Read("SELECT job_id FROM job_volumes"));
        Assert.Equal(["data"], Read("SELECT name FROM volumes"));
    }

    private static VolumeRow Volume(Guid project, Guid owner, string name) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = project,
        UserId = owner,
        Name = name,
        Status = "active",
        Spec = "{}",
        IsExternal = false,
        CreatedAt = Samples.Now,
        LastProcessedAt = Samples.Now,
    };

    private static Task<ProjectRow> AddProjectAsync(GantryStore store, string name) => store.WriteAsync(db =>
    {
        var user = Samples.User(name);
        var project = Samples.Project(user, name);
        db.AddRange(user, project);
        return project;
    });

    private static MigrationSet Own => MigrationFolder.Read(GantryStore.MigrationsFolder);

    private static bool IsOfVolumes(Migration migration) => migration.FullName.EndsWith("_volumes", StringComparison.Ordinal);

    private Upgrader Upgrader() => new(DatabaseAddress.OfFile(_folder.Database), Own, null, null, TimeProvider.System);

    private void Execute(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<string> Read(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
            lines.Add(string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return lines;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _folder.Database, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
