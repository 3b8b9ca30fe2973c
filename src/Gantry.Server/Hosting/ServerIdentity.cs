namespace Gantry.Server.Hosting;

/// <summary>Who this server is: a UUID that is made with the database and lives in it. Agents obey only the owner of a job.</summary>
internal sealed record ServerIdentity(Guid ServerId);
