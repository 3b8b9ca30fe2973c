namespace Gantry.Server.Hosting;

/// <summary>Who this server is: a UUID that is made with the database and lives in it. Agents obey only the owner of a job.</summary>
internal sealed class ServerIdentity
{
    private Guid? serverId;

    /// <summary>Known once the first start's rows are there, before anything talks to an agent.</summary>
    public Guid ServerId
    {
        get => serverId ?? throw new InvalidOperationException("The server's identity was asked for before its database was prepared.");
        set => serverId = value;
    }
}
