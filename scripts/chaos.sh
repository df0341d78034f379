#!/usr/bin/env bash
# Harms a real installation on a private Docker engine while people work with it. Needs root.
# Settings: FAULTS (500), SEEDS of each crash point (3), SEED to play a run again, ONLY=faults or ONLY=points.
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
[ "$(id -u)" = 0 ] || die "chaos needs root: it mounts disks of its own and kills a Docker engine of its own"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh"
have ssh-keygen || debian openssh-client
debian iproute2 iptables e2fsprogs libfaketime procps
exec node tests/chaos.mjs
