#!/usr/bin/env bash
# Lets programs of an earlier commit work with those of today: its node with this server, and this node with its server.
# Usage: scripts/mixed.sh [COMMIT]   without one, the first of scripts/earlier-commits
# DOCKHOST_EARLIER_PROGRAMS names a folder that has them already
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

"$ROOT/scripts/toolchain.sh"
# The toolchain may have changed what lib.sh chooses.
source "$ROOT/scripts/lib.sh"

if [ -z "${DOCKHOST_EARLIER_PROGRAMS:-}" ]; then
  DOCKHOST_EARLIER_PROGRAMS=$(scripts/earlier.sh programs "${1:-}")
fi
export DOCKHOST_EARLIER_PROGRAMS DOCKHOST_MIXED='node server'
scripts/build.sh
node --test --test-reporter=spec tests/suites/left/mixed.test.mjs
