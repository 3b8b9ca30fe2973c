using System.Security.Cryptography;
using System.Text;
using Gantry.Storage.Rows;

namespace Gantry.Server.Auth;

/// <summary>Who calls. The token is theirs: it is only ever given back to themselves.</summary>
internal sealed record Caller(UserRow User, string Token)
{
    public bool IsGlobalAdmin => User.GlobalRole == "admin";

    /// <summary>How tokens are stored and looked up: SHA-256 in lower-case hex. Tokens are random, so that no salt is needed.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
