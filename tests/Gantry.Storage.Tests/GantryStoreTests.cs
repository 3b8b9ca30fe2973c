using Gantry.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace Gantry.Storage.Tests;

public sealed class GantryStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Write_RowsOfSeveralTablesAtOnce_AreReadBackAsTheyWere()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var run = Samples.Run(project, "hello", Samples.Now.AddTicks(10));
        var job = Samples.Job(run);
        var instance = Samples.Instance();
        job.InstanceId = instance.Id;
        var happened = Samples.Event(run, "Run submitted", Samples.Now.ToOffset(TimeSpan.FromHours(2)));

        await store.WriteAsync(db =>
        {
            // In an order that foreign keys would refuse: EF Core sorts it.
            db.AddRange(job, happened, run, instance);
            return 0;
        });

        var (readRun, readJob, readEvent) = store.Read(db => (
            db.Runs.Single(row => row.Name == "hello"),
            db.Jobs.Single(row => row.RunId == run.Id),
            db.Events.Include(row => row.Targets).Single()));
        Assert.Equivalent(run, readRun, strict: true);
        Assert.Equivalent(job, readJob, strict: true);
        Assert.Equal(Samples.Now, readEvent.RecordedAt);
        Assert.Equal(TimeSpan.Zero, readEvent.RecordedAt.Offset);
        Assert.Equal(run.Id, Assert.Single(readEvent.Targets).TargetId);
    }

    [Fact]
    public async Task Open_ExistingDatabase_KeepsItsRows()
    {
        await using (var store = await _folder.OpenAsync())
            await store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "server_id", Value = "x" }).Entity.Key);

        await using var again = await _folder.OpenAsync();

        Assert.Equal("x", again.Read(db => db.Settings.Single(row => row.Key == "server_id").Value));
    }

    [Fact]
    public async Task Write_ChangeThrows_OnlyItsOwnRowsAreRolledBack()
    {
        await using var store = await _folder.OpenAsync();
        var tasks = Enumerable.Range(0, 50).Select(i => store.WriteAsync(db =>
        {
            db.Settings.Add(new SettingRow { Key = $"k{i}", Value = "v" });
            db.SaveChanges();
            return i % 5 == 0 ? throw new InvalidOperationException($"no {i}") : i;
        })).ToList();

        foreach (var (task, i) in tasks.Select((task, i) => (task, i)))
        {
            if (i % 5 == 0)
                Assert.Equal($"no {i}", (await Assert.ThrowsAsync<InvalidOperationException>(() => task)).Message);
            else
                Assert.Equal(i, await task);
        }

        var keys = store.Read(db => db.Settings.Select(row => row.Key).ToHashSet());
        Assert.Equal(Enumerable.Range(0, 50).Where(i => i % 5 != 0).Select(i => $"k{i}").ToHashSet(), keys);
    }

    [Fact]
    public async Task Write_ConstraintBroken_FailsThatChangeAlone()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var first = store.WriteAsync(db => db.Runs.Add(Samples.Run(project, "same")).Entity.Id);
        var second = store.WriteAsync(db => db.Runs.Add(Samples.Run(project, "same")).Entity.Id);
        var third = store.WriteAsync(db => db.Runs.Add(Samples.Run(project, "other")).Entity.Id);

        await first;
        await Assert.ThrowsAsync<DbUpdateException>(() => second);
        await third;

        Assert.Equal(2, store.Read(db => db.Runs.Count()));
    }

    [Fact]
    public async Task Write_NameOfADeletedRun_IsFreeAgain()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var old = Samples.Run(project, "again");
        old.DeletedAt = Samples.Now;
        await store.WriteAsync(db => db.Runs.Add(old).Entity.Id);

        await store.WriteAsync(db => db.Runs.Add(Samples.Run(project, "again")).Entity.Id);

        Assert.Equal(1, store.Read(db => db.Runs.Count(run => run.Name == "again" && run.DeletedAt == null)));
    }

    [Fact]
    public async Task Write_RunChanged_VersionGrowsAndGuards()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var run = Samples.Run(project, "hello");
        await store.WriteAsync(db => db.Runs.Add(run).Entity.Id);
        var stale = store.Read(db => db.Runs.Single());

        await store.WriteAsync(db => db.Runs.Single(row => row.Id == run.Id).Status = "running");

        Assert.Equal(1, store.Read(db => db.Runs.Single().Version));
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => store.WriteAsync(db =>
        {
            db.Attach(stale);
            return stale.Status = "failed";
        }));
        Assert.Equal("running", store.Read(db => db.Runs.Single().Status));
    }

    [Fact]
    public async Task Write_RowsRemovedInAnyOrder_AreGone()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        await store.WriteAsync(db => db.Members.Add(new MemberRow { ProjectId = project.Id, UserId = project.OwnerId, ProjectRole = "admin" }).Entity.UserId);

        await store.WriteAsync(db =>
        {
            db.Remove(db.Users.Single());
            db.Remove(db.Projects.Single());
            db.Remove(db.Members.Single());
            return 0;
        });

        Assert.Equal(0, store.Read(db => db.Users.Count() + db.Projects.Count() + db.Members.Count()));
    }

    [Fact]
    public async Task Write_ColumnsSetToNullAndBack_AreReadBackAsTheyAre()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var run = Samples.Run(project, "hello");
        await store.WriteAsync(db => db.Runs.Add(run).Entity.Id);

        await ChangeAsync("because", Samples.Now);
        Assert.Equal(("because", Samples.Now), Values());
        await ChangeAsync(null, null);
        Assert.Equal((null, null), Values());
        await ChangeAsync(null, Samples.Now);
        Assert.Equal((null, Samples.Now), Values());

        Task ChangeAsync(string? waitingFor, DateTimeOffset? wakeAt) => store.WriteAsync(db =>
        {
            var row = db.Runs.Find(run.Id)!;
            (row.WaitingFor, row.WakeAt) = (waitingFor, wakeAt);
            return 0;
        });

        (string?, DateTimeOffset?) Values() => store.Read(db => db.Runs.Select(row => new { row.WaitingFor, row.WakeAt }).AsEnumerable().Select(row => (row.WaitingFor, row.WakeAt)).Single());
    }

    [Fact]
    public async Task Record_EventWithTargets_IsReadBackAsItWas()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var happened = Samples.Event(Samples.Run(project, "hello"), "Run submitted", Samples.Now);
        happened.ActorUserId = project.OwnerId;
        happened.Targets.Add(new EventTargetRow { TargetType = "user", TargetId = project.OwnerId, TargetName = "admin" });

        await store.WriteAsync(db =>
        {
            db.Record(happened);
            return 0;
        });

        var read = store.Read(db => db.Events.Include(row => row.Targets).Single());
        foreach (var target in happened.Targets)
            target.EventId = happened.Id;
        Assert.Equivalent(happened, read, strict: true);
    }

    [Fact]
    public async Task Record_InAChangeThatFails_LeavesNothing()
    {
        await using var store = await _folder.OpenAsync();
        var project = await store.AddProjectAsync();
        var run = Samples.Run(project, "hello");

        await Assert.ThrowsAsync<InvalidOperationException>(() => store.WriteAsync<int>(db =>
        {
            db.Record(Samples.Event(run, "Run submitted", Samples.Now));
            throw new InvalidOperationException("no");
        }));
        await store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "k", Value = "v" }).Entity.Key);

        Assert.Equal(0, store.Read(db => db.Events.Count() + db.EventTargets.Count()));
    }

    [Fact]
    public async Task AccessVersion_AfterWrites_GrowsWithThoseOfAccessAlone()
    {
        await using var store = await _folder.OpenAsync();
        var before = store.AccessVersion;

        var project = await store.AddProjectAsync();
        var afterProject = store.AccessVersion;
        await store.WriteAsync(db => db.Runs.Add(Samples.Run(project, "hello")).Entity.Id);
        var afterRun = store.AccessVersion;
        await store.WriteAsync(db => db.Users.Single().Active = false);

        Assert.True(afterProject > before);
        Assert.Equal(afterProject, afterRun);
        Assert.True(store.AccessVersion > afterRun);
    }

    [Fact]
    public async Task Write_CancelledBeforeItBegins_ChangesNothing()
    {
        await using var store = await _folder.OpenAsync();
        using var cancelled = new CancellationTokenSource();
        using var entered = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var busy = store.WriteAsync(_ =>
        {
            entered.Set();
            go.Wait(TimeSpan.FromSeconds(30));
            return 0;
        });
        entered.Wait(TestContext.Current.CancellationToken);
        var waiting = store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "k", Value = "v" }).Entity.Key, cancelled.Token);

        await cancelled.CancelAsync();
        go.Set();

        await busy;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, store.Read(db => db.Settings.Count()));
    }

    [Fact]
    public async Task Read_WhileAWriteIsUnderWay_SeesOneStateThroughout()
    {
        await using var store = await _folder.OpenAsync();
        await store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "before", Value = "v" }).Entity.Key);

        var (first, second) = store.Read(db =>
        {
            var count = db.Settings.Count();
            store.WriteAsync(other => other.Settings.Add(new SettingRow { Key = "meanwhile", Value = "v" }).Entity.Key).GetAwaiter().GetResult();
            return (count, db.Settings.Count());
        });

        Assert.Equal((1, 1), (first, second));
        Assert.Equal(2, store.Read(db => db.Settings.Count()));
    }

    [Fact]
    public async Task Read_TriesToWrite_IsRefused()
    {
        await using var store = await _folder.OpenAsync();

        Assert.ThrowsAny<Exception>(() => store.Read(db => db.Settings.Where(row => row.Key == "x").ExecuteDelete()));

        Assert.Equal(0, store.Read(db => db.Settings.Count()));
    }

    [Fact]
    public async Task ReleaseMemory_BetweenReadsAndWrites_LosesNothing()
    {
        await using var store = await _folder.OpenAsync();
        await store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "before", Value = "v" }).Entity.Key);
        // Two connections at once.
        Assert.Equal(2, store.Read(db => db.Settings.Count() + store.Read(other => other.Settings.Count())));

        await store.ReleaseMemoryAsync();

        await store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = "after", Value = "v" }).Entity.Key);
        Assert.Equal(4, store.Read(db => db.Settings.Count() + store.Read(other => other.Settings.Count())));
    }

    [Fact]
    public async Task ReleaseMemory_OfAClosedStore_DoesNothing()
    {
        var store = await _folder.OpenAsync();
        await store.DisposeAsync();

        await store.ReleaseMemoryAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.WriteAsync(_ => 0));
    }

    [Fact]
    public async Task Dispose_WithWritesWaiting_WritesThemFirst()
    {
        var store = await _folder.OpenAsync();
        var tasks = Enumerable.Range(0, 1000)
            .Select(i => store.WriteAsync(db => db.Settings.Add(new SettingRow { Key = $"{i}", Value = "v" }).Entity.Key)).ToList();

        await store.DisposeAsync();

        await Task.WhenAll(tasks);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.WriteAsync(_ => 0));
        await using var again = await _folder.OpenAsync();
        Assert.Equal(1000, again.Read(db => db.Settings.Count()));
    }
}
