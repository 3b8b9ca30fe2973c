using Gantry.Cli.Interop;

namespace Gantry.Cli.Embedded;

/// <summary>The files by which the command and the server of this home meet.</summary>
internal sealed class ServerFolder(string home)
{
    public string Home => home;
    public string Path { get; } = System.IO.Path.Combine(home, "server");
    public string Address => In("server.json");
    public string Log => In("server.log");
    public string StartLock => In("start.lock");
    public string Lock => In("server.lock");

    /// <summary>Whether a server of this home lives, ready or not.</summary>
    public bool IsServerAlive => FileLock.IsHeld(Lock);

    /// <summary>Where the server says that it listens; null when it says nothing. It may be what a killed server left behind.</summary>
    public ServerAddress? ReadAddress() => ServerAddress.Read(Address);

    /// <summary>The admin's token.</summary>
    public string ReadToken() => File.ReadAllText(In("admin-token")).Trim();

    public void Create()
    {
        foreach (var folder in new[] { home, Path })
        {
            if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
