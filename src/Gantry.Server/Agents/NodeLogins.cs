using Gantry.Model.Link;
using Gantry.Server.Secrets;
using Gantry.Storage;
using Gantry.Storage.Rows;

namespace Gantry.Server.Agents;

/// <summary>How the nodes of a run log in to each other: over the addresses of their hosts, where these are a fleet's. Nodes that share the embedded host have nowhere to go.</summary>
internal sealed class NodeLogins(NodeSshKeys keys)
{
    /// <summary>What a node is told; null where there is nothing to tell.</summary>
    /// <param name="db">The rows.</param>
    /// <param name="nodes">All jobs of the attempt, by rank.</param>
    /// <param name="job">The node's own.</param>
    public NodeSsh? Of(GantryDb db, IReadOnlyList<JobRow> nodes, JobRow job)
    {
        if (nodes.Count < 2)
            return null;
        var hosts = nodes.Select(node => node.InstanceId is { } id ? db.Instances.Find(id) : null).OfType<InstanceRow>().Where(host => host is { FleetId: not null, Facts: not null }).ToList();
        if (hosts.Count < nodes.Count)
            return null;
        var run = keys.OfRun(job.RunId);
        var own = hosts.First(host => host.Id == job.InstanceId);
        return new NodeSsh
        {
            Address = HostViews.Facts(own).InternalIp,
            UserKey = run.PrivateKey,
            UserPublicKey = run.PublicKey,
            HostKey = keys.OfHost(own.Id).PrivateKey,
            Nodes = [.. hosts.Select(host => (Host: host, Facts: HostViews.Facts(host))).Select(node => new NodeSshPeer(node.Facts.InternalIp, node.Facts.Username, keys.OfHost(node.Host.Id).PublicKey))],
        };
    }
}
