#!/usr/bin/env bash
# From create to the first byte of the SSH banner, ours against docker run, in turns on one engine.
# Then what the gateway and the terminal cost, against sshd directly; the settings are in tests/bench-access.mjs.
# Settings: ROUNDS (20), ONLY=create or ONLY=access, DETOUR=1, LINE=1gbit.
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh"
debian openssh-client python3
exec node tests/bench.mjs
