# Looks at a host and changes nothing. Each fact is a line "gantry NAME VALUE": what a login shell may print besides is passed over.
dir=$1 user=$2
say() { printf 'gantry %s %s\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }

say system "$(uname -s)"
say machine "$(uname -m)"
libc=glibc
for file in /lib/ld-musl-*; do [ -e "$file" ] && libc=musl; done
say libc "$libc"
say user "$(id -un 2>/dev/null || id -u)"
as_root=
if [ "$(id -u)" = 0 ]; then say root is_root
elif ! has sudo; then say root no_sudo; as_root=false
elif sudo -n true >/dev/null 2>&1; then say root sudo; as_root='sudo -n'
else say root sudo_refuses; as_root=false
fi

for program in setsid flock mv cat wc kill; do has "$program" || say missing "$program"; done

# As Docker's own client finds it.
DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
if has docker; then
  ask_as=$as_root
  [ "$as_root" != false ] || ask_as=
  if answer=$($ask_as env DOCKER_HOST="$DOCKER_HOST" docker version --format '{{.Server.Version}}' 2>&1); then say docker "$answer"
  else
    case $answer in
    # It is there, and asks for root, whose lack is told already.
    *"permission denied"*) say docker unknown ;;
    *) say docker_problem "$(printf '%s' "$answer" | tail -n 1)" ;;
    esac
  fi
elif [ -S "${DOCKER_HOST#unix://}" ]; then say docker unknown
fi

if [ -e /dev/nvidia0 ] || [ -d /proc/driver/nvidia/gpus ]; then
  say nvidia yes
  has nvidia-smi && say nvidia_tools yes
  if has nvidia-container-runtime || has nvidia-ctk; then say nvidia_runtime yes; fi
fi

free=$(df -Pk /var/lib 2>/dev/null | tail -n 1 | { read -r _ _ _ kib _; echo "$kib"; })
say free_kib "$free"
if [ -n "$user" ]; then
  if id -u "$user" >/dev/null 2>&1; then say process_user yes; else say process_user no; fi
fi
if has ip; then ip -o addr show 2>/dev/null | while read -r _ _ _ address _; do say address "${address%/*}"; done
elif has hostname; then for address in $(hostname -I 2>/dev/null); do say address "$address"; done
fi
say reached "$(printf '%s\n' "${SSH_CONNECTION:-}" | { read -r _ _ address _; echo "$address"; })"

if owner=$($as_root cat "$dir/owner" 2>/dev/null); then say owner "$owner"; fi
if build=$($as_root cat "$dir/build-id" 2>/dev/null); then say build "$build"; fi
say end of_check
