using Gantry.Model.Link;

namespace Gantry.Agent.Executors.Docker;

/// <summary>Adds up what Docker says of the layers of an image that it fetches. A layer's size is known once it is on its way; some are here already.</summary>
internal sealed class PullTally
{
    private readonly Dictionary<string, Layer> _layers = new(StringComparer.Ordinal);

    /// <summary>All of it so far.</summary>
    public ImagePullProgress Progress => new(
        _layers.Values.Sum(layer => layer.Downloaded), _layers.Values.Sum(layer => layer.Extracted), _layers.Values.Sum(layer => layer.Total ?? 0), _layers.Values.All(layer => layer.Total is not null));

    /// <summary>Takes one line; false when it says nothing about how far a layer is.</summary>
    public bool Add(DockerPullLine line)
    {
        if (line.Layer is not { } id)
            return false;
        var layer = _layers.GetValueOrDefault(id);
        switch (line.Status)
        {
            case "Pulling fs layer" or "Waiting":
                _layers.TryAdd(id, default);
                return false;
            case "Downloading" when line.Detail is { Current: { } current }:
                _layers[id] = layer with { Downloaded = current, Total = line.Detail.Total is > 0 ? line.Detail.Total : layer.Total };
                return true;
            case "Verifying Checksum" or "Download complete" when layer.Total is { } whole:
                _layers[id] = layer with { Downloaded = whole };
                return true;
            case "Extracting" when line.Detail is { Current: { } current, Total: { } total }:
                _layers[id] = new Layer(total, current, total);
                return true;
            case "Pull complete" or "Already exists":
                // One that was too small for a word about its size is no part of the sum.
                _layers[id] = new Layer(layer.Total ?? 0, layer.Total ?? 0, layer.Total ?? 0);
                return true;
            default:
                return false;
        }
    }

    private readonly record struct Layer(long Downloaded, long Extracted, long? Total);
}
