using System.Diagnostics;
using System.Text;

namespace Gantry.EndToEnd.Harness;

/// <summary>What a command left behind.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="OutputBytes">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CommandResult(int ExitCode, byte[] OutputBytes, string Error)
{
    /// <summary>Standard output as text.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes);

    /// <summary>Both streams.</summary>
    public string Everything => Output + Error;

    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}\n---";
}

/// <summary>A command that runs: its output can be waited for while it does.</summary>
public sealed class CommandRun : IDisposable
{
    private readonly Process process;
    private readonly MemoryStream output = new();
    private readonly StringBuilder error = new();
    private readonly Task pumped;
    private bool isDisposed;

    /// <summary>Starts it, with nothing on its standard input unless <paramref name="input"/> says otherwise.</summary>
    public CommandRun(ProcessStartInfo start, string? input = null)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        CommandLine = $"{Path.GetFileName(start.FileName)} {string.Join(' ', start.ArgumentList)}";
        process = Process.Start(start)!;
        if (input is not null)
            process.StandardInput.Write(input);
        process.StandardInput.Close();
        pumped = Task.WhenAll(
            Pump(process.StandardOutput.BaseStream, piece => output.Write(piece.Span)),
            Pump(process.StandardError.BaseStream, piece => error.Append(Encoding.UTF8.GetString(piece.Span))));
    }

    /// <summary>For messages.</summary>
    public string CommandLine { get; }

    /// <summary>Its process.</summary>
    public int Pid => process.Id;

    /// <summary>Whether it ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
        }
    }

    /// <summary>What it wrote to standard error so far.</summary>
    public string Error
    {
        get
        {
            lock (output)
                return error.ToString();
        }
    }

    /// <summary>Waits until its standard output holds the text.</summary>
    public Task UntilOutput(string text, TimeSpan? limit = null) => Deadline.Until(
        $"'{text}' in the output of {CommandLine}",
        () => Output.Contains(text, StringComparison.Ordinal)
            || (HasEnded && pumped.IsCompleted && !Output.Contains(text, StringComparison.Ordinal)
                ? throw new InvalidOperationException($"{CommandLine} ended with {process.ExitCode} before it wrote '{text}'.\n{Output}\n{Error}")
                : false),
        limit);

    /// <summary>Waits until it ended and everything that it wrote is read. Kills it and throws when that takes too long.</summary>
    public async Task<CommandResult> Result(TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? Deadline.Usual);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            await pumped.WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            var state = process.HasExited ? "ended, but something holds its output open" : "still runs";
            if (!process.HasExited)
                process.Kill();
            throw new TimeoutException($"{CommandLine} {state} after {(limit ?? Deadline.Usual).TotalSeconds:0} s.\n--- output\n{Output}\n--- error\n{Error}");
        }
        lock (output)
            return new CommandResult(process.ExitCode, output.ToArray(), error.ToString());
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => Processes.Signal(process.Id, signal);

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private async Task Pump(Stream from, Action<ReadOnlyMemory<byte>> take)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer)) > 0)
        {
            lock (output)
                take(buffer.AsMemory(0, read));
        }
    }
}
