#!/usr/bin/env bash
# Plays both deciding cores against simulated faults at length: random histories, the bounded space in every order,
# and seeded bugs that must be caught.
# Settings: SEEDS (20000), ACTIONS of each (300), FAULTS of the search (1).
# A failure prints the line that plays its seed again.
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"

# The deciding cores need no database, so they are built alone and apart.
export CARGO_TARGET_DIR=$CACHE/simulation
long 'build the simulation' cargo build "${LOCKED[@]}" -p simulation
say 'random histories'
"$CARGO_TARGET_DIR/debug/simulation" play --seeds "${SEEDS:-20000}" --actions "${ACTIONS:-300}"
say 'every order of a bounded space'
"$CARGO_TARGET_DIR/debug/simulation" explore --faults "${FAULTS:-1}"
say 'seeded bugs'
exec node tests/seeded-bugs.mjs
