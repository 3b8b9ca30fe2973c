using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Commands in containers.</summary>
internal sealed class DockerExecs(DockerApi api)
{
    private const int MaxHead = 16 << 10;

    /// <summary>Makes one; nothing runs yet.</summary>
    /// <exception cref="DockerException">The container does not run.</exception>
    public async Task<string> CreateAsync(string container, DockerExecCreate exec, CancellationToken cancellation)
    {
        using var reply = await api.CallAsync(HttpMethod.Post, $"containers/{container}/exec", DockerApi.Body(exec, DockerJson.Default.DockerExecCreate), cancellation);
        return (await api.ReadAsync(reply, DockerJson.Default.DockerCreated, cancellation)).Id;
    }

    /// <summary>Starts it; the reply's connection carries its streams from then on. Returns what came of them with the head already.</summary>
    /// <exception cref="DockerException">Docker refused.</exception>
    /// <exception cref="DockerGoneException">It does not answer.</exception>
    public async Task<(Socket Connection, byte[] First)> StartAsync(string id, bool tty, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new DockerExecStart(false, tty), DockerJson.Default.DockerExecStart);
        var head = $"POST /{api.VersionPath}/exec/{id}/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(api.Socket), cancellation);
            await socket.SendAsync((byte[])[.. Encoding.ASCII.GetBytes(head), .. body], cancellation);
            return (socket, await ReadHeadAsync(socket, cancellation));
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new DockerGoneException(api.Socket, exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Says how large its terminal is.</summary>
    public async Task ResizeAsync(string id, int columns, int rows, CancellationToken cancellation)
    {
        using var reply = await api.CallAsync(HttpMethod.Post, $"exec/{id}/resize?h={rows}&w={columns}", cancellation);
    }

    /// <summary>What it does.</summary>
    public Task<DockerExecState> StateAsync(string id, CancellationToken cancellation) => api.GetAsync($"exec/{id}/json", DockerJson.Default.DockerExecState, cancellation);

    private async Task<byte[]> ReadHeadAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[MaxHead];
        var length = 0;
        while (true)
        {
            var got = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            length += got;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0 && (got == 0 || length == buffer.Length))
                throw new DockerGoneException(api.Socket, new IOException("the reply has no end of its head"));
            if (end < 0)
                continue;
            var status = Encoding.ASCII.GetString(buffer, 0, end).Split(' ', 3);
            var code = status.Length > 1 && int.TryParse(status[1], out var number) ? (HttpStatusCode)number : HttpStatusCode.InternalServerError;
            if (code is HttpStatusCode.SwitchingProtocols or HttpStatusCode.OK)
                return buffer[(end + 4)..length];
            throw new DockerException(code, Encoding.UTF8.GetString(buffer, end + 4, length - end - 4).Trim());
        }
    }
}

/// <summary>Body of <c>POST /containers/NAME/exec</c>.</summary>
internal sealed record DockerExecCreate
{
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; } = true;
    public bool AttachStderr { get; init; } = true;
    public bool Tty { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public required IReadOnlyList<string> Cmd { get; init; }
}

/// <summary>Body of <c>POST /exec/ID/start</c>.</summary>
internal sealed record DockerExecStart(bool Detach, bool Tty);

/// <summary><c>GET /exec/ID/json</c>.</summary>
internal sealed record DockerExecState(bool Running, int? ExitCode, int Pid);
