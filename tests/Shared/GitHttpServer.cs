using System.Diagnostics;
using System.Net;
using System.Text;

namespace Gantry.Testing;

/// <summary>Git over HTTP on a loopback port: git's own <c>http-backend</c> behind a server that asks for a password.</summary>
internal sealed class GitHttpServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string root;
    private readonly string? authorization;

    /// <summary>Serves the bare repos below a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="user">Who may; null for everybody.</param>
    /// <param name="password">That user's password.</param>
    public GitHttpServer(string root, string? user = null, string? password = null)
    {
        this.root = root;
        authorization = user is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        Port = FreePort.Take();
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        _ = Task.Run(ServeAsync);
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Requests that were let in.</summary>
    public int Served { get; private set; }

    /// <summary>Every <c>Authorization</c> header that came.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>The URL of a repo.</summary>
    public string Url(string repo) => $"http://127.0.0.1:{Port}/{repo}";

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var reply = context.Response;
        var given = context.Request.Headers["Authorization"];
        lock (Seen)
        {
            if (given is not null)
                Seen.Add(given);
        }
        if (authorization is not null && given != authorization)
        {
            reply.StatusCode = 401;
            reply.AddHeader("WWW-Authenticate", "Basic realm=\"git\"");
            return;
        }
        Served++;
        await BackendAsync(context.Request, reply);
    }

    private async Task BackendAsync(HttpListenerRequest request, HttpListenerResponse reply)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["PATH_INFO"] = Uri.UnescapeDataString(request.Url!.AbsolutePath);
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers["Content-Encoding"] ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "";
        start.Environment["REMOTE_USER"] = "tester";
        using var backend = Process.Start(start)!;
        var whole = new MemoryStream();
        var read = backend.StandardOutput.BaseStream.CopyToAsync(whole);
        await request.InputStream.CopyToAsync(backend.StandardInput.BaseStream);
        backend.StandardInput.Close();
        await read;
        await backend.WaitForExitAsync();
        var bytes = whole.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n"))
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            if (name == "Status")
                reply.StatusCode = int.Parse(value[..3]);
            else if (name == "Content-Type")
                reply.ContentType = value;
            else
                reply.AddHeader(name, value);
        }
        await reply.OutputStream.WriteAsync(bytes.AsMemory(end + 4));
    }
}
