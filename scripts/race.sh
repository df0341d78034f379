#!/usr/bin/env bash
# Thousands of creates at once against a quota of five, round after round on one real database.
# Settings: ROUNDS (200).
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh" native
source "$ROOT/scripts/lib.sh"
long 'compile the tests' cargo test "${LOCKED[@]}" "${NATIVE[@]}" --no-run
DOCKHOST_ROUNDS=${ROUNDS:-200} exec cargo test "${LOCKED[@]}" "${NATIVE[@]}" --test it races_for_the_quota -- --nocapture
