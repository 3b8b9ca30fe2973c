using Gantry.Testing;

namespace Gantry.EndToEnd;

/// <summary>Tasks with an image, in a real Docker.</summary>
public sealed class DockerTests(DockerDaemon docker, DockerHome home) : DockerTest(docker, home), IClassFixture<DockerHome>
{
    [Fact]
    public async Task Commands_OfAnImage_RunAsTheConfigurationSays()
    {
        const string settings = """
            image: tools
            user: app
            working_dir: ~/work
            home_dir: /home/app
            env: ["GREETING=it's \"$HOME\""]
            resources: {memory: 64MB, cpu: 1, shm_size: 16MB}
            """;
        using var apply = Home.Apply("settings", [
            "id -u; pwd; echo \"$GREETING\"; echo \"$HOME $DSTACK_WORKING_DIR $DSTACK_RUN_NAME\"",
            "df -k /dev/shm | awk 'END {print $2}'; cat \"$DSTACK_MPI_HOSTFILE\" | wc -l",
            "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; variable=kept",
            "echo error >&2; echo \"$variable\"; (exit 3)",
            "echo not reached"], settings);
        var result = await apply.Result();

        Assert.True(result.ExitCode == 3, result + Home.Logs());
        Assert.Equal("1000\n/home/app/work\nit's \"$HOME\"\n/home/app /home/app/work settings\n16384\n1\n67108864\nerror\nkept\n", result.Output);
        await UntilRemoved("settings");
    }

    [Fact]
    public async Task Image_WithoutShell_RunsItsOwnEntrypoint()
    {
        using var own = Home.Start("apply", "-f", WriteImageTask("own", "image: bare"), "-y");
        Assert.Equal("from the entrypoint as it is\n", (await own.Result()).Output);

        using var other = Home.Start("apply", "-f", WriteImageTask("other", "image: bare\nentrypoint: /echo 'a  b'\ncommands: [c]"), "-y");
        Assert.Equal("a  b c\n", (await other.Result()).Output);

        using var shell = Home.Apply("shell", ["echo in a shell"], "image: bare");
        var missing = await shell.Result();
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("The image bare has no /bin/sh, which commands and dev environments run in. The job did not run.", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entrypoint_ThatIsNotThere_IsRefusedWithDockersWords()
    {
        using var apply = Home.Start("apply", "-f", WriteImageTask("none", "image: bare\nentrypoint: /nothing"), "-y");
        var refused = await apply.Result();

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Docker could not start the container", refused.Error, StringComparison.Ordinal);
        Assert.Contains("/nothing", refused.Error, StringComparison.Ordinal);
        Assert.Contains("The job did not run.", refused.Error, StringComparison.Ordinal);
        await UntilRemoved("none");
    }

    [Fact]
    public async Task Output_TenMegabytesOnBothStreams_IsExact()
    {
        const int lines = 100_000;
        var file = WriteImageTask("loud", $"image: tools\nentrypoint: awk\ncommands: ['BEGIN {{for (i = 0; i < {lines}; i++) printf \"%099d\\n\", i; printf \"no end of line\"}}']");
        using var apply = Home.Start("apply", "-f", file, "-y");
        var applied = await apply.Result();

        var expected = string.Concat(Enumerable.Range(0, lines).Select(i => $"{i:D99}\n")) + "no end of line";
        Assert.True(expected == applied.Output, $"Applied: {applied.Output.Length} characters instead of {expected.Length}. {applied.Error}");
        Assert.True(expected == (await Home.GantryOk("logs", "loud")).Output);
    }

    [Fact]
    public async Task Nodes_OfOneRun_SeeEachOther()
    {
        using var apply = Home.Apply("pair", ["""
            if [ "$DSTACK_NODE_RANK" = 0 ]; then echo hello | nc -l -p 39717; else
            until nc "$DSTACK_MASTER_NODE_IP" 39717 </dev/null > heard && [ -s heard ]; do sleep 0.05; done; echo "heard $(cat heard), $(wc -l < "$DSTACK_MPI_HOSTFILE") nodes"; fi
            """], "image: tools\nnodes: 2");
        var result = await apply.Result();

        Assert.True(result.ExitCode == 0, result + Home.Logs());
        Assert.Contains("heard hello, 2 nodes", (await Home.GantryOk("logs", "pair", "--job", "1")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_ThatIsMapped_AnswersOnTheHost()
    {
        var local = FreePort.Take();
        await Home.Submit("web", ["echo page > index.html; httpd -f -p 80"], $"image: tools\nworking_dir: /www\nports: [\"{local}:80\"]");
        await Home.Api.UntilRun("web", "running");
        using var http = new HttpClient();
        var ended = TestContext.Current.CancellationToken;
        var page = await Deadline.Until("the mapped port to answer", async () =>
        {
            try
            {
                return await http.GetStringAsync($"http://127.0.0.1:{local}/index.html", ended);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }, seen: Home.Logs);

        Assert.Equal("page\n", page);
        await Home.GantryOk("stop", "web", "-x", "-y");
        await Home.Api.UntilRun("web", "terminated");
        await UntilRemoved("web");
    }

    [Fact]
    public async Task Volume_OfTheHost_IsMadeAndKept()
    {
        var path = Path.Combine(Home.Work, "made", "here");
        using var apply = Home.Apply("keeps", ["echo kept > /data/file"], $"image: tools\nvolumes: [\"{path}:/data\"]");

        Assert.Equal(0, (await apply.Result()).ExitCode);
        Assert.Equal("kept\n", File.ReadAllText(Path.Combine(path, "file")));
    }

    [Fact]
    public async Task Memory_BeyondItsLimit_EndsTheJobAndSaysWhy()
    {
        using var apply = Home.Apply("greedy", ["tail /dev/zero"], "image: tools\nresources: {memory: 32MB}");
        var result = await apply.Result();

        Assert.Equal(137, result.ExitCode);
        var submission = ServerApi.Submission(await Home.Api.UntilRun("greedy", "failed"))!;
        Assert.Equal(("container_exited_with_error", 137), ((string?)submission["termination_reason"], (int?)submission["exit_status"]));
        Assert.Contains("ran out of memory: it may use 0.03GB", (string?)submission["termination_reason_message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_OfAContainer_IsMeasured()
    {
        await Home.Submit("busy", ["while :; do :; done"], Image());
        await Home.Api.UntilRun("busy", "running");

        var database = new Database(Home);
        await Deadline.Until("CPU time and memory of the container", () => database.Query("SELECT j.id FROM jobs j JOIN runs r ON r.id = j.run_id WHERE r.name = 'busy' AND j.cpu_micros > 0 AND j.memory_bytes > 0").Count == 1);
        await Home.GantryOk("stop", "busy", "-x", "-y");
        await Home.Api.UntilRun("busy", "terminated");
    }
}
