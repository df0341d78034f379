#!/usr/bin/env bash
# Sets everything up and runs DockHost on this machine: the main server and one node beside it.
# Ctrl-C stops both; instances keep running.
# Settings: DOCKHOST_LISTEN (127.0.0.1:8080), DOCKHOST_SSH_LISTEN (the same address, port 2222),
# DOCKHOST_FORWARD_LISTEN (where the instances' host ports are, ports 20000 to 20999), DOCKHOST_DATA_DIR (./data).
source "$(dirname "$0")/lib.sh"

LISTEN=${DOCKHOST_LISTEN:-127.0.0.1:8080}
DATA=${DOCKHOST_DATA_DIR:-$ROOT/data}
# Its owner alone reads the database, the logs with the set-up link, and the node's key.
[ -d "$DATA" ] || mkdir -p -m 700 "$DATA"
mkdir -p "$DATA/log" "$DATA/local-node"
# Also where the folder was there before, with other rights.
chmod 700 "$DATA/log" "$DATA/local-node"
DATA=$(cd "$DATA" && pwd)
export DOCKHOST_LISTEN=$LISTEN DOCKHOST_DATA_DIR=$DATA DIOXUS_PUBLIC_PATH=$WEB_OUT
KEY=$DATA/local-node/api-key
READY_WITHIN=90
STOP_WITHIN=30
SERVER='' NODE=''

# What this machine is called by itself (HERE), where people reach the console (SEEN) and the instances' ports (ADDRESS), and
# where the node listens (BIND). Browsers keep cookies by host name and not by port, so on loopback, where there are many
# addresses, the instances' ports get another than the console: its cookie never reaches them, and they can set none for it.
case ${LISTEN%:*} in
0.0.0.0 | '[::]')
  HERE=127.0.0.1 BIND=0.0.0.0
  ADDRESS=$(hostname -I 2>/dev/null | cut -d' ' -f1)
  ADDRESS=${ADDRESS:-127.0.0.1}
  SEEN=$ADDRESS FORWARDS=${LISTEN%:*}
  ;;
127.* | localhost | '[::1]')
  HERE=${LISTEN%:*} SEEN=${LISTEN%:*} ADDRESS=127.0.0.2
  if [ "$HERE" = "$ADDRESS" ]; then ADDRESS=127.0.0.3; fi
  BIND=$ADDRESS FORWARDS=$ADDRESS
  ;;
*) HERE=${LISTEN%:*} SEEN=${LISTEN%:*} ADDRESS=${LISTEN%:*} BIND=0.0.0.0 FORWARDS=${LISTEN%:*} ;;
esac
PORT=${LISTEN##*:}
export DOCKHOST_FORWARD_LISTEN=${DOCKHOST_FORWARD_LISTEN:-$FORWARDS:20000-20999}
export DOCKHOST_SSH_LISTEN=${DOCKHOST_SSH_LISTEN:-${LISTEN%:*}:2222}
export DOCKHOST_SSH_ADDRESS=${DOCKHOST_SSH_ADDRESS:-$(if [ "$SEEN" = '[::1]' ]; then echo localhost; else echo "$SEEN"; fi)}
# What the server speaks, as it decides it by itself: plain HTTP where only this machine reaches it, behind a proxy that is
# named, or where it is asked for; else TLS, with a certificate that was given or that it makes.
SCHEME=https
case ${LISTEN%:*} in 127.* | localhost | '[::1]') SCHEME=http ;; esac
if [ -n "${DOCKHOST_TRUSTED_PROXIES:-}" ]; then SCHEME=http; fi
case ${DOCKHOST_INSECURE_HTTP:-} in '' | 0 | n | no | f | false | off) ;; *) SCHEME=http ;; esac
if [ -n "${DOCKHOST_TLS_CERTIFICATE:-}" ]; then SCHEME=https; fi
LOCAL=$SCHEME://$HERE:$PORT
PUBLIC=$SCHEME://$SEEN:$PORT
if [ -n "${DOCKHOST_PUBLIC_URL:-}" ]; then PUBLIC=${DOCKHOST_PUBLIC_URL%%,*}; fi

alive() { [ -n "$1" ] && kill -0 "$1" 2>/dev/null; }
dockhost() { "$PROGRAMS/dockhost" "$@" 2>>"$DATA/log/admin.log"; }
# Whose certificate it is is not asked here: it is a process of ours, on this machine.
healthy() { curl --silent --fail --insecure --noproxy '*' --max-time 2 --output /dev/null "$LOCAL/readyz"; }
# A node that has not found its engine yet takes no instance.
online() { dockhost admin nodes | grep -Eq '^local[[:space:]]+online.*[[:space:]]engine [0-9]'; }

# Usage: await WHAT PID LOG CONDITION
await() {
  local deadline=$((SECONDS + READY_WITHIN))
  until "$4"; do
    alive "$2" || { tail -n 20 "$3" >&2; die "$1 ended; its log is $3"; }
    [ $SECONDS -lt $deadline ] || { tail -n 20 "$3" >&2; die "$1 is not ready after $READY_WITHIN s; its log is $3"; }
    sleep 0.2
  done
}

# Asks a process to end and waits until it has.
end() {
  local pid=$1 deadline=$((SECONDS + STOP_WITHIN))
  alive "$pid" || return 0
  kill -TERM "$pid" 2>/dev/null || true
  while alive "$pid"; do
    [ $SECONDS -lt $deadline ] || { say "process $pid does not end after $STOP_WITHIN s: killed"; kill -KILL "$pid" 2>/dev/null || true; }
    sleep 0.1
  done
}

stop() {
  trap '' INT TERM
  if alive "$NODE" || alive "$SERVER"; then say 'stopping; instances keep running'; fi
  end "$NODE"
  end "$SERVER"
}

start_server() {
  if [ -e "$DATA/log/server.log" ]; then mv "$DATA/log/server.log" "$DATA/log/server.log.1"; fi
  # In a session of its own, so that Ctrl-C reaches only this script, which ends them in order.
  setsid "$PROGRAMS/dockhost" serve >"$DATA/log/server.log" 2>&1 </dev/null &
  SERVER=$!
  await 'the server' "$SERVER" "$DATA/log/server.log" healthy
}

# The key is kept, so that a second run enrols nothing. A node whose address of loopback is another one than the instances' ports
# have now, as in version 0.1, moves there: with a new key, on its old folder, and its instances run on with their port numbers.
enrol() {
  local row
  row=$(dockhost admin nodes | grep -E '^local[[:space:]]') || row=''
  if [ -s "$KEY" ] && [ -n "$row" ]; then
    case "$row" in
    *"address $ADDRESS") return 0 ;;
    *'address 127.'* | *'address localhost') say "the local node moves to $ADDRESS" ;;
    *) return 0 ;;
    esac
  fi
  (umask 077 && dockhost admin enrol-node local --address "$ADDRESS" >"$KEY.new") ||
    { tail -n 5 "$DATA/log/admin.log" >&2; die "the local node could not be enrolled; see $DATA/log/admin.log"; }
  mv "$KEY.new" "$KEY"
}

# Of the certificate that the server shows: its own, or the first in the file that was given.
fingerprint() {
  if [ "$SCHEME" = http ]; then return 0; fi
  if [ -z "${DOCKHOST_TLS_CERTIFICATE:-}" ]; then dockhost admin server-fingerprint; return; fi
  printf 'sha256:%s\n' "$(awk '/END CERT/ { exit } inside; /BEGIN CERT/ { inside = 1 }' "$DOCKHOST_TLS_CERTIFICATE" | base64 -d | sha256sum | cut -d' ' -f1)"
}

start_node() {
  local images=()
  if ! registry_reachable "${DOCKER_SOCKET:-/var/run/docker.sock}" && ! docker_has ubuntu:24.04; then
    say 'no image registry can be reached: the local node offers debian-12 only'
    images=(--images debian-12)
  fi
  if [ -e "$DATA/log/node.log" ]; then mv "$DATA/log/node.log" "$DATA/log/node.log.1"; fi
  # The node reaches the server beside it, whose certificate it knows by its fingerprint.
  local known insecure=
  known=$(fingerprint)
  if [ "$SCHEME" = http ]; then insecure=true; fi
  DOCKHOST_API_KEY=$(cat "$KEY") DOCKHOST_SERVER_FINGERPRINT=$known DOCKHOST_INSECURE_SERVER=$insecure setsid "$PROGRAMS/dockhost-node" --server "$LOCAL" --data-dir "$DATA/local-node" \
    --bind "$BIND" --docker-socket "${DOCKER_SOCKET:-/var/run/docker.sock}" "${images[@]}" >"$DATA/log/node.log" 2>&1 </dev/null &
  NODE=$!
  await 'the local node' "$NODE" "$DATA/log/node.log" online
}

docker_has() {
  curl --silent --fail --max-time 5 --output /dev/null \
    --unix-socket "${DOCKER_SOCKET:-/var/run/docker.sock}" "http://engine/images/$1/json"
}

have curl || debian curl ca-certificates
if healthy; then die "a DockHost answers at $LOCAL already: stop it first, or choose another address with DOCKHOST_LISTEN"; fi
# The engine and its base come over the network while the compiler has the processor. Whoever stops here lets them come
# to their end: half an engine helps nobody.
beside 'the Docker engine' bash -c '"$1/engine.sh" ensure && "$1/base-image.sh"' - "$ROOT/scripts"
"$ROOT/scripts/toolchain.sh"
# The toolchain may have changed what lib.sh chooses.
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh"
joined

trap stop EXIT
trap 'exit 0' INT TERM
say 'starting the server'
start_server
say 'starting the local node'
enrol
start_node

printf '\n  DockHost runs at %s\n' "$PUBLIC"
LINK=$(dockhost admin setup-link --url "$PUBLIC")
if [ -n "$LINK" ]; then
  printf '  Nobody has an account yet. This link makes you the administrator; it works once:\n\n      %s\n\n' "$LINK"
fi
if [ "$SCHEME" = https ] && [ -z "${DOCKHOST_TLS_CERTIFICATE:-}" ]; then
  printf '  Its certificate is its own, so a browser warns once. Fingerprint: %s\n' "$(fingerprint)"
fi
printf '  Data and logs: %s\n  Ctrl-C stops the server and the node; instances keep running.\n\n' "$DATA"

while alive "$SERVER" && alive "$NODE"; do
  # A wait can be interrupted by a signal where a sleep cannot.
  wait -n "$SERVER" "$NODE" || true
done
alive "$SERVER" || { tail -n 20 "$DATA/log/server.log" >&2; die "the server ended; its log is $DATA/log/server.log"; }
tail -n 20 "$DATA/log/node.log" >&2
die "the local node ended; its log is $DATA/log/node.log"
