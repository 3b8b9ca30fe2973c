using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gantry.Server.Hosting;

/// <summary>
/// The directory that one server lives in. Held by a file lock for the server's life: a second server on the same home
/// ends at once, and the lock goes with the process however that dies.
/// </summary>
internal sealed class ServerHome : IDisposable
{
    private FileStream? heldLock;

    public ServerHome(string home)
    {
        ServerDirectory = Path.Combine(home, "server");
        AgentSpool = Path.Combine(home, "agent");
        VolumesDirectory = Path.Combine(home, "volumes");
        CreatePrivate(home);
        CreatePrivate(ServerDirectory);
    }

    public string ServerDirectory { get; }
    public string AgentSpool { get; }
    public string VolumesDirectory { get; }
    public string DatabasePath => Path.Combine(ServerDirectory, "gantry.db");
    public string LogsDirectory => Path.Combine(ServerDirectory, "logs");
    public string BlobsDirectory => Path.Combine(ServerDirectory, "blobs");
    public string MetricsDirectory => Path.Combine(ServerDirectory, "metrics");
    private string AddressPath => Path.Combine(ServerDirectory, "server.json");
    private string TokenPath => Path.Combine(ServerDirectory, "admin-token");

    /// <summary>Takes the lock; false when another server holds it.</summary>
    public bool TryLock()
    {
        try
        {
            // On Unix, a file that is opened without sharing is held by flock.
            heldLock = new FileStream(Path.Combine(ServerDirectory, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return false;
        }
        File.Delete(AddressPath);
        return true;
    }

    /// <summary>Tells CLIs where the server listens.</summary>
    public void Publish(ServerAddress address) => WritePrivate(AddressPath, JsonSerializer.Serialize(address, ServerAddressJson.Default.ServerAddress));

    /// <summary>The admin's token: as given, else as kept from the first start, else a new one.</summary>
    public AdminToken AdminToken(string? given)
    {
        var kept = File.Exists(TokenPath) ? File.ReadAllText(TokenPath).Trim() : "";
        var token = given ?? (kept.Length > 0 ? kept : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)));
        if (token == kept)
            return new AdminToken(token, IsNew: false);
        WritePrivate(TokenPath, token + "\n");
        return new AdminToken(token, IsNew: given is null);
    }

    public void Dispose()
    {
        if (heldLock is null)
            return;
        File.Delete(AddressPath);
        heldLock.Dispose();
        heldLock = null;
    }

    private static void CreatePrivate(string directory)
    {
        if (!Directory.Exists(directory))
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes a file that only its owner may read.</summary>
    public static void WritePrivate(string path, string content)
    {
        // Written aside and renamed: a reader never sees half of it.
        var aside = path + ".new";
        File.Delete(aside);
        using (var stream = new FileStream(aside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(content));
        }
        File.Move(aside, path, overwrite: true);
    }
}

/// <summary>Content of <c>server.json</c>.</summary>
internal sealed record ServerAddress(string Url, int Pid, string Build, string Version);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerAddress))]
internal sealed partial class ServerAddressJson : JsonSerializerContext;
