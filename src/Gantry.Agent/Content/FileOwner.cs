namespace Gantry.Agent.Content;

/// <summary>Whom an unpacked file belongs to.</summary>
internal sealed record FileOwner(int Uid, int Gid)
{
    public static FileOwner Root { get; } = new(0, 0);
}
