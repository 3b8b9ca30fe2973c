using System.Security.Cryptography;
using Gantry.Server.Hosting;
using Gantry.Server.Secrets;

namespace Gantry.Server.Tests;

public sealed class SealerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gantry-seal").FullName;

    [Fact]
    public void Open_WhatWasSealed_IsTheSame()
    {
        var sealer = Sealer();

        var text = sealer.Seal("a key\nof two lines, ß", "instances/1/keys");

        Assert.DoesNotContain("key", text[2..], StringComparison.Ordinal);
        Assert.Equal("a key\nof two lines, ß", sealer.Open(text, "instances/1/keys"));
        Assert.NotEqual(text, sealer.Seal("a key\nof two lines, ß", "instances/1/keys"));
    }

    [Fact]
    public void Open_AnotherPlacesOrChangedText_IsRefused()
    {
        var sealer = Sealer();
        var text = sealer.Seal("secret", "instances/1/keys");
        var changed = text[..^4] + (text[^4] == 'A' ? "B" : "A") + text[^3..];

        foreach (var (sealedText, place) in new[] { (text, "instances/2/keys"), (changed, "instances/1/keys"), ("1:00000000:AAAA", "instances/1/keys"), ("plain", "instances/1/keys") })
        {
            var error = Assert.Throws<SealedException>(() => sealer.Open(sealedText, place));
            Assert.DoesNotContain("secret\"", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_AfterAKeyWasPutBeforeTheOld_StillOpensAndIsStale()
    {
        var (old, present) = (Key(), Key());
        var text = Sealer(old).Seal("secret", "here");

        var rotated = Sealer($"{present},{old}");

        Assert.Equal("secret", rotated.Open(text, "here"));
        Assert.True(rotated.IsStale(text));
        Assert.False(rotated.IsStale(rotated.Seal("secret", "here")));
        Assert.Contains("does not have", Assert.Throws<SealedException>(() => Sealer(present).Open(text, "here")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyFile_OfFirstStart_IsItsOwnersOnlyAndKept()
    {
        var text = Sealer().Seal("secret", "here");

        var file = Path.Combine(folder, "server", "encryption-keys");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("secret", Sealer().Open(text, "here"));
    }

    [Fact]
    public void KeyRing_WithAWrongKey_NamesItWithoutShowingIt()
    {
        var error = Assert.Throws<IOException>(() => Sealer($"{Key()},tooshort"));

        Assert.Contains("Key 2 of GANTRY_ENCRYPTION_KEYS", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("tooshort", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string Key() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyRing.KeyBytes));

    private Sealer Sealer(string? keys = null)
    {
        using var home = new ServerHome(folder);
        return new Sealer(KeyRing.Open(home, name => name == KeyRing.Variable ? keys : null));
    }
}
