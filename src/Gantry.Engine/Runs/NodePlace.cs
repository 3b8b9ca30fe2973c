namespace Gantry.Engine.Runs;

/// <summary>Where a node of a run is.</summary>
/// <param name="Ip">The address by which the other nodes reach it.</param>
/// <param name="Gpus">Devices that it was given.</param>
/// <param name="Group">Its group's index.</param>
/// <param name="Node">Its index in its group.</param>
public sealed record NodePlace(string Ip, int Gpus, int Group, int Node);
