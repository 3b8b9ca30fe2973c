using Gantry.Agent.Gpus;

namespace Gantry.Agent.Tests.Gpus;

// In the form of a snapshot of tt-smi as public issue reports of its maker's repositories quote it: device_info with an entry each chip.
public sealed class TenstorrentOutputTests
{
    [Fact]
    public void Snapshot_IsRead_AndABoardOfTwoChipsIsOneDevice()
    {
        var report = TenstorrentOutput.Read("""
            {
                "time": "2025-08-07T21:18:17.966966",
                "host_info": { "OS": "Linux", "Driver": "TT-KMD 2.3.0" },
                "device_info": [
                    { "smbus_telem": { "BOARD_ID": "0x100014511704034" },
                      "board_info": { "bus_id": "0000:01:00.0", "board_type": "n300 L", "board_id": "100014511704034", "coords": "(1, 0, 0, 0)", "dram_status": true, "dram_speed": "12G" },
                      "telemetry": { "voltage": "0.78", "power": " 20.0", "aiclk": " 500" } },
                    { "board_info": { "bus_id": "N/A", "board_type": "n300 R", "board_id": "100014511704034", "coords": "(0, 0, 0, 0)", "dram_status": true } },
                    { "board_info": { "bus_id": "0000:02:00.0", "board_type": "n150 L", "board_id": "100018611902010", "coords": "N/A", "dram_status": false } }
                ]
            }
            """);

        Assert.Equal([("n300", 24576L, 0, "0000:01:00.0"), ("n150", 12288L, 1, "0000:02:00.0")], report.Readings.Select(r => (r.Device.Name, r.Device.MemoryMib, r.Device.Index, r.Device.Id)));
        Assert.Equal([null, "its memory did not start (tt-smi: dram_status)"], report.Readings.Select(r => r.Device.Problem));
    }

    [Fact]
    public void NoDriver_SaysSo() =>
        Assert.Equal("tt-smi says: No Tenstorrent driver detected! Please install driver using tt-kmd", TenstorrentOutput.Read(" No Tenstorrent driver detected! Please install driver using tt-kmd \n").Problem);
}
