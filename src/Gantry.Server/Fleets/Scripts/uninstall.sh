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
agent=$(sed -n 's/.*"agent_id" *: *"\([^"]*\)".*/\1/p' "$dir/spool/agent.json" 2>/dev/null)
if [ -n "$agent" ] && command -v docker >/dev/null 2>&1; then
  docker ps -aq --filter "label=dev.gantry.agent=$agent" 2>/dev/null | while read -r container; do docker rm -f "$container" >/dev/null 2>&1; done
fi
rm -rf "$dir"
[ ! -e "$dir" ]
