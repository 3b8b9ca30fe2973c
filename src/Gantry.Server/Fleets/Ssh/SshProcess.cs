using System.Diagnostics;
using System.Text;

namespace Gantry.Server.Fleets.Ssh;

/// <summary>One run of OpenSSH's client: a command on a host, with its input and output. Disposing it ends the connection.</summary>
internal sealed class SshProcess : IAsyncDisposable
{
    /// <summary>OpenSSH's own exit status for a connection that failed; every other is the command's.</summary>
    public const int ConnectionFailed = 255;

    private const int MostSaid = 8 << 10;
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);
    private readonly SshFolder folder;
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly Task listening;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int exitStatus;

    private SshProcess(SshTarget target, SshFolder folder, string command)
    {
        (Target, this.folder) = (target, folder);
        var start = new ProcessStartInfo("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var argument in (string[])["-F", folder.ConfigPath, "-T", "--", SshFolder.HostName, command])
            start.ArgumentList.Add(argument);
        // Nothing of the server's own environment is for other machines or their agents.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GANTRY_", StringComparison.Ordinal) || name == "SSH_AUTH_SOCK").ToList())
            start.Environment.Remove(name);
        process = Process.Start(start) ?? throw new IOException("OpenSSH's client could not be started.");
        listening = ListenAsync();
    }

    public SshTarget Target { get; }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>Starts a command on a host. It returns at once: what fails is told when the output ends.</summary>
    /// <exception cref="SshException">There is no OpenSSH client on this machine.</exception>
    public static SshProcess Start(SshTarget target, string fallbackFolder, string command)
    {
        var folder = new SshFolder(target, fallbackFolder);
        try
        {
            return new SshProcess(target, folder, command);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            folder.Dispose();
            throw new SshException(SshFaultKind.Other, "There is no OpenSSH client (ssh) on the server's machine. Install openssh-client.");
        }
    }

    /// <summary>Runs a command to its end. Throws when the connection fails; the command's own status is the caller's.</summary>
    public static async Task<(int Status, string Output, string Said, string KnownHosts)> RunAsync(
        SshTarget target, string fallbackFolder, string command, Func<Stream, Task>? write, TimeSpan limit, CancellationToken cancellation)
    {
        await using var ssh = Start(target, fallbackFolder, command);
        // A host whose disk or sudo hangs must not hold its keeper for ever.
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limit);
        try
        {
            return await ssh.RunAsync(write, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SshException(SshFaultKind.NoAnswer, $"{target.Host} did not come to an end within {limit.TotalSeconds:0} s with what it was asked to do. See whether its disks answer.");
        }
    }

    private async Task<(int Status, string Output, string Said, string KnownHosts)> RunAsync(Func<Stream, Task>? write, CancellationToken cancellation)
    {
        var reading = new StreamReader(Output).ReadToEndAsync(cancellation);
        try
        {
            if (write is not null)
                await write(Input);
            Input.Close();
        }
        catch (IOException)
        {
            // It ended before it read all: its status says why.
        }
        var output = await reading;
        var (status, words) = await EndAsync(cancellation);
        return status == ConnectionFailed ? throw SshException.Of(Target, words) : (status, output, words, folder.ReadKnownHosts());
    }

    /// <summary>The login is done: its keys are needed no more.</summary>
    public void DropKeys() => folder.DropKeys();

    /// <summary>Waits for the end.</summary>
    public async Task<(int Status, string Said)> EndAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        await listening;
        lock (said)
            return (process.ExitCode, said.ToString());
    }

    /// <summary>How it ended, of one whose connection is over: whoever disposed it may have ended it first.</summary>
    public async Task<(int Status, string Said)> EndedAsync(CancellationToken cancellation)
    {
        await ended.Task.WaitAsync(cancellation);
        lock (said)
            return (exitStatus, said.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        // One whose output has ended is about to end, and says why.
        using (var limit = new CancellationTokenSource(LastWords))
            await process.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
        await process.WaitForExitAsync();
        await listening;
        exitStatus = process.ExitCode;
        process.Dispose();
        folder.Dispose();
        ended.TrySetResult();
    }

    private async Task ListenAsync()
    {
        var buffer = new char[1024];
        while (await process.StandardError.ReadAsync(buffer) is > 0 and var count)
        {
            lock (said)
            {
                if (said.Length < MostSaid)
                    said.Append(buffer, 0, count);
            }
        }
    }
}
