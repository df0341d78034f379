#!/usr/bin/env bash
# Makes sure that an engine can build the instance image debian-12.
# Usage: scripts/base-image.sh [SOCKET | tarball]
#   tarball  puts the base together, if it is not in the cache, and prints the file
# Where the registry can be reached there is nothing to do: the node pulls the base when it needs it. Else
# the base is put together from Debian's packages, with those of the image in it, and kept in the cache.
source "$(dirname "$0")/lib.sh"

SOCKET=${1:-${DOCKER_SOCKET:-/var/run/docker.sock}}
IMAGE=$(cat "$ROOT/images/debian-12/base")
SUITE=bookworm
# tini: programs of before 0.2.0 build an image with it, and tests let those work beside today's.
PACKAGES=$(paste -sd, "$ROOT/images/apt/packages"),tini

call() { curl --silent --show-error --fail --unix-socket "$SOCKET" "$@"; }

bootstrap() {
  local root
  root=$(mktemp -d)
  chmod 755 "$root"
  debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$root"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_* "$root"/etc/resolv.conf "$root"/etc/hostname
  tar --create --numeric-owner --directory "$root" --exclude ./dev --exclude ./proc --exclude ./sys --file "$TARBALL.part" .
  rm -rf "$root"
  mv "$TARBALL.part" "$TARBALL"
}

TARBALL=$CACHE/base/debian-12-$(sha256sum <<<"$PACKAGES" | cut -c1-12).tar
tarball() {
  [ -f "$TARBALL" ] && return
  [ "$(id -u)" = 0 ] || die "putting $IMAGE together needs root: run this as root, or load $IMAGE with docker load"
  debian debootstrap
  mkdir -p "$CACHE/base"
  long "put $IMAGE together" bootstrap
}

if [ "$SOCKET" = tarball ]; then
  tarball
  echo "$TARBALL"
  exit
fi
call --output /dev/null http://engine/_ping || die "no Docker engine answers on $SOCKET: run scripts/engine.sh ensure first"
call --output /dev/null "http://engine/images/$IMAGE/json" 2>/dev/null && exit 0
if registry_reachable "$SOCKET"; then
  say "$IMAGE is not there yet: the node pulls it when it is needed"
  exit 0
fi
tarball
long "import $IMAGE" call --request POST --upload-file "$TARBALL" --header 'Content-Type: application/x-tar' \
  "http://engine/images/create?fromSrc=-&repo=${IMAGE%:*}&tag=${IMAGE#*:}"
call --output /dev/null "http://engine/images/$IMAGE/json" || die "the engine took $IMAGE and does not list it: see $CACHE/log"
say "no registry can be reached from here: $IMAGE was made from Debian's packages instead"
