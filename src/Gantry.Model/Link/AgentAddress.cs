using System.Security.Cryptography;
using System.Text;

namespace Gantry.Model.Link;

/// <summary>Where the agent of a spool listens. Server and agent compute the same path from the same spool.</summary>
public static class AgentAddress
{
    /// <summary>Longest socket path in bytes that is used as it is: the kernel ends them at 108, with the closing zero.</summary>
    public const int LongestPath = 100;

    /// <summary>
    /// <c>SPOOL/agent.sock</c>, or for a spool whose path is too long for a Unix socket
    /// <c>/tmp/gantry-USER-HASH/agent.sock</c> (a directory that must be ours alone: whoever uses it verifies that).
    /// </summary>
    /// <param name="spool">Absolute path of the spool.</param>
    public static string SocketPath(string spool) => SocketPath(spool, Environment.UserName);

    /// <summary>The same for a given user.</summary>
    /// <param name="spool">Absolute path of the spool.</param>
    /// <param name="user">Name of the user that the agent runs as.</param>
    public static string SocketPath(string spool, string user)
    {
        ArgumentException.ThrowIfNullOrEmpty(spool);
        ArgumentNullException.ThrowIfNull(user);
        var trimmed = spool.Length > 1 ? spool.TrimEnd('/') : spool;
        var beside = trimmed + "/agent.sock";
        if (Encoding.UTF8.GetByteCount(beside) <= LongestPath)
            return beside;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(trimmed)))[..16];
        // A name longer than any account has, or none at all (a uid without an entry), still gives a short, valid path.
        var name = user.Length is 0 or > 32 || user.Contains('/') ? "user" : user;
        return $"/tmp/gantry-{name}-{hash}/agent.sock";
    }
}
