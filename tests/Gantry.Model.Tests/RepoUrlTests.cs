using Gantry.Model.Values;

namespace Gantry.Model.Tests;

/// <summary>URLs of Git repos: what may be shown of them, and what may not.</summary>
public class RepoUrlTests
{
    [Theory]
    [InlineData("https://github.com/org/repo", "https://github.com/org/repo", "https", "github.com", null, null, "repo")]
    [InlineData("https://me:s3cret@host:8443/a/b.git", "https://host:8443/a/b.git", "https", "host:8443", "me", "s3cret", "b")]
    [InlineData("https://token@host/b.git/", "https://host/b.git/", "https", "host", "token", null, "b")]
    [InlineData("HTTP://a%40b:c%2Fd@host/x", "http://host/x", "http", "host", "a@b", "c/d", "x")]
    [InlineData("git@github.com:org/repo.git", "git@github.com:org/repo.git", "ssh", "github.com", null, null, "repo")]
    [InlineData("ssh://git@host:2222/org/repo.git", "ssh://git@host:2222/org/repo.git", "ssh", "host:2222", null, null, "repo")]
    [InlineData("file:///srv/git/demo.git", "file:///srv/git/demo.git", "file", "", null, null, "demo")]
    [InlineData("git://host/demo", "git://host/demo", "git", "host", null, null, "demo")]
    public void Parse_OfAUrl_TakesWhatIsSecretOut(string text, string shown, string scheme, string host, string? user, string? password, string name)
    {
        var url = RepoUrl.Parse(text)!;
        Assert.Equal((shown, scheme, host, user, password, name), (url.Text, url.Scheme, url.Host, url.Username, url.Password, url.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("../repo")]
    [InlineData("https://host")]
    [InlineData("https:///repo")]
    [InlineData("ext::sh -c touch% /tmp/x")]
    [InlineData("ssh://-oProxyCommand=touch/x")]
    [InlineData("-oProxyCommand=x@host:path")]
    [InlineData("me@-oProxyCommand=x:path")]
    [InlineData("ftp://host/repo")]
    [InlineData("file://host/repo")]
    [InlineData("https://ho st/repo")]
    public void Parse_OfWhatIsNone_IsNull(string text) => Assert.Null(RepoUrl.Parse(text));
}
