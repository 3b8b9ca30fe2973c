# Installs the agent from standard input, as root: install.sh DIR SERVER INSTANCE NAME BUILD BYTES
# Exit statuses: 4 another server owns the host, 5 less came than was sent.
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

cat >"$dir/start" <<'START'
# Starts the agent if it does not run.
dir=${0%/*}
if [ -e /etc/systemd/system/gantry-agent.service ]; then exec systemctl start gantry-agent; fi
setsid sh "$dir/supervise" </dev/null >>"$dir/agent.log" 2>&1 &
START

cat >"$dir/supervise" <<'SUPERVISE'
# Keeps the agent running where there is no systemd. Ends when the host is given back, or when another one does it already.
dir=${0%/*}
trap '' HUP
while [ -e "$dir/owner" ]; do
  echo $$ >"$dir/supervise.pid"
  "$dir/gantry-agent" run --spool "$dir/spool" --idle-exit 1000000000
  [ $? -ne 3 ] || exit 0
  sleep 1
done
SUPERVISE

if [ -d /run/systemd/system ]; then
  # KillMode=process: an agent that ends must not take its jobs with it.
  cat >/etc/systemd/system/gantry-agent.service <<UNIT
[Unit]
Description=Gantry agent
After=network-online.target docker.service

[Service]
ExecStart=$dir/gantry-agent run --spool $dir/spool --idle-exit 1000000000
KillMode=process
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT
  systemctl daemon-reload
  systemctl enable gantry-agent >/dev/null 2>&1
fi

# An agent of another build goes; its jobs stay, and the next one finds them.
if [ "$bytes" -gt 0 ] && read -r pid _ <"$dir/spool/agent.lock" 2>/dev/null; then
  case $(cat "/proc/$pid/cmdline" 2>/dev/null | tr '\0' ' ') in *gantry-agent*) kill "$pid" 2>/dev/null || true ;; esac
fi
exec sh "$dir/start"
