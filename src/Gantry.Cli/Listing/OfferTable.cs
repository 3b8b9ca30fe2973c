using System.Globalization;
using Gantry.Cli.Output;
using Gantry.Model.Api;
using Gantry.Model.Values;

namespace Gantry.Cli.Listing;

/// <summary>Offers as a table.</summary>
internal static class OfferTable
{
    /// <summary>One line an offer.</summary>
    public static Table Of(IReadOnlyList<InstanceOffer> offers)
    {
        var table = new Table("#", "BACKEND", "RESOURCES", "INSTANCE", "PRICE", "");
        table.Optional(5);
        foreach (var (number, offer) in offers.Index())
        {
            table.Add(
                ((number + 1).ToString(CultureInfo.InvariantCulture), Style.Plain),
                (offer.Region == offer.Backend || offer.Region.Length == 0 ? offer.Backend : $"{offer.Backend} ({offer.Region})", Style.Plain),
                (HostWords.Of(offer.Instance.Resources), Style.Plain),
                (offer.Instance.Name + Blocks(offer), Style.Plain),
                (Words.Price(offer.Price), Style.Plain),
                (offer.Availability is "available" or "unknown" ? "" : offer.Availability, Style.Dim));
        }
        return table;
    }

    /// <summary>One line a group of GPUs.</summary>
    public static Table Of(IReadOnlyList<GpuGroup> groups)
    {
        var table = new Table("#", "GPU", "COUNT", "SPOT", "$/GPU", "BACKENDS", "");
        table.Optional(6);
        foreach (var (number, group) in groups.Index())
        {
            var places = group.Backend is { } backend ? group.Region is { } region && region != backend ? $"{backend} ({region})" : backend : string.Join(", ", group.Backends ?? []);
            table.Add(
                ((number + 1).ToString(CultureInfo.InvariantCulture), Style.Plain),
                ($"{group.Name}:{MemorySize.Print(group.MemoryMib / 1024.0)}", Style.Plain),
                (RangeText.Print(group.Count), Style.Plain),
                (string.Join(", ", group.Spot), Style.Plain),
                (Words.Price(group.Price.Min ?? 0), Style.Plain),
                (places, Style.Plain),
                (string.Join(", ", group.Availability), Style.Dim));
        }
        return table;
    }

    private static string Blocks(InstanceOffer offer) => offer.TotalBlocks > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({offer.Blocks}/{offer.TotalBlocks})") : "";
}
