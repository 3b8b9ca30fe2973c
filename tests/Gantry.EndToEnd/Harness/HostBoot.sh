# Boots a host: host FOLDER NAME TRAITS. What it has of its own lies in FOLDER; the rest it shares with this machine.
set -e
folder=$1 name=$2 traits=" $3 "
trait() { case $traits in *" $1 "*) true ;; *) false ;; esac; }
mount --make-rprivate /
for each in var/lib root tmp home; do mkdir -p "$folder/$each"; mount --bind "$folder/$each" "/$each"; done
chmod 1777 /tmp
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd
# Made anew, since the machine's may be closed to others than root.
mknod /run/null c 1 3
chmod 666 /run/null
mount --bind /run/null /dev/null
cat /proc/sys/kernel/random/uuid >/run/boot_id
mount --bind /run/boot_id /proc/sys/kernel/random/boot_id
for each in passwd shadow; do mount --bind "$folder/$each" "/etc/$each"; done
# sudo asks for the address of the host's own name.
{ cat /etc/hosts; echo "127.0.1.1 $name"; } >/run/hosts
mount --bind /run/hosts /etc/hosts
if [ -e /usr/bin/sudo ]; then
  if trait NoSudo; then : >/run/none; mount --bind /run/none /usr/bin/sudo; else mount --bind "$folder/sudoers" /etc/sudoers; fi
fi
if trait SmallSpool; then mkdir -p /var/lib/gantry/spool; mount -t tmpfs -o size=8m,mode=700 tmpfs /var/lib/gantry/spool; fi
hostname "$name"
ip link set lo up

if trait SmallDocker; then mkdir -p /var/lib/docker; mount -t tmpfs -o size=64m tmpfs /var/lib/docker; fi
if trait Docker; then
  # What the logins are told, and where it listens then.
  if trait DockerElsewhere; then mkdir /run/own; at=unix:///run/own/docker.sock; else at=unix:///run/docker.sock; fi
  cat >/run/start-docker <<DOCKER
rm -f /run/docker.pid
exec setsid dockerd -H $at --cgroup-parent $name --bridge none --iptables=false --ip6tables=false --ip-forward=false \
  $(if trait LiveDocker; then echo --live-restore; fi) --insecure-registry 10.0.0.0/8 --insecure-registry 127.0.0.0/8 </dev/null >>/var/lib/docker.log 2>&1
DOCKER
  if trait Systemd; then :; else sh /run/start-docker & fi
fi

if trait Systemd; then
  # With control groups of its own, and only the units that are needed: the others would set up this machine.
  if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
  else
    mount -t tmpfs tmpfs /sys/fs/cgroup
    mkdir /sys/fs/cgroup/systemd
    mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
  fi
  units=/lib/systemd/system
  mkdir -p "$folder/units"
  for each in basic.target sysinit.target shutdown.target multi-user.target network-online.target systemd-journald.service systemd-journald.socket; do
    [ -e "$folder/units/$each" ] || cp "$units/$each" "$folder/units/"
  done
  printf '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/usr/sbin/sshd -D -e -f %s/sshd_config\nKillMode=process\n' "$folder" >"$folder/units/ssh.service"
  printf '[Unit]\nDefaultDependencies=no\nRequires=ssh.service\nWants=multi-user.target\nAllowIsolate=yes\n' >"$folder/units/box.target"
  mount --bind "$folder/units" /etc/systemd/system
  exec env -i container=gantry PATH="$PATH" SYSTEMD_UNIT_PATH=/etc/systemd/system /lib/systemd/systemd --system --unit=box.target --show-status=no
fi
exec /usr/sbin/sshd -D -e -f "$folder/sshd_config"
