#!/bin/sh
# Makes this machine a node of the DockHost server that serves this script.
#
#   install_node SERVER CODE [--systemd] [--insecure-server]
#
# The last line of what is pasted calls that. Until then nothing happens, so a script that arrives cut off does nothing;
# and the code comes on standard input, where no other user of this machine sees it. What it does:
#   1. It fetches the node program for this machine from SERVER and checks its SHA-256.
#   2. That program changes CODE, which is good once, for the node's API key, and writes the key to
#      /etc/dockhost-node/key for root alone.
#   3. It runs the node; with --systemd it writes dockhost-node.service, enables and starts it instead.
# It changes nothing else. Each command that needs root is run by `as_root`.

# What the server has, and how it is known. One line for each architecture: its name and the SHA-256 of the program.
CHECKSUMS='@CHECKSUMS@'
FINGERPRINT='@FINGERPRINT@'
KEY_PIN='@KEY_PIN@'

PROGRAM=/usr/local/bin/dockhost-node
SETTINGS=/etc/dockhost-node
UNIT=/etc/systemd/system/dockhost-node.service

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "error: this machine is no node yet: $*"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Usage: fetch URL FILE. No redirect is followed. A certificate that the server made itself is known by its key alone.
fetch() {
  if [ -n "$KEY_PIN" ]; then
    curl -fsS --insecure --pinnedpubkey "$KEY_PIN" -o "$2" "$1"
  else
    curl -fsS -o "$2" "$1"
  fi
}

# Answers with the checksum of the program for the architecture that is named.
checksum_for() {
  printf '%s\n' "$CHECKSUMS" | while read -r name sum; do
    if [ "$name" = "$1" ]; then printf '%s\n' "$sum"; fi
  done
}

architectures() {
  # Each word of it is one.
  set -- $(printf '%s\n' "$CHECKSUMS" | cut -d ' ' -f 1)
  printf '%s' "${*:-none}"
}

install_program() {
  architecture=$(uname -m)
  checksum=$(checksum_for "$architecture")
  [ -n "$checksum" ] ||
    give_up "the server has no node program for $architecture (it has: $(architectures))." \
      "Its operator puts one called dockhost-node-$architecture beside the program dockhost and starts the server anew."
  folder=$(mktemp -d) || give_up 'no temporary folder can be made; see the message above.'
  trap 'rm -rf "$folder"' EXIT
  say "fetching the node program for $architecture from $1 ..."
  fetch "$1/install-node/$architecture" "$folder/dockhost-node" ||
    give_up "the node program cannot be fetched from $1; curl said why."
  [ "$(sha256sum "$folder/dockhost-node" | cut -d ' ' -f 1)" = "$checksum" ] ||
    give_up "what came from $1 is not the program that the server has: its SHA-256 is another." \
      "Paste the line once more."
  as_root install -m 755 "$folder/dockhost-node" "$PROGRAM.new" || give_up "$PROGRAM.new cannot be written."
  rm -rf "$folder"
  "$PROGRAM.new" --version >&2 || give_up "the node program does not run on this machine; the message above says why."
  # A node that runs already keeps the program that it was started with.
  as_root mv -f "$PROGRAM.new" "$PROGRAM" || give_up "$PROGRAM cannot be written."
}

# The settings of the unit; those beside them, in a file called `settings`, are left alone.
write_service() {
  {
    printf 'DOCKHOST_SERVER=%s\n' "$1"
    printf 'DOCKHOST_API_KEY_FILE=%s\n' "$SETTINGS/key"
    if [ -n "$FINGERPRINT" ]; then printf 'DOCKHOST_SERVER_FINGERPRINT=%s\n' "$FINGERPRINT"; fi
    if [ -n "$2" ]; then printf 'DOCKHOST_INSECURE_SERVER=true\n'; fi
  } | as_root tee "$SETTINGS/server" >/dev/null || give_up "$SETTINGS/server cannot be written."
  "$PROGRAM" systemd-unit | as_root tee "$UNIT" >/dev/null || give_up "$UNIT cannot be written."
  as_root systemctl daemon-reload &&
    as_root systemctl enable dockhost-node &&
    as_root systemctl restart dockhost-node ||
    give_up "systemd does not start dockhost-node; systemctl status dockhost-node says why."
  say 'the node runs and is started with the machine: journalctl -u dockhost-node shows its log.'
}

install_node() {
  [ $# -ge 2 ] || give_up 'the line is not whole: copy it once more from the page of the server.'
  server=${1%/} code=$2 service='' insecure=''
  shift 2
  for option in "$@"; do
    case $option in
    --systemd) service=yes ;;
    --insecure-server) insecure=yes ;;
    *) give_up "there is no option $option; there are --systemd and --insecure-server." ;;
    esac
  done
  case $server in
  *[!]A-Za-z0-9.:/_[-]*) give_up 'the address of the server has a character that no address has.' ;;
  https://* | http://*) ;;
  *) give_up "$server is no address of a server, such as https://dockhost.example.org." ;;
  esac
  case $code in
  dhe_*[!0-9A-Za-z]*) give_up 'the code has a character that no code has: copy the line once more.' ;;
  dhe_*) ;;
  *) give_up 'what stands behind the address is no enrolment code: copy the line once more.' ;;
  esac
  [ "$(uname -s)" = Linux ] || give_up "nodes run on Linux, and this is $(uname -s)."
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    give_up 'that takes root, and this machine has no sudo: paste the line into a shell of root.'
  if [ -n "$service" ] && [ ! -d /run/systemd/system ]; then
    give_up 'systemd does not run this machine: leave --systemd out, and start the node by what this machine has.'
  fi
  # Its key is written below, and a service that shows one server the key of another is of use to neither.
  other=$(as_root sed -n 's/^DOCKHOST_SERVER=//p' "$SETTINGS/server" 2>/dev/null || true)
  if [ -n "$other" ] && [ "$other" != "$server" ]; then
    give_up "this machine is a node of $other already. Remove $SETTINGS there first, or take another machine."
  fi
  install_program "$server"
  set -- --server "$server" --api-key-file "$SETTINGS/key"
  [ -z "$FINGERPRINT" ] || set -- "$@" --server-fingerprint "$FINGERPRINT"
  [ -z "$insecure" ] || set -- "$@" --insecure-server
  as_root mkdir -p -m 700 "$SETTINGS" || give_up "$SETTINGS cannot be made."
  # `printf` is part of the shell, so the code is in no list of processes.
  printf '%s\n' "$code" | as_root "$PROGRAM" enrol "$@" ||
    give_up 'the code was not changed for a key; the message above says why.'
  if [ -n "$service" ]; then
    write_service "$server" "$insecure"
  else
    say "the node runs until Ctrl-C, and its instances go on after that. To start it again: $PROGRAM $*"
    if [ "$(id -u)" = 0 ]; then exec "$PROGRAM" "$@"; else exec sudo "$PROGRAM" "$@"; fi
  fi
}
