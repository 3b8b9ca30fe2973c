using System.Diagnostics;
using Gantry.Agent.Executors;
using Gantry.Agent.Executors.Process;
using Gantry.Agent.Jobs;

namespace Gantry.Agent.Content;

/// <summary>A program of the host that puts a job's files into place, as the job's user: so it can do nothing that the job itself could not.</summary>
internal static class HostCommand
{
    private const int LongestComplaint = 2000;

    /// <summary>Runs it to its end.</summary>
    /// <param name="command">Program and arguments. Nothing secret.</param>
    /// <param name="account">Whom to run as; null for the agent's own user.</param>
    /// <param name="environment">Variables beside the basic ones.</param>
    /// <param name="input">Writes its standard input; null for none.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>Its exit status and what it complained about.</returns>
    /// <exception cref="StartRefusedException">The host lacks a program.</exception>
    public static async Task<(int Status, string Complaint)> RunAsync(
        IReadOnlyList<string> command, UnixAccount? account, IReadOnlyDictionary<string, string>? environment, Func<Stream, Task>? input, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        Fill(start, command, account, environment);
        using var process = System.Diagnostics.Process.Start(start) ?? throw new StartRefusedException($"The program {command[0]} could not be started.");
        await using var ending = cancellation.Register(() => Kill(process));
        var complaint = ReadAsync(process.StandardError);
        var output = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        var isWhole = await WriteAsync(process, input);
        await process.WaitForExitAsync(CancellationToken.None);
        await output;
        cancellation.ThrowIfCancellationRequested();
        return (isWhole || process.ExitCode != 0 ? process.ExitCode : 1, await complaint);
    }

    /// <summary>Throws what a failed command means for the job.</summary>
    /// <param name="what">What failed, as the beginning of a sentence in lower case.</param>
    /// <param name="complaint">What the command complained about.</param>
    /// <param name="help">What to do about it, beginning with a space.</param>
    public static Exception Failed(string what, string complaint, string help = "") =>
        complaint.Contains("No space left", StringComparison.Ordinal) || complaint.Contains("quota exceeded", StringComparison.OrdinalIgnoreCase)
            ? new NoRoomException($"The host's disk is full: {what}, and the job was not started. Make room, then run it again.")
            : new StartRefusedException($"{char.ToUpperInvariant(what[0])}{what[1..]}: {complaint.Trim().ReplaceLineEndings("; ")}. The job was not started.{help}");

    private static void Fill(ProcessStartInfo start, IReadOnlyList<string> command, UnixAccount? account, IReadOnlyDictionary<string, string>? environment)
    {
        start.Environment.Clear();
        foreach (var variable in BaseEnvironment.Block())
            start.Environment[variable[..variable.IndexOf('=')]] = variable[(variable.IndexOf('=') + 1)..];
        if (account is not null)
        {
            var setpriv = HostTools.Search("setpriv") ?? throw new StartRefusedException($"The job's files are to be put there as user {account.Name}, which needs the program setpriv (package util-linux), and this host has none.");
            string[] identity = ["--reuid", $"{account.Uid}", "--regid", $"{account.Gid}", account.IsListed ? "--init-groups" : "--clear-groups", "--"];
            (start.FileName, command) = (setpriv, [.. identity, .. command]);
            (start.Environment["HOME"], start.Environment["USER"]) = (account.Home, account.Name);
        }
        else
        {
            (start.FileName, command) = (command[0], [.. command.Skip(1)]);
        }
        foreach (var argument in command)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
    }

    // False when not all of it was written: mostly because the program ended early, and says why.
    private static async Task<bool> WriteAsync(System.Diagnostics.Process process, Func<Stream, Task>? input)
    {
        try
        {
            if (input is not null)
                await input(process.StandardInput.BaseStream);
            process.StandardInput.Close();
            return true;
        }
        catch (IOException)
        {
            try
            {
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Nobody reads what was left in the buffer.
            }
            return false;
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader)
    {
        var text = await reader.ReadToEndAsync();
        return text.Length > LongestComplaint ? text[..LongestComplaint] + "…" : text;
    }

    private static void Kill(System.Diagnostics.Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
