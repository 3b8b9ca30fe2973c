using System.ComponentModel;
using System.Diagnostics;
using Gantry.Agent.Executors.Process;

namespace Gantry.Agent.Gpus;

/// <summary>Runs a vendor's tool and takes what it prints, within a time limit: one whose driver hangs would be waited for until the host's end.</summary>
internal sealed class GpuTool(string name, TimeSpan limit)
{
    private static readonly string[] MoreDirectories = ["/opt/rocm/bin", "/usr/local/nvidia/bin"];

    /// <summary>What a tool did.</summary>
    /// <param name="Output">What it printed.</param>
    /// <param name="Complaint">What it printed as an error.</param>
    /// <param name="Status">Its exit status.</param>
    public sealed record Outcome(string Output, string Complaint, int Status)
    {
        /// <summary>All of its words.</summary>
        public string Words => Output + "\n" + Complaint;
    }

    /// <summary>Whether this host has it.</summary>
    public bool IsThere => HostTools.Search(name, MoreDirectories) is not null;

    /// <summary>Runs it.</summary>
    /// <exception cref="GpuToolException">It could not be run, or did not end in time.</exception>
    public async Task<Outcome> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var path = HostTools.Search(name, MoreDirectories) ?? throw new GpuToolException($"{name} is no longer there");
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        try
        {
            using var tool = Process.Start(start)!;
            try
            {
                tool.StandardInput.Close();
                var output = tool.StandardOutput.ReadToEndAsync(patience.Token);
                var complaint = tool.StandardError.ReadToEndAsync(patience.Token);
                await tool.WaitForExitAsync(patience.Token);
                return new Outcome(await output, await complaint, tool.ExitCode);
            }
            catch (OperationCanceledException)
            {
                tool.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GpuToolException($"{name} did not answer within {limit.TotalSeconds:0.##} s");
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            throw new GpuToolException($"{path} can not be run: {exception.Message.TrimEnd('.')}");
        }
    }
}

/// <summary>A tool gave no answer; the message is the rest of a sentence.</summary>
internal sealed class GpuToolException(string why) : Exception(why);
