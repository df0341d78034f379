#!/usr/bin/env bash
# The Docker engine: the machine's own, or a private one that tests may break.
# Usage: scripts/engine.sh ensure | private DIR | stop DIR | shims DIR
#   ensure       an engine answers on /var/run/docker.sock ($DOCKER_SOCKET); installs and starts one if need be
#   private DIR  a second engine with everything it owns under DIR; its socket is DIR/docker.sock
#   shims DIR    ends what it left behind when it was killed
#   stop DIR     ends that one by its process id and removes what it made
source "$(dirname "$0")/lib.sh"

SOCKET=${DOCKER_SOCKET:-/var/run/docker.sock}
READY_WITHIN=60
STOP_WITHIN=40

answers() { curl --silent --fail --max-time 5 --output /dev/null --unix-socket "$1" http://engine/_ping; }
call() { curl --silent --fail --max-time 60 --unix-socket "$1" "${@:2}"; }

# Usage: await_engine SOCKET PID LOG
await_engine() {
  local deadline=$((SECONDS + READY_WITHIN))
  until answers "$1"; do
    kill -0 "$2" 2>/dev/null || { tail -n 20 "$3" >&2; die "dockerd ended at once; its log is $3"; }
    [ $SECONDS -lt $deadline ] || { tail -n 20 "$3" >&2; die "dockerd does not answer after $READY_WITHIN s; its log is $3"; }
    sleep 0.2
  done
}

ensure() {
  answers "$SOCKET" && return
  if ! have dockerd; then
    if have apt-get && [ "$(id -u)" = 0 ]; then
      debian docker.io iptables
    else
      die "no Docker engine answers on $SOCKET: install one (https://docs.docker.com/engine/install/) and let this user reach it (usermod -aG docker $(id -un)), then run this again"
    fi
  fi
  [ "$(id -u)" = 0 ] || die "no Docker engine answers on $SOCKET: start it (sudo systemctl start docker), or let this user reach it (sudo usermod -aG docker $(id -un))"
  if [ -d /run/systemd/system ]; then
    systemctl start docker || die "systemd could not start Docker: see journalctl -u docker"
    local deadline=$((SECONDS + READY_WITHIN))
    until answers "$SOCKET"; do
      [ $SECONDS -lt $deadline ] || die "Docker was started by systemd and does not answer on $SOCKET: see journalctl -u docker"
      sleep 0.2
    done
    return
  fi
  say "starting dockerd (log: $CACHE/log/dockerd.log)"
  setsid nohup dockerd --host "unix://$SOCKET" >"$CACHE/log/dockerd.log" 2>&1 </dev/null &
  echo $! >"$CACHE/dockerd.pid"
  await_engine "$SOCKET" $! "$CACHE/log/dockerd.log"
}

# The first 10.N.0.0/24 that no interface and no route uses.
free_network() {
  local used n
  used=$(ip -4 route; ip -4 address)
  for n in $(seq 200 250); do
    grep -q "10\.$n\." <<<"$used" || { echo "$n"; return; }
  done
  die "no free network for a private engine: every 10.200.0.0 to 10.250.0.0 is in use here"
}

private() {
  local dir n bridge namespace
  [ "$(id -u)" = 0 ] || die "a private engine needs root"
  debian docker.io iptables iproute2 curl
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
  answers "$dir/docker.sock" && return
  # A Unix socket's path has at most 107 characters.
  [ ${#dir} -le 80 ] || die "the path $dir is too long to hold a socket: take a shorter one"
  if [ -e "$dir/network" ]; then
    stop "$dir"
    mkdir -p "$dir"
  fi
  # Two that start at once must not choose one network.
  exec 9>"$CACHE/engine.lock"
  flock 9
  n=$(free_network)
  bridge=dockhost$n
  echo "$n" >"$dir/network"
  # Its own empty settings, so that the machine's /etc/docker/daemon.json does not apply.
  [ -e "$dir/engine.json" ] || echo "{}" >"$dir/engine.json"
  another_engine || forwarding >"$dir/forwarding"
  ip link add "$bridge" type bridge
  ip address add "10.$n.0.1/24" dev "$bridge"
  ip link set "$bridge" up
  flock -u 9
  # A containerd that runs on this machine already would be used: its own namespaces keep the two apart.
  namespace=dockhost$n-$$
  echo "$namespace" >"$dir/namespace"
  # Without --default-address-pool: an engine that has one deletes docker0, the machine's own, when it is started again
  # (moby, configNetworking in daemon/daemon_unix.go).
  setsid nohup dockerd --host "unix://$dir/docker.sock" --data-root "$dir/data" --exec-root "$dir/run" \
    --pidfile "$dir/dockerd.pid" --config-file "$dir/engine.json" --bridge "$bridge" \
    --containerd-namespace "$namespace" --containerd-plugins-namespace "$namespace-plugins" \
    >"$dir/dockerd.log" 2>&1 </dev/null 9>&- &
  await_engine "$dir/docker.sock" $! "$dir/dockerd.log"
}

# Is there another dockerd that forwards in this network? One in a network of its own shares nothing with us.
another_engine() {
  local pid
  for pid in $(pidof dockerd); do
    [ "$(readlink "/proc/$pid/ns/net" 2>/dev/null)" != "$(readlink /proc/self/ns/net)" ] || return 0
  done
  return 1
}

# The policy for forwarded packets and whether there are any: the first engine of a machine changes both.
forwarding() { echo "$(iptables -S FORWARD | awk '$1 == "-P" { print $3 }') $(cat /proc/sys/net/ipv4/ip_forward)"; }

unshare_forwarding() {
  local policy enabled table chain
  read -r policy enabled
  for table in filter nat; do
    { iptables-save -t $table | grep -E -- '^-A .*DOCKER' || true; } | sed 's/^-A/-D/' |
      while read -r -a rule; do iptables -t $table "${rule[@]}"; done
    for chain in $(iptables-save -t $table | sed -n 's/^:\(DOCKER[^ ]*\) .*/\1/p'); do iptables -t $table -X "$chain"; done
  done
  iptables -P FORWARD "$policy"
  echo "$enabled" >/proc/sys/net/ipv4/ip_forward
}

# Containers and networks first, by the engine itself; it leaves the interfaces of its networks behind.
empty() {
  local socket=$1 id
  for id in $(call "$socket" 'http://engine/containers/json?all=1' | grep -o '"Id":"[0-9a-f]\{64\}"' | cut -d'"' -f4); do
    call "$socket" -X DELETE "http://engine/containers/$id?force=1&v=1" >/dev/null || true
  done
  call "$socket" -X POST http://engine/networks/prune >/dev/null || true
}

# The interfaces of the networks that an engine knows or knew, by the file in which it keeps them.
links() {
  local known=$1/data/network/files/local-kv.db id
  [ -e "$known" ] || return 0
  for id in $(grep -aoE '[0-9a-f]{64}' "$known" | cut -c 1-12 | sort -u); do
    [ ! -e "/sys/class/net/br-$id" ] || echo "br-$id"
  done
}

end_process() {
  local pid=$1 deadline=$((SECONDS + STOP_WITHIN))
  kill -CONT "$pid" 2>/dev/null || true
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null; do
    [ $SECONDS -lt $deadline ] || { kill -9 "$pid" 2>/dev/null || true; return 0; }
    sleep 0.2
  done
}

# What an engine that was killed left behind: the shims of its namespace, and what runs under them.
end_shims() {
  local shim
  [ -e "$1/namespace" ] || return 0
  for shim in $(pgrep -f -- "containerd-shim.* -namespace $(cat "$1/namespace") " || true); do
    pkill -9 -P "$shim" || true
    kill -9 "$shim" 2>/dev/null || true
  done
}

stop() {
  local dir n file pid link mount table
  [ -d "$1" ] || return 0
  dir=$(cd "$1" && pwd)
  [ -e "$dir/network" ] || die "$dir holds no private engine"
  n=$(cat "$dir/network")
  if answers "$dir/docker.sock"; then empty "$dir/docker.sock"; fi
  for file in "$dir/dockerd.pid" "$dir/run/containerd/containerd.pid"; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    # A stale file may name somebody else's process by now.
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$dir"; then end_process "$pid"; fi
  done
  end_shims "$dir"
  for mount in $(awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mount"; done
  for link in "dockhost$n" $(links "$dir"); do
    [ -e "/sys/class/net/$link" ] || continue
    for table in filter nat raw; do
      { iptables-save -t $table | grep -E -- "^-A .*([io] $link( |$)|10\.$n\.)" || true; } | sed 's/^-A/-D/' |
        while read -r -a rule; do iptables -t $table "${rule[@]}"; done
    done
    ip link delete "$link"
  done
  # What engines share is put back by the last one that ends.
  if [ -e "$dir/forwarding" ] && ! another_engine; then unshare_forwarding <"$dir/forwarding"; fi
  rm -rf "$dir"
}

case ${1:-} in
ensure) ensure ;;
private) private "${2:?which folder?}" ;;
stop) stop "${2:?which folder?}" ;;
shims) end_shims "${2:?which folder?}" ;;
*) die 'say ensure, private DIR, stop DIR or shims DIR' ;;
esac
