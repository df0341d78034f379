#!/usr/bin/env bash
# Builds programs of an earlier commit, once, and prints the folder that they are in.
# Usage: scripts/earlier.sh node | programs [COMMIT]   the node alone, or the server too; without COMMIT, the first of
# scripts/earlier-commits
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

WHAT=${1:-}
FROM=${2:-}
[ -n "$FROM" ] || FROM=$(cut -d' ' -f1 scripts/earlier-commits | head -n 1)
COMMIT=$(git rev-parse --quiet --verify "$FROM^{commit}") || die "$FROM is no commit of this clone; a shallow clone gets it with git fetch --unshallow"
OUT=$CACHE/earlier/$COMMIT

case $WHAT in
node) LAST=$OUT/dockhost-node ;;
programs) LAST=$OUT/dockhost ;;
*) die "unknown part $WHAT: say node or programs" ;;
esac
if [ ! -x "$LAST" ]; then
  WORK=$(mktemp -d "${TMPDIR:-/tmp}/dockhost-earlier.XXXXXX")
  trap 'git worktree remove --force "$WORK/tree" 2>/dev/null || true; rm -rf "$WORK"' EXIT
  git worktree add --detach "$WORK/tree" "$COMMIT" >"$CACHE/log/worktree.log" 2>&1
  mkdir -p "$OUT"
  if [ "$WHAT" = node ]; then
    # In a folder of its own, so that the programs under test stay where they are.
    export CARGO_TARGET_DIR=$CACHE/earlier/target
    # Alone it lacks a feature that others of the workspace asked for.
    build() { cd "$WORK/tree" && cargo build --locked --package node --features getrandom/std; }
    long 'build the node of an earlier commit' build
    cp "$CARGO_TARGET_DIR/debug/dockhost-node" "$OUT/"
  else
    # With the folder of everything else: there the database is compiled already. Cargo tells sources apart by their
    # times, and those of a new worktree are new.
    (cd "$WORK/tree" && scripts/build.sh programs) >&2
    cp "$PROGRAMS/dockhost-node" "$OUT/"
    cp "$PROGRAMS/dockhost" "$OUT/"
    find . -name '*.rs' -not -path './node_modules/*' -exec touch {} +
  fi
fi
echo "$OUT"
