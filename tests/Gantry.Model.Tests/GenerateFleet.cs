using FsCheck;
using FsCheck.Fluent;
using Gantry.Model.Configurations;
using Gantry.Model.Values;
using static Gantry.Model.Tests.Generate;

namespace Gantry.Model.Tests;

/// <summary>Random fleets, as a reader could have given them.</summary>
internal static class GenerateFleet
{
    private static Gen<int?> Port { get; } = OrNull(Gen.Choose(1, 65535));

    private static Gen<SshKey?> Key { get; } = OrNone(from text in Word from secret in OrNone(Text) select new SshKey(text, secret));

    private static Gen<BlockCount?> Blocks { get; } = OrNull(OrNull(Gen.Choose(2, 16)).Select(count => new BlockCount(count)));

    private static Gen<SshProxy?> Proxy { get; } = OrNone(
        from hostname in Word
        from port in Port
        from user in Word
        from identity in Text
        from key in Key
        select new SshProxy { Hostname = hostname, Port = port, User = user, IdentityFile = identity, SshKey = key });

    private static Gen<SshHost> Host { get; } =
        from hostname in Word
        from port in Port
        from user in OrNone(Word)
        from identity in OrNone(Text)
        from proxy in Proxy
        from address in OrNone(Gen.Elements("10.0.0.1", "192.168.7.9", "fd00::1"))
        from key in Key
        from blocks in Blocks
        select new SshHost
        {
            Hostname = hostname,
            Port = port,
            User = user,
            IdentityFile = identity,
            ProxyJump = proxy,
            InternalIp = address,
            SshKey = key,
            Blocks = blocks,
        };

    private static Gen<SshConfig> Ssh { get; } =
        from user in Word
        from port in Port
        from identity in Text
        from key in Key
        from proxy in Proxy
        from hosts in Host.NonEmptyListOf()
        from network in OrNone(Gen.Elements("10.0.0.0/24", "192.168.0.0/16"))
        select new SshConfig
        {
            User = user,
            Port = port,
            IdentityFile = identity,
            SshKey = key,
            ProxyJump = proxy,
            // No host twice.
            Hosts = [.. hosts.Take(4).Index().Select(host => host.Item with { Hostname = $"{host.Item.Hostname}{host.Index}" })],
            Network = network,
        };

    private static Gen<FleetConfiguration> OnHosts { get; } = Ssh.Select(ssh => new FleetConfiguration { SshConfig = ssh });

    private static Gen<FleetConfiguration> InCloud { get; } =
        from min in Gen.Choose(0, 3)
        from target in Gen.Choose(0, 3)
        from max in OrNull(Gen.Choose(0, 3))
        from resources in OrNone(GenerateTask.Resources)
        from profile in GenerateTask.Profile
        select new FleetConfiguration
        {
            Nodes = new FleetNodes(min, min + target, min + target + max),
            Resources = resources,
            Backends = profile.Backends,
            Regions = profile.Regions,
            AvailabilityZones = profile.AvailabilityZones,
            InstanceTypes = profile.InstanceTypes,
            Reservation = profile.Reservation,
            SpotPolicy = profile.SpotPolicy,
            Retry = profile.Retry,
            MaxPrice = profile.MaxPrice,
            IdleDuration = profile.IdleDuration,
            Tags = profile.Tags,
        };

    public static Gen<FleetConfiguration> Fleet { get; } =
        from fleet in Gen.OneOf(OnHosts, InCloud)
        from name in OrNone(Word.Where(RunName.IsValid))
        from placement in OrNull(AnyOf<InstancePlacement>())
        from blocks in Blocks
        from env in Few(Variable)
        from user in OrNone(Word)
        select fleet with { Name = name, Placement = placement, Blocks = blocks, Env = new EnvironmentVariables(env.DistinctBy(variable => variable.Key)), ProcessUser = user };
}
