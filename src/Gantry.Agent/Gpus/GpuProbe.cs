namespace Gantry.Agent.Gpus;

/// <summary>Asks the vendors' tools that this host has, all at once, for its accelerators.</summary>
internal sealed class GpuProbe(TimeSpan? limit = null)
{
    // A driver that is loaded for each call (no persistence mode) takes seconds a card.
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(30);

    private readonly GpuTool _nvidia = new("nvidia-smi", limit ?? UsualLimit);
    private readonly GpuTool _amd = new("amd-smi", limit ?? UsualLimit);
    private readonly GpuTool _rocm = new("rocm-smi", limit ?? UsualLimit);
    private readonly GpuTool _tenstorrent = new("tt-smi", limit ?? UsualLimit);

    /// <summary>Whether there is any to ask.</summary>
    public bool HasTools => _nvidia.IsThere || _amd.IsThere || _rocm.IsThere || _tenstorrent.IsThere;

    /// <summary>What they say. A tool that fails is a problem in the report, never an exception.</summary>
    public async Task<GpuReport> LookAsync(CancellationToken cancellation)
    {
        var reports = await Task.WhenAll(
            AskAsync(_nvidia, () => NvidiaAsync(cancellation)), AskAsync(_amd, () => AmdAsync(cancellation)), AskAsync(_tenstorrent, () => TenstorrentAsync(cancellation)));
        var amd = reports[1].Readings.Count > 0 ? reports[1] : (await AskAsync(_rocm, () => RocmAsync(cancellation))).With(reports[1]);
        return reports[0].With(amd).With(reports[2]);
    }

    private static async Task<GpuReport> AskAsync(GpuTool tool, Func<Task<GpuReport>> ask)
    {
        if (!tool.IsThere)
            return GpuReport.None;
        try
        {
            return await ask();
        }
        catch (GpuToolException exception)
        {
            return new GpuReport([], exception.Message);
        }
    }

    private async Task<GpuReport> NvidiaAsync(CancellationToken cancellation)
    {
        var outcome = await QueryAsync(NvidiaOutput.Query, cancellation);
        if (NvidiaOutput.IsUnknownField(outcome.Words))
            outcome = await QueryAsync(NvidiaOutput.OldQuery, cancellation);
        var report = NvidiaOutput.Read(outcome.Output);
        return report.Problem is null && outcome.Status != 0 && report.Readings.Count == 0 && !outcome.Output.StartsWith("No devices", StringComparison.OrdinalIgnoreCase)
            ? report with { Problem = $"nvidia-smi says: {ToolText.Shorten(outcome.Words)}" }
            : report;
    }

    private Task<GpuTool.Outcome> QueryAsync(string columns, CancellationToken cancellation) =>
        _nvidia.RunAsync([$"--query-gpu={columns}", "--format=csv,noheader,nounits"], cancellation);

    private async Task<GpuReport> AmdAsync(CancellationToken cancellation)
    {
        var known = await _amd.RunAsync(["static", "--asic", "--bus", "--vram", "--json"], cancellation);
        var now = await _amd.RunAsync(["metric", "--usage", "--mem-usage", "--ecc", "--json"], cancellation);
        return AmdOutput.ReadAmdSmi(known.Status == 0 ? known.Output : known.Words, now.Output);
    }

    private async Task<GpuReport> RocmAsync(CancellationToken cancellation)
    {
        var outcome = await _rocm.RunAsync(["--showproductname", "--showbus", "--showmeminfo", "vram", "--showuse", "--json"], cancellation);
        return AmdOutput.ReadRocmSmi(outcome.Status == 0 ? outcome.Output : outcome.Words);
    }

    private async Task<GpuReport> TenstorrentAsync(CancellationToken cancellation)
    {
        var outcome = await _tenstorrent.RunAsync(["-s"], cancellation);
        return TenstorrentOutput.Read(outcome.Status == 0 ? outcome.Output : outcome.Words);
    }
}
