using System.Net;
using System.Net.Sockets;

namespace Gantry.Testing;

/// <summary>Ports for servers of tests.</summary>
internal static class FreePort
{
    // Below the range that Linux gives to outgoing connections (32768 and up): between the choice and its use, no connection of another test takes it.
    private const int First = 20_000;
    private const int End = 32_000;

    /// <summary>A port of TCP that nobody listens on, on any address.</summary>
    public static int Take()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Any, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
            }
        }
    }
}
