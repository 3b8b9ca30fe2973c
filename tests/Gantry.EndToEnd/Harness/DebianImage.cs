namespace Gantry.EndToEnd.Harness;

/// <summary>
/// An image of Debian, put together from the files of this machine's own packages: nothing is fetched, and it takes a few seconds where debootstrap takes a minute. In it is what VS Code's
/// remote server asks for (bash, tar, glibc, libstdc++), and what scp, sftp, rsync and ssh between nodes need.
/// </summary>
public static class DebianImage
{
    /// <summary>Its name.</summary>
    public const string Name = "debian";

    /// <summary>Why not, for the test's skip message.</summary>
    public const string Needs = "needs Debian, with the packages openssh-client, openssh-sftp-server and rsync";

    // Every package with all that it depends on, as far as it is here. No documentation; what dpkg says of diversions is no file.
    private const string Script = """
        set -eu
        packages="bash coreutils dash findutils gawk mawk grep gzip hostname libc-bin libstdc++6 openssh-client openssh-sftp-server perl-base procps rsync sed tar util-linux base-files base-passwd"
        dpkg-query -W -f '${Package} ${Status}\n' $packages 2>/dev/null | sed -n 's/ .* installed$//p' >"$1.packages"
        apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $(cat "$1.packages") 2>/dev/null | grep '^[a-z0-9]' | sort -u >"$1.all"
        for each in bin sbin lib lib64; do if [ -L "/$each" ]; then mkdir -p "$1/usr/$each"; ln -s "usr/$each" "$1/$each"; fi; done
        { for package in $(cat "$1.all"); do dpkg -L "$package" 2>/dev/null || true; done
          printf '%s\n' /usr/bin/awk /etc/alternatives/awk /etc/alternatives/nawk /etc/ld.so.cache /etc/nsswitch.conf /root /tmp; } |
          grep '^/' | grep -vE '^/usr/share/(doc|man|locale|i18n|info|lintian|bash-completion|zoneinfo)|^/\.$|^/(bin|sbin|lib|lib64)$|^/(dev|proc|sys|run)' | sort -u >"$1.files"
        tar -C / --no-recursion --ignore-failed-read -cf - -T "$1.files" 2>/dev/null | tar -C "$1" -xf -
        cp /usr/share/base-passwd/passwd.master "$1/etc/passwd"
        cp /usr/share/base-passwd/group.master "$1/etc/group"
        rm -f "$1.packages" "$1.all" "$1.files"
        """;

    private static readonly string[] Changes = ["ENV LANG=C.UTF-8", "WORKDIR /root"];

    /// <summary>Whether this machine has what it takes.</summary>
    public static bool IsPossible { get; } = DockerDaemon.IsPossible
        && new[] { "/usr/bin/dpkg-query", "/usr/bin/apt-cache", "/usr/bin/ssh", "/usr/bin/rsync", "/usr/lib/openssh/sftp-server" }.All(File.Exists);

    /// <summary>Makes it in a daemon.</summary>
    public static void Make(DockerDaemon docker) => docker.Import(Name, Fill, Changes);

    /// <summary>Makes it in the Docker of each of some hosts.</summary>
    public static void Make(IReadOnlyList<SshHost> hosts)
    {
        // In a folder that hosts have in common with this machine.
        var tar = $"/var/tmp/gd-{Guid.NewGuid():N}.tar";
        TestImages.WriteTar(tar, Fill);
        foreach (var host in hosts)
            host.Docker(["import", .. Changes.SelectMany(change => new[] { "--change", change }), tar, Name]);
        File.Delete(tar);
    }

    private static void Fill(string root) => SshNetwork.Run("/bin/sh", "-c", Script, "sh", root);
}
