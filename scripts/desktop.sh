#!/usr/bin/env bash
# The same pages in a window of their own.
# Usage: scripts/desktop.sh ready | ensure | build | run
#   ready   the libraries are there; installs nothing
#   ensure  installs them where that can be done
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

ready() { have pkg-config && pkg-config --exists webkit2gtk-4.1 && [ -e /usr/include/xdo.h ]; }

ensure() {
  ready && return
  debian libwebkit2gtk-4.1-dev libxdo-dev libssl-dev pkg-config
  ready || die 'the desktop window needs webkit2gtk 4.1 and libxdo with their headers'
}

build() {
  ensure
  "$ROOT/scripts/build.sh" styles
  long 'build the desktop window' cargo build --package app --features desktop --bin dockhost-desktop "${LOCKED[@]}"
}

case ${1:-run} in
ready) ready ;;
ensure) ensure ;;
build) build ;;
run)
  "$ROOT/scripts/toolchain.sh"
  source "$ROOT/scripts/lib.sh"
  build
  exec "$PROGRAMS/dockhost-desktop"
  ;;
*) die "unknown part $1: say ready, ensure, build or run" ;;
esac
