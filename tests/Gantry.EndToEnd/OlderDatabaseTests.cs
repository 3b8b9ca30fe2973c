namespace Gantry.EndToEnd;

/// <summary>The database is replaced by an older copy while jobs run: a restored backup.</summary>
public sealed class OlderDatabaseTests : EndToEndTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restored_JobsRun_NoneIsStoppedAndUnknownOnesAreQuarantined(bool killed)
    {
        Gate known = new(Home, "known"), unknown = new(Home, "unknown");
        await Home.Submit("known", known.Commands());
        var knownPid = await known.UntilReached();
        await Home.Api.UntilRun("known", "running");
        await Home.StopServer();
        var backup = Directory.CreateDirectory(Path.Combine(Home.Work, "backup")).FullName;
        foreach (var file in Directory.GetFiles(Home.ServerDirectory, "gantry.db*"))
            File.Copy(file, Path.Combine(backup, Path.GetFileName(file)));
        await Home.Submit("unknown", unknown.Commands());
        var unknownPid = await unknown.UntilReached();

        await (killed ? Home.KillServer() : Home.StopServer());
        foreach (var file in Directory.GetFiles(Home.ServerDirectory, "gantry.db*"))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(backup))
            File.Copy(file, Path.Combine(Home.ServerDirectory, Path.GetFileName(file)));

        await Home.StartServer();
        await Deadline.Until("the quarantine in ps", async () =>
            (await Home.GantryOk("ps")).Everything is var text && text.Contains("quarantine", StringComparison.OrdinalIgnoreCase) && text.Contains("unknown", StringComparison.Ordinal));
        var list = (await Home.GantryOk("quarantine", "list")).Output;
        Assert.Contains("unknown", list, StringComparison.Ordinal);
        Assert.DoesNotContain("known-0-0", list.Replace("unknown-0-0", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(Processes.IsAlive(knownPid));
        Assert.True(Processes.IsAlive(unknownPid));

        var job = (await Home.Api.Post("/api/quarantine/list"))!.AsArray().Single()!;
        await Home.GantryOk("quarantine", "stop", (string)job["job_id"]!, "-y");
        await Deadline.Until("the stopped job gone", () => !Processes.IsAlive(unknownPid));
        await Deadline.Until("an empty quarantine", async () => (await Home.Api.Post("/api/quarantine/list"))!.AsArray().Count == 0);

        known.Open();
        await Home.Api.UntilRun("known", "done");
        Assert.Equal(known.ExpectedLog, (await Home.GantryOk("logs", "known")).Output);
    }
}
