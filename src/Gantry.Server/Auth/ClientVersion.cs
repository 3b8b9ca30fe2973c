using Gantry.Server.Api;
using Gantry.Server.Hosting;

namespace Gantry.Server.Auth;

/// <summary>dstack's clients say their version; one that is newer than the API served here would misread it, and is told so.</summary>
internal static class ClientVersion
{
    public static void Check(HttpContext context)
    {
        var header = context.Request.Headers["X-API-VERSION"].ToString();
        if (header.Length == 0 || header is "latest" || !Version.TryParse(header, out var client))
            return;
        var served = Version.Parse(BuildInfo.ApiVersion);
        if (client.Major > served.Major || (client.Major == served.Major && client.Minor > served.Minor))
            throw ApiError.Bad($"The client/CLI version ({header}) is incompatible with the server version ({BuildInfo.ApiVersion}).");
    }
}
