using System.Text.Json;
using Gantry.Model.Configurations.Reading;
using Gantry.Model.Values;

namespace Gantry.Model.Configurations.Writing;

/// <summary>Writes <c>resources</c> in dstack's shape, with its defaults for what was left out.</summary>
internal static class ResourcesWriter
{
    public static void Write(Utf8JsonWriter json, ResourcesSpec resources)
    {
        var cpu = resources.Cpu ?? CpuSpecText.Default;
        var gpu = resources.Gpu ?? GpuSpecText.Default;
        json.WriteStartObject();
        json.WriteStartObject("cpu");
        json.Choice("arch", cpu.Arch);
        json.Counts("count", cpu.Count);
        json.WriteEndObject();
        json.Sizes("memory", resources.Memory ?? ResourcesReader.DefaultMemory);
        json.Real("shm_size", resources.ShmSize);
        json.WriteStartObject("gpu");
        json.Choice("vendor", gpu.Vendor);
        json.Texts("name", gpu.Names);
        json.Counts("count", gpu.Count);
        json.Sizes("memory", gpu.Memory);
        json.Sizes("total_memory", gpu.TotalMemory);
        Capability(json, gpu.ComputeCapability);
        json.WriteEndObject();
        json.WriteStartObject("disk");
        json.Sizes("size", resources.Disk ?? ResourcesReader.DefaultDisk);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Capability(Utf8JsonWriter json, (int Major, int Minor)? capability)
    {
        if (capability is not { } value)
        {
            json.WriteNull("compute_capability");
            return;
        }
        json.WriteStartArray("compute_capability");
        json.WriteNumberValue(value.Major);
        json.WriteNumberValue(value.Minor);
        json.WriteEndArray();
    }
}
