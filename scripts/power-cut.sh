#!/usr/bin/env bash
# Cuts the power of the disk under a server that writes, again and again: what it acknowledged must be there
# afterwards. Needs root, for a file system on a loop device.
# Settings: CUTS (100), SEED (drawn; repeats the moments).
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh"
debian e2fsprogs mount util-linux
have python3 || debian python3
# In a world of mounts of its own: nobody else can hold the disk, and nothing stays mounted.
exec unshare --mount node tests/power-cut.mjs
