#!/usr/bin/env bash
# From create to the first byte of the SSH banner, ours against docker run, in turns on one engine.
# Setting: ROUNDS (20).
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh"
debian openssh-client
exec node tests/bench.mjs
