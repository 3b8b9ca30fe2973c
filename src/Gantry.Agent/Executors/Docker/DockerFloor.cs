namespace Gantry.Agent.Executors.Docker;

/// <summary>What everything here stands on.</summary>
/// <param name="Api">The daemon.</param>
/// <param name="Containers">Its containers.</param>
/// <param name="Images">Its images.</param>
/// <param name="Disk">Where it keeps them.</param>
/// <param name="AgentId">The agent, which labels its containers.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">The agent's log.</param>
internal sealed record DockerFloor(DockerApi Api, DockerContainers Containers, DockerImages Images, DockerDisk Disk, Guid AgentId, TimeProvider Time, AgentLog Log);
