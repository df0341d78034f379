#!/usr/bin/env bash
# What a fleet costs the server: nodes that only speak the channel, against the optimised server, whose build takes half an
# hour the first time. Prints rows of a table; tests/fleet/main.mjs says what they are.
# Settings: ROWS (beats,quiet,creates,feeds,activity), ROUNDS (5), SECONDS (30), NODES (100), INSTANCES (950), MANY_NODES (1000),
# MANY_INSTANCES (10000), CREATES (640), COMMANDS (200), LINES (1000000).
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh" styles
"$ROOT/scripts/build.sh" web
long 'optimised server' cargo build --release --locked --package app --features server --bin dockhost
# Each node has a connection, and so have callers and pages, on both ends.
ulimit -n "$(ulimit -Hn)"
DOCKHOST_TEST_PROGRAMS=$CARGO_TARGET_DIR/release exec node tests/fleet/main.mjs
