using Gantry.Model.Link;
using Gantry.Server.Changes;
using Gantry.Storage.Rows;

namespace Gantry.Server.Volumes;

/// <summary>Tells one host's agent what is wanted of its volumes: all of them at first, then what changed. Keeps no truth, as the session that it is part of.</summary>
internal sealed class VolumeSession(InstanceRow host, Ledger ledger, ChangeFeed feed, Action<LinkMessage> send)
{
    private readonly Dictionary<Guid, WantedVolume> told = [];

    /// <summary>Until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var changed = new Signal();
        // Subscribed before the rows are read: a change in between is looked at twice rather than never.
        using var subscription = feed.OnVolumes(host.Id, changed);
        while (true)
        {
            var wanted = ledger.Read(db => VolumeHosts.On(db, host).Select(OrderedVolumes.Of).ToList());
            var news = wanted.Where(volume => !told.TryGetValue(volume.VolumeId, out var before) || before.Delete != volume.Delete).ToList();
            foreach (var volume in news)
                told[volume.VolumeId] = volume;
            if (news.Count > 0)
                send(new WantVolumes { Volumes = news });
            await changed.WaitAsync(cancellation);
        }
    }
}
