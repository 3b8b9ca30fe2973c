# Installs the agent from standard input, as root: install.sh DIR SERVER INSTANCE NAME BUILD BYTES
# Exit statuses: 4 another server owns the host, 5 less came than was sent, 6 somebody stopped the agent by hand: it is installed, and stays stopped.
set -eu
umask 077
dir=$1 server=$2 instance=$3 name=$4 build=$5 bytes=$6
mkdir -p "$dir"
chmod 700 "$dir"

# The claim: whoever makes the file owns the host. Of two servers at once, one fails here.
if ! (set -C; printf '%s %s %s\n' "$server" "$instance" "$name" >"$dir/owner") 2>/dev/null; then
  read -r owner _ <"$dir/owner"
  [ "$owner" = "$server" ] || { cat "$dir/owner" >&2; exit 4; }
  printf '%s %s %s\n' "$server" "$instance" "$name" >"$dir/owner.new"
  mv -f "$dir/owner.new" "$dir/owner"
fi

if [ "$bytes" -gt 0 ]; then
  cat >"$dir/gantry-agent.new"
  [ "$(wc -c <"$dir/gantry-agent.new")" -eq "$bytes" ] || { rm -f "$dir/gantry-agent.new"; exit 5; }
  chmod 700 "$dir/gantry-agent.new"
  # A new file under the old name: the agent that runs keeps its own until it ends.
  mv -f "$dir/gantry-agent.new" "$dir/gantry-agent"
  printf '%s\n' "$build" >"$dir/build-id"
fi

# A shell reads its script as it goes: one that runs keeps its own.
put() { cat >"$1.new"; mv -f "$1.new" "$1"; }

# Where the login's Docker is, the agent's is: what starts it later has no login.
if [ -n "${DOCKER_HOST:-}" ]; then printf 'DOCKER_HOST=%s\n' "$DOCKER_HOST" | put "$dir/environment"; else rm -f "$dir/environment"; fi

put "$dir/start" <<'START'
# Starts the agent if it does not run. Exit status 6: somebody stopped it by hand, and it stays stopped.
dir=${0%/*}
if [ -e /etc/systemd/system/gantry-agent.service ]; then
  # One that crashed is not "inactive": systemd is about to start it again, or gave it up as "failed". One that boot is yet to start has a job there.
  state() { systemctl show -p "$1" --value gantry-agent; }
  while [ "$(state ActiveState)" = deactivating ]; do sleep 0.1; done
  if [ "$(state ActiveState)" = inactive ]; then case $(state Job) in '' | 0) exit 6 ;; esac; fi
  exec systemctl start gantry-agent
fi
setsid sh "$dir/supervise" </dev/null >>"$dir/agent.log" 2>&1 &
START

put "$dir/supervise" <<'SUPERVISE'
# Keeps the agent running where there is no systemd. Ends when the host is given back, or when another one does it already.
dir=${0%/*}
trap '' HUP
# Of two that are started at once, one goes on. Only this shell holds the lock: it is free as soon as the shell is gone.
exec 9>"$dir/supervise.lock"
flock -n 9 || exit 0
if [ -e "$dir/environment" ]; then export "$(cat "$dir/environment")"; fi
while [ -e "$dir/owner" ]; do
  echo $$ >"$dir/supervise.pid"
  "$dir/gantry-agent" run --spool "$dir/spool" --idle-exit 1000000000 9>&-
  [ $? -ne 3 ] || exit 0
  sleep 1 9>&-
done
SUPERVISE

if [ -d /run/systemd/system ]; then
  # KillMode=process: an agent that ends must not take its jobs with it.
  cat >/etc/systemd/system/gantry-agent.service <<UNIT
[Unit]
Description=Gantry agent
After=network-online.target docker.service
# However often it crashes, it is started again: nobody may be near who would.
StartLimitIntervalSec=0

[Service]
EnvironmentFile=-$dir/environment
ExecStart=$dir/gantry-agent run --spool $dir/spool --idle-exit 1000000000
KillMode=process
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  # Once: who stops or disables it later means it.
  if [ ! -e "$dir/enabled" ]; then
    systemctl enable gantry-agent >/dev/null 2>&1
    systemctl start gantry-agent
    : >"$dir/enabled"
  fi
fi

# An agent of another build goes; its jobs stay, and the next one finds them.
if [ "$bytes" -gt 0 ] && [ -e "$dir/spool/agent.lock" ] && read -r pid _ <"$dir/spool/agent.lock"; then
  case $(cat "/proc/$pid/cmdline" 2>/dev/null | tr '\0' ' ') in *gantry-agent*) kill "$pid" 2>/dev/null || true ;; esac
fi
exec sh "$dir/start"
