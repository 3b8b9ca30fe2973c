using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gantry.Model.Link;
using Gantry.Server.Auth;
using Gantry.Server.Changes;
using Gantry.Server.Hosting;
using Gantry.Storage.Rows;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Server.Tests;

/// <summary>A real server on a loopback port, with a database, logs and an agent in a directory of its own.</summary>
public class RunningServer : IAsyncLifetime
{
    public const string AdminToken = "the-admin-token";
    public const string MemberToken = "the-member-token";
    public const string OutsiderToken = "the-outsider-token";
    public const string InactiveToken = "the-inactive-token";

    private readonly string home = Directory.CreateTempSubdirectory("gantry-s-").FullName;
    private ServerHome? heldHome;
    private ServerApp? app;
    private HttpClient? http;

    /// <summary>The length of its leases.</summary>
    protected virtual TimeSpan Lease => LeaseTerms.Usual;

    internal ServerApp App => app!;

    internal Ledger Ledger => App.Web.Services.GetRequiredService<Ledger>();

    public async ValueTask InitializeAsync()
    {
        heldHome = new ServerHome(home);
        Assert.True(heldHome.TryLock());
        app = await ServerApp.StartAsync(new ServerOptions { Home = home, Port = 0, Token = AdminToken, Embedded = true, Lease = new LeaseTerms(Lease), LogLevel = Microsoft.Extensions.Logging.LogLevel.Error }, heldHome);
        http = new HttpClient { BaseAddress = new Uri(app.Url) };
        await Ledger.CommitAsync((db, _) =>
        {
            var project = db.Projects.Single(project => project.Name == "main");
            foreach (var (name, token, active) in new[] { ("member", MemberToken, true), ("outsider", OutsiderToken, true), ("inactive", InactiveToken, false) })
            {
                var user = new UserRow { Id = Guid.NewGuid(), Name = name, TokenHash = Caller.Hash(token), GlobalRole = "user", Active = active, CreatedAt = Ledger.Now };
                db.Users.Add(user);
                if (name == "member")
                    db.Members.Add(new MemberRow { ProjectId = project.Id, UserId = user.Id, ProjectRole = "user" });
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        http?.Dispose();
        if (app is not null)
            await app.DisposeAsync();
        heldHome?.Dispose();
        // An agent whose spool is gone ends by itself.
        Directory.Delete(home, recursive: true);
    }

    public async Task<(HttpStatusCode Status, string Body)> CallAsync(string path, string? body = "{}", string? token = AdminToken, HttpMethod? method = null, string? apiVersion = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (apiVersion is not null)
            request.Headers.Add("X-API-VERSION", apiVersion);
        if (body is not null && request.Method != HttpMethod.Get)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        // Streams of events never end: the head of the reply is all that a check of access needs.
        using var reply = await http!.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        if (reply.Content.Headers.ContentType?.MediaType == "text/event-stream")
            return (reply.StatusCode, "");
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
