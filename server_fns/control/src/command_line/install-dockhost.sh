#!/bin/sh
# Installs `dockhost`, the command line of the DockHost server that serves this script, for the user who runs it.
#
#   install_dockhost SERVER [FOLDER]
#
# The last line of what is pasted calls that. Until then nothing happens, so a script that arrives cut off does nothing.
# What it does:
#   1. It fetches the program for this computer from SERVER and checks its SHA-256.
#   2. It puts it into FOLDER as `dockhost`: without one, into /usr/local/bin for root, and into ~/.local/bin for others.
#   3. Where the server made its certificate itself, it keeps that in ~/.config/dockhost/certificates, so that
#      `dockhost login SERVER` knows the server.
# It changes nothing else, and asks for no rights.

# What the server has, and how it is known. One line for each architecture: its name and the SHA-256 of the program.
CHECKSUMS='@CHECKSUMS@'
CERTIFICATE='@CERTIFICATE@'
KEY_PIN='@KEY_PIN@'

say() { printf '%s\n' "$*" >&2; }

give_up() {
  say "error: dockhost is not installed: $*"
  exit 1
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

install_program() {
  architecture=$(uname -m)
  checksum=$(checksum_for "$architecture")
  [ -n "$checksum" ] ||
    give_up "the server has no command line program for $architecture." \
      "Its operator puts one called dockhost-cli-$architecture beside the program dockhost and starts the server anew."
  mkdir -p "$2" || give_up "the folder $2 cannot be made."
  # The server's program has the same verbs, and more.
  if [ -x "$2/dockhost" ] && "$2/dockhost" serve --help >/dev/null 2>&1; then
    give_up "$2/dockhost is the program of a server, which has the same verbs. Use that, or name another folder."
  fi
  # Beside its place, so that it gets there whole or not at all.
  fresh=$(mktemp "$2/.dockhost.XXXXXX") || give_up "nothing can be written in $2."
  trap 'rm -f "$fresh"' EXIT
  say "fetching dockhost for $architecture from $1 ..."
  fetch "$1/install-dockhost/$architecture" "$fresh" ||
    give_up "the program cannot be fetched from $1; curl said why."
  [ "$(sha256sum "$fresh" | cut -d ' ' -f 1)" = "$checksum" ] ||
    give_up "what came from $1 is not the program that the server has: its SHA-256 is another." \
      "Paste the line once more."
  chmod 755 "$fresh" || give_up "$fresh cannot be made a program."
  "$fresh" --version >&2 || give_up "the program does not run on this computer; the message above says why."
  mv -f "$fresh" "$2/dockhost" || give_up "$2/dockhost cannot be written."
}

# By host and port, as the program names a server.
keep_certificate() {
  certificates=${XDG_CONFIG_HOME:-$HOME/.config}/dockhost/certificates
  (umask 077 && mkdir -p "$certificates" && printf '%s\n' "$CERTIFICATE" >"$certificates/${1#https://}.pem") ||
    give_up "the server's certificate cannot be written into $certificates."
}

install_dockhost() {
  [ $# -ge 1 ] && [ $# -le 2 ] || give_up 'the line is not whole: copy it once more from the page of the server.'
  server=${1%/}
  case $server in
  *[!]A-Za-z0-9.:/_[-]*) give_up 'the address of the server has a character that no address has.' ;;
  https://*/* | http://*/*) give_up 'the address of the server ends behind its port.' ;;
  https://* | http://*) ;;
  *) give_up "$server is no address of a server, such as https://dockhost.example.org." ;;
  esac
  [ "$(uname -s)" = Linux ] ||
    give_up "the server has programs for Linux, and this is $(uname -s). README says how it is built of the sources."
  if [ -n "${2:-}" ]; then folder=$2
  elif [ "$(id -u)" = 0 ]; then folder=/usr/local/bin
  else folder=$HOME/.local/bin
  fi
  install_program "$server" "$folder"
  case $server in
  https://*) if [ -n "$CERTIFICATE" ]; then keep_certificate "$server"; fi ;;
  esac
  case :$PATH: in
  *:"$folder":*) command=dockhost ;;
  *) command=$folder/dockhost
     say "$folder is not among the folders in which your shell looks for programs; PATH names them." ;;
  esac
  say "dockhost is installed. Sign in:  $command login $server"
}
