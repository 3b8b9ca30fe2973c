namespace Gantry.EndToEnd;

/// <summary>Tests that share one Docker daemon; one at a time, since some of them kill it.</summary>
[CollectionDefinition(Name)]
public sealed class DockerCollection : ICollectionFixture<DockerDaemon>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Docker";
}

/// <summary>A home whose server runs already and whose agent uses the tests' Docker, shared by the tests of a class; each uses run names of its own.</summary>
public sealed class DockerHome(DockerDaemon docker) : GantryHome, IAsyncLifetime
{
    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!DockerDaemon.IsPossible)
            return;
        Environment["DOCKER_HOST"] = docker.Host;
        await StartServer();
    }
}

/// <summary>A test with a home of its own, or its class's, whose agent uses the tests' Docker. Nothing of the agent's may be left there at its end.</summary>
[Collection(DockerCollection.Name)]
public abstract class DockerTest : EndToEndTest
{
    /// <summary>Skips where there can be no daemon.</summary>
    protected DockerTest(DockerDaemon docker, DockerHome? shared = null)
        : base(shared)
    {
        Assert.SkipUnless(DockerDaemon.IsPossible, DockerDaemon.Needs);
        Docker = docker;
        Home.Environment["DOCKER_HOST"] = docker.Host;
    }

    /// <summary>The daemon.</summary>
    protected DockerDaemon Docker { get; }

    /// <summary>Keys of a configuration for a container that sees the tests' files where they are.</summary>
    protected string Image(string more = "") => $"image: {DockerDaemon.Tools}\nvolumes: [\"{Home.Work}:{Home.Work}\"]{(more.Length > 0 ? "\n" + more : "")}";

    /// <summary>Writes a configuration without commands; returns its path.</summary>
    protected string WriteImageTask(string name, string keys) => Home.Write(name, $"type: task\nname: {name}\n{keys}\n");

    /// <summary>Waits until nothing of a run's containers is there any more.</summary>
    protected Task UntilRemoved(string run) => Deadline.Until($"no container of run {run}", () => Docker.Containers(run).Length == 0);
}
