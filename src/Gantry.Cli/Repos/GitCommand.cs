using System.Diagnostics;
using System.Text;

namespace Gantry.Cli.Repos;

/// <summary>The user's own git, in one directory.</summary>
internal sealed class GitCommand(string directory)
{
    /// <summary>What a git command gave.</summary>
    /// <param name="Status">Its exit status.</param>
    /// <param name="Output">Its standard output.</param>
    /// <param name="Error">What it complained about.</param>
    public sealed record Result(int Status, byte[] Output, string Error)
    {
        /// <summary>The output as text, without the last line's end.</summary>
        public string Text => Encoding.UTF8.GetString(Output).TrimEnd('\n');
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="CliException">There is no git on this machine.</exception>
    public async Task<Result> RunAsync(string[] args, IReadOnlyDictionary<string, string>? environment, byte[]? input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("git", args) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        // A git that another git runs (a hook) has its repo in its environment.
        foreach (var name in (string[])["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Start(start);
        var output = new MemoryStream();
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var copied = process.StandardOutput.BaseStream.CopyToAsync(output, cancellation);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? [], cancellation);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without having read all of it, and says why.
        }
        await copied;
        await process.WaitForExitAsync(cancellation);
        return new Result(process.ExitCode, output.ToArray(), (await error).Trim());
    }

    /// <summary>The output of a command that must succeed.</summary>
    public async Task<Result> DoAsync(string[] args, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null, byte[]? input = null)
    {
        var result = await RunAsync(args, environment, input, cancellation);
        return result.Status == 0 ? result : throw new CliException(ExitCodes.Invalid, $"git {args[0]} failed in {directory}: {result.Error} Nothing was submitted.");
    }

    /// <summary>The text that a command gives; null where it fails or gives none.</summary>
    public async Task<string?> AskAsync(CancellationToken cancellation, params string[] args) =>
        await RunAsync(args, null, null, cancellation) is { Status: 0, Text: { Length: > 0 } text } ? text : null;

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new CliException(ExitCodes.Invalid, "A repo needs git, and this machine has none on the PATH. Nothing was submitted.");
        }
    }
}
