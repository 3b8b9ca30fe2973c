using System.Security.Cryptography;
using Gantry.Storage.Blobs;

namespace Gantry.Storage.Tests;

/// <summary>Uploads by hash: whole or not at all, once, and gone only when they are old.</summary>
public sealed class FileBlobStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Blobs => Path.Combine(Path.GetDirectoryName(_folder.Database)!, "blobs");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_Bytes_AreFoundByTheirHash()
    {
        var store = new FileBlobStore(Blobs);
        var bytes = RandomNumberGenerator.GetBytes(300_000);

        var blob = await store.PutAsync(new MemoryStream(bytes), limit: bytes.Length, Cancellation);

        Assert.Equal(new Blob(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length), blob);
        using var read = new MemoryStream();
        await using var stream = new FileBlobStore(Blobs).Open(blob.Hash)!;
        await stream.CopyToAsync(read, Cancellation);
        Assert.Equal(bytes, read.ToArray());
    }

    [Fact]
    public async Task Put_MoreThanTheLimit_LeavesNothing()
    {
        var store = new FileBlobStore(Blobs);
        await Assert.ThrowsAsync<BlobTooLargeException>(() => store.PutAsync(new MemoryStream(new byte[1001]), limit: 1000, Cancellation));
        Assert.Empty(Directory.GetFiles(Blobs, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Put_Interrupted_IsGoneAtTheNextStart()
    {
        _ = new FileBlobStore(Blobs);
        await File.WriteAllTextAsync(Path.Combine(Blobs, "incoming", "half"), "x", Cancellation);
        Assert.Empty(new FileBlobStore(Blobs).All());
        Assert.Empty(Directory.GetFiles(Blobs, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Delete_OfABlobThatWasStoredAgain_LeavesIt()
    {
        var store = new FileBlobStore(Blobs);
        var blob = await store.PutAsync(new MemoryStream([1, 2, 3]), null, Cancellation);
        var path = Assert.Single(Directory.GetFiles(Blobs, blob.Hash, SearchOption.AllDirectories));
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        await store.PutAsync(new MemoryStream([1, 2, 3]), null, Cancellation);

        Assert.False(store.DeleteIfOlder(blob.Hash, DateTimeOffset.UtcNow.AddMinutes(-1)));
        Assert.Equal([blob.Hash], store.All());
        Assert.True(store.DeleteIfOlder(blob.Hash, DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.Null(store.Open(blob.Hash));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF")]
    public void Open_WhatIsNoHash_IsNothing(string hash) => Assert.Null(new FileBlobStore(Blobs).Open(hash));

    public void Dispose() => _folder.Dispose();
}
