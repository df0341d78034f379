#!/usr/bin/env bash
# Builds the programs of an earlier commit, makes an installation with them, and opens it with those of today.
# Usage: scripts/upgrade-test.sh COMMIT      DOCKHOST_EARLIER_PROGRAMS names a folder that has them already
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

"$ROOT/scripts/toolchain.sh"
# The toolchain may have changed what lib.sh chooses.
source "$ROOT/scripts/lib.sh"

FROM=${1:-${FROM:-}}
if [ -z "${DOCKHOST_EARLIER_PROGRAMS:-}" ]; then
  [ -n "$FROM" ] || die 'which earlier version? Say make upgrade-test FROM=COMMIT'
  DOCKHOST_EARLIER_PROGRAMS=$(scripts/earlier.sh programs "$FROM")
fi
export DOCKHOST_EARLIER_PROGRAMS
scripts/build.sh
node --test --test-reporter=spec tests/suites/apart/upgrade.test.mjs
