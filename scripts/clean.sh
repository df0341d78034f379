#!/usr/bin/env bash
# Removes what was built. Instances, the database and the downloaded tools stay.
source "$(dirname "$0")/lib.sh"
say "removing $CARGO_TARGET_DIR and what was generated in the checkout"
rm -rf "$CARGO_TARGET_DIR" "$ROOT/dist" "$ROOT/test-output" "$ROOT/node_modules" "$ROOT"/public/{dockhost.css,fonts,terminal}
