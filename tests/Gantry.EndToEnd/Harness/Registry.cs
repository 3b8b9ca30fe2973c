using System.Diagnostics;
using System.Net;
using Gantry.Testing;

namespace Gantry.EndToEnd.Harness;

/// <summary>A registry of images on loopback that wants a password.</summary>
public sealed class Registry : IAsyncDisposable
{
    /// <summary>Who may fetch, and a password that must be found nowhere.</summary>
    public const string User = "puller", Password = "hunter2-secret";

    private const string PasswordHash = "$2y$05$abcdefghijklmnopqrstuuco6HW5qgMYWmvqwt2HG533btIvodevS";

    private readonly string folder = Directory.CreateTempSubdirectory("gr-").FullName;
    private readonly Process process;

    private Registry()
    {
        Address = $"127.0.0.1:{FreePort.Take()}";
        File.WriteAllText(Path.Combine(folder, "htpasswd"), $"{User}:{PasswordHash}\n");
        File.WriteAllText(Path.Combine(folder, "config.yml"), $"""
            version: 0.1
            log: {"{level: error}"}
            storage: {"{filesystem: {rootdirectory: " + folder + "/data}}"}
            http: {"{addr: '" + Address + "'}"}
            auth: {"{htpasswd: {realm: tests, path: " + folder + "/htpasswd}}"}
            """);
        process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", Path.Combine(folder, "config.yml")]) { RedirectStandardError = true })!;
        process.BeginErrorReadLine();
    }

    /// <summary>Whether this machine has the program.</summary>
    public static bool IsPossible { get; } = File.Exists("/usr/bin/docker-registry");

    /// <summary>Why not, for the test's skip message.</summary>
    public const string Needs = "needs Debian's package docker-registry";

    /// <summary>Host and port, which begin the names of its images.</summary>
    public string Address { get; }

    /// <summary>Starts one and puts an image of the daemon into it, which the daemon itself then does not have under this name.</summary>
    /// <returns>The registry, and the image's name.</returns>
    public static async Task<(Registry Registry, string Image)> StartAsync(DockerDaemon docker, string image)
    {
        var registry = new Registry();
        using var http = new HttpClient();
        await Deadline.Until("a registry that answers", async () =>
        {
            try
            {
                return (await http.GetAsync($"http://{registry.Address}/v2/")).StatusCode == HttpStatusCode.Unauthorized;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        var name = $"{registry.Address}/{image}:1";
        docker.Docker("tag", image, name);
        docker.Docker("--config", registry.folder, "login", "-u", User, "-p", Password, registry.Address);
        docker.Docker("--config", registry.folder, "push", name);
        docker.Docker("rmi", name);
        return (registry, name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
