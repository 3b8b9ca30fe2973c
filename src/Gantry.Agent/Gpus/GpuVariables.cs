using System.Globalization;
using Gantry.Model.Link;

namespace Gantry.Agent.Gpus;

/// <summary>The variables by which a vendor's runtime is told which of the host's devices a process may use. They win over the configuration's own: another job's devices are not its to take.</summary>
internal static class GpuVariables
{
    /// <summary>Those for a process; none for a job that was given no device.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(IReadOnlyList<GpuDevice> gpus)
    {
        foreach (var vendor in gpus.GroupBy(gpu => gpu.Vendor))
        {
            var indices = Numbers(vendor.Select(gpu => gpu.Index));
            switch (vendor.Key)
            {
                case "nvidia":
                    // Without it the runtime numbers the fastest first, whatever nvidia-smi says.
                    yield return new("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
                    yield return new("CUDA_VISIBLE_DEVICES", indices);
                    break;
                case "amd":
                    yield return new("ROCR_VISIBLE_DEVICES", indices);
                    // Counted among those that the line above leaves.
                    yield return new("HIP_VISIBLE_DEVICES", Numbers(Enumerable.Range(0, vendor.Count())));
                    break;
                case "tenstorrent":
                    yield return new("TT_VISIBLE_DEVICES", indices);
                    break;
            }
        }
    }

    private static string Numbers(IEnumerable<int> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));
}
