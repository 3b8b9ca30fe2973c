using Gantry.Agent.Tests.Support;
using Gantry.Model.Link;
using Gantry.Testing;

namespace Gantry.Agent.Tests.Gpus;

/// <summary>The real agent with recording tools first on its PATH.</summary>
public sealed class GpuProbeTests : IDisposable
{
    private readonly ToolFolder _tools = new(Path.Combine(Path.GetTempPath(), $"gantry-tools-{Guid.NewGuid():N}"));

    [Fact]
    public async Task Hello_HoldsWhatTheToolsFind_OfEveryVendor()
    {
        _tools.PutNvidia(2);
        _tools.Put("tt-smi", """echo '{"device_info": [{"board_info": {"bus_id": "0000:02:00.0", "board_type": "n150 L", "dram_status": true}}]}'""");

        var host = await HelloAsync();

        Assert.Equal([("nvidia", "H100", 0), ("nvidia", "H100", 1), ("tenstorrent", "n150", 0)], host.Gpus.Select(gpu => (gpu.Vendor, gpu.Name, gpu.Index)));
        Assert.Null(host.GpuProblem);
    }

    [Fact]
    public async Task DriverThatKnowsNoComputeCapability_IsAskedWithoutIt()
    {
        _tools.Put("nvidia-smi", """
            case "$1" in
            *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
            *) echo '0, GPU-1, Tesla K80, 11441, 0, 0, 0, No' ;;
            esac
            """);

        Assert.Equal("K80", Assert.Single((await HelloAsync()).Gpus).Name);
    }

    [Fact]
    public async Task BrokenTool_SaysWhyInTheFacts()
    {
        _tools.Put("nvidia-smi", "echo \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\"; exit 9");

        var host = await HelloAsync();

        Assert.Empty(host.Gpus);
        Assert.Contains("nvidia-smi says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver", host.GpuProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AmdSmiThatFails_LeavesItToRocmSmi()
    {
        _tools.Put("amd-smi", "echo 'AMDSMI_STATUS_INIT_ERROR' >&2; exit 1");
        _tools.Put("rocm-smi", """echo '{"card0": {"Card Series": "AMD Instinct MI210", "Card Model": "0x740f", "VRAM Total Memory (B)": "68702699520"}}'""");

        var host = await HelloAsync();

        Assert.Equal("MI210", Assert.Single(host.Gpus).Name);
        Assert.Contains("amd-smi says: AMDSMI_STATUS_INIT_ERROR", host.GpuProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToolThatHangs_HoldsNoGreetingBack_AndIsNotStartedTwice()
    {
        _tools.Put("nvidia-smi", "exec sleep 60");
        await using var agent = await TestAgent.StartAsync(tools: _tools.Directory);

        await using var first = await agent.ConnectAsync();
        await using var second = await agent.ConnectAsync();

        Assert.Contains("its GPU tools have not answered for", first.Hello.Host.GpuProblem, StringComparison.Ordinal);
        Assert.Equal(1, _tools.Asked("nvidia-smi"));
    }

    private async Task<HostFacts> HelloAsync()
    {
        await using var agent = await TestAgent.StartAsync(tools: _tools.Directory);
        await using var server = await agent.ConnectAsync();
        return server.Hello.Host;
    }

    public void Dispose() => _tools.Dispose();
}
