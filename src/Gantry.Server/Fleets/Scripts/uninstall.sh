# Leaves the host as it was found, as root: uninstall.sh DIR SERVER
set -u
dir=$1 server=$2
[ -e "$dir/owner" ] || exit 0
read -r owner _ <"$dir/owner"
[ "$owner" = "$server" ] || exit 0
# First, so that nothing starts the agent again.
rm -f "$dir/owner"
if [ -e /etc/systemd/system/gantry-agent.service ]; then
  systemctl disable --now gantry-agent >/dev/null 2>&1
  rm -f /etc/systemd/system/gantry-agent.service
  systemctl daemon-reload
fi
end() {
  case $(cat "/proc/$1/cmdline" 2>/dev/null | tr '\0' ' ') in *"$dir"*) ;; *) return 0 ;; esac
  kill "$1" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -9 "$1" 2>/dev/null
}
[ -e "$dir/supervise.pid" ] && end "$(cat "$dir/supervise.pid")"
[ -e "$dir/spool/agent.lock" ] && end "$(cut -d ' ' -f 1 "$dir/spool/agent.lock")"
[ -e "$dir/spool/guard.pid" ] && end "$(cat "$dir/spool/guard.pid")"
[ -e "$dir/spool/node-ssh/pid" ] && end "$(cat "$dir/spool/node-ssh/pid")"
# Those of this agent, and nobody else's. A Docker that is gone has none to remove.
if [ -e "$dir/environment" ]; then export "$(cat "$dir/environment")"; fi
[ -e "$dir/spool/agent.json" ] && "$dir/gantry-agent" remove-containers --spool "$dir/spool"
rm -rf "$dir"
[ ! -e "$dir" ]
