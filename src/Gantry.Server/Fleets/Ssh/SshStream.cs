namespace Gantry.Server.Fleets.Ssh;

/// <summary>The standard input and output of a command on a host as one stream. When it ends, the connection does.</summary>
internal sealed class SshStream(SshProcess ssh) : Stream
{
    private bool isHeard;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await ssh.Output.ReadAsync(buffer, cancellationToken);
        if (count > 0 && !isHeard)
        {
            isHeard = true;
            ssh.DropKeys();
        }
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await ssh.Input.WriteAsync(buffer, cancellationToken);
        await ssh.Input.FlushAsync(cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => ssh.Output.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => ssh.Input.Write(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await ssh.DisposeAsync();
        await base.DisposeAsync();
    }
}
