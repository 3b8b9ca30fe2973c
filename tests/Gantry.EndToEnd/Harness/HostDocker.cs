namespace Gantry.EndToEnd.Harness;

/// <summary>A Docker daemon on a host: its containers live in the host's namespaces and end with it.</summary>
public sealed class HostDocker
{
    // Its folder is none of the host's own: Docker's files are no small number to bind. `ip netns exec` has put another /sys over the one with the control groups: they are mounted as they are
    // outside, of either version.
    private const string Start = """
        set -e
        if grep -qv '^0:' /proc/self/cgroup; then
          mount -t tmpfs none /sys/fs/cgroup
          sed -n 's/^[1-9][0-9]*:\([^:=]*\):.*/\1/p' /proc/self/cgroup | while read -r controllers; do
            mkdir "/sys/fs/cgroup/$controllers"
            mount -t cgroup -o "$controllers" none "/sys/fs/cgroup/$controllers"
          done
        else
          mount -t cgroup2 none /sys/fs/cgroup
        fi
        setsid dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" -H unix:///run/docker.sock --bridge none --iptables=false --ip6tables=false --ip-forward=false \
          >"$1/log" 2>&1 </dev/null &
        """;

    private readonly SshHost host;

    private HostDocker(SshHost host) => this.host = host;

    /// <summary>What <c>DOCKER_HOST</c> says, from outside of the host.</summary>
    public string Address => "unix://" + host.FileOn("/run/docker.sock");

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<HostDocker> StartAsync(SshHost host)
    {
        var docker = new HostDocker(host);
        var folder = Directory.CreateDirectory(host.FileOn("/docker")).FullName;
        host.Run("/bin/sh", "-c", Start, "sh", folder);
        await DockerSocket.UntilAnswersAsync(host.FileOn("/run/docker.sock"), Path.Combine(folder, "log"));
        return docker;
    }
}
