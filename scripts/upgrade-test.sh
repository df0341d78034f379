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
  COMMIT=$(git rev-parse --verify "$FROM^{commit}") || die "$FROM is no commit of this repository"
  export DOCKHOST_EARLIER_PROGRAMS=$CACHE/earlier/$COMMIT
  if [ ! -x "$DOCKHOST_EARLIER_PROGRAMS/dockhost-node" ]; then
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/dockhost-earlier.XXXXXX")
    trap 'git worktree remove --force "$WORK/tree" 2>/dev/null || true; rm -rf "$WORK"' EXIT
    git worktree add --detach "$WORK/tree" "$COMMIT" >"$CACHE/log/worktree.log" 2>&1
    # Cargo tells sources apart by their times, and those of a new worktree are new.
    (cd "$WORK/tree" && scripts/build.sh programs)
    mkdir -p "$DOCKHOST_EARLIER_PROGRAMS"
    cp "$PROGRAMS/dockhost" "$PROGRAMS/dockhost-node" "$DOCKHOST_EARLIER_PROGRAMS/"
    find . -name '*.rs' -not -path './node_modules/*' -exec touch {} +
  fi
fi
scripts/build.sh
node --test --test-reporter=spec tests/suites/apart/upgrade.test.mjs
