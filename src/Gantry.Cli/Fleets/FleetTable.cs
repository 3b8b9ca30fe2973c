using System.Globalization;
using Gantry.Cli.Listing;
using Gantry.Cli.Output;
using Gantry.Model.Api;
using Gantry.Model.States;

namespace Gantry.Cli.Fleets;

/// <summary>Fleets and their instances in a table.</summary>
internal static class FleetTable
{
    public static IEnumerable<string> Lines(Terminal terminal, IReadOnlyList<Fleet> fleets, bool verbose, DateTimeOffset now)
    {
        var table = verbose
            ? new Table("FLEET", "INSTANCE", "BACKEND", "HOST", "RESOURCES", "BLOCKS", "PRICE", "STATUS", "CREATED", "ERROR").Optional(9)
            : new Table("FLEET", "INSTANCE", "BACKEND", "HOST", "GPU", "PRICE", "STATUS", "CREATED", "ERROR").Optional(8);
        foreach (var fleet in fleets)
        {
            if (fleet.Instances.Count == 0)
                Add(table, verbose, fleet.Name, null, fleet.Status.WireName(), fleet.CreatedAt, now);
            var name = fleet.Name;
            foreach (var instance in fleet.Instances)
            {
                Add(table, verbose, name, instance, Status(instance), instance.Created, now);
                name = "";
            }
        }
        return table.Lines(terminal);
    }

    /// <summary>What an instance is doing, in a few words.</summary>
    public static string Status(Instance instance) => instance.Unreachable ? $"{instance.Status.WireName()} (unreachable)" : instance.Status.WireName();

    /// <summary>What keeps an instance from being used, or what is being done there.</summary>
    public static string Message(Instance instance) => instance.TerminationReasonMessage ?? instance.StatusMessage ?? "";

    private static void Add(Table table, bool verbose, string fleet, Instance? instance, string status, DateTimeOffset created, DateTimeOffset now)
    {
        var resources = instance?.InstanceType?.Resources;
        var gpus = resources is { Gpus: [var gpu, ..] } ? string.Create(CultureInfo.InvariantCulture, $"{gpu.Name}:{gpu.MemoryMib / 1024}GB:{resources.Gpus.Count}") : "-";
        var what = verbose ? resources is null ? "-" : HostWords.Of(resources) : gpus;
        (string, Style)[] head = [(fleet, Style.Bold), (instance is null ? "-" : instance.InstanceNum.ToString(CultureInfo.InvariantCulture), Style.Plain),
            (instance is null ? "-" : "ssh (remote)", Style.Plain), (instance?.Hostname ?? "-", Style.Plain), (what, Style.Plain)];
        (string, Style)[] blocks = verbose ? [(instance?.TotalBlocks is { } total ? $"{instance.BusyBlocks}/{total}" : "-", Style.Plain)] : [];
        table.Add([.. head, .. blocks, (instance is null ? "-" : Words.Price(instance.Price ?? 0), Style.Plain), (status, StyleOf(instance)),
            (Words.Ago(created, now), Style.Plain), (instance is null ? "" : Message(instance), Style.Plain)]);
    }

    private static Style StyleOf(Instance? instance) => instance switch
    {
        null => Style.Plain,
        { Unreachable: true } or { Status: InstanceStatus.Terminated } => Style.Bad,
        { Status: InstanceStatus.Idle or InstanceStatus.Busy } => Style.Good,
        _ => Style.Busy,
    };
}
