namespace Gantry.EndToEnd.Harness;

/// <summary>What a host is beyond a machine with an SSH server.</summary>
[Flags]
public enum HostTraits
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>It has a Docker of its own at the usual socket, with the image <see cref="TestImages.Tools"/>.</summary>
    Docker = 1,
    /// <summary>It has such a Docker, and its containers outlive it (<c>live-restore</c>).</summary>
    LiveDocker = 2 | Docker,
    /// <summary>Its Docker listens at <c>/run/own/docker.sock</c>, as <c>DOCKER_HOST</c> of each login says.</summary>
    DockerElsewhere = 4 | Docker,
    /// <summary>It has no sudo.</summary>
    NoSudo = 8,
    /// <summary>It is on a network that this machine is not on; see <see cref="SshHost.JoinInner"/>.</summary>
    Inner = 16,
    /// <summary>Its agent's spool is on a disk of 8 MB.</summary>
    SmallSpool = 64,
    /// <summary>It has such a Docker as <see cref="LiveDocker"/>, whose files are on a disk of 64 MB that is gone with a reboot.</summary>
    SmallDocker = 128 | LiveDocker,
    /// <summary>systemd is its first process, and has its sshd as a service.</summary>
    Systemd = 32,
    /// <summary>Its address is one of IPv6, and it has no other.</summary>
    IPv6 = 256,
}
