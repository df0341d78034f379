#!/usr/bin/env bash
# Brings one tool: as its release page has it, if it has the checksum of scripts/tools; else compiled without
# optimisation, which is quick to build and fast enough to run.
# Usage: scripts/tool.sh PROGRAM CRATE VERSION [CARGO OPTION...]
# Settings: DOCKHOST_TOOLS_URL (https://github.com), DOCKHOST_TOOLS_LIST (scripts/tools), DOCKHOST_TOOLS_PATIENCE: how
# many seconds the page may take to begin, and then be slower than 20 kB a second (15).
source "$(dirname "$0")/lib.sh"

PAGE=${DOCKHOST_TOOLS_URL:-https://github.com}
LIST=${DOCKHOST_TOOLS_LIST:-$ROOT/scripts/tools}
PATIENCE=${DOCKHOST_TOOLS_PATIENCE:-15}

# The version must end where its number does: 0.2.1 is not 0.2.13.
is_there() { "$PROGRAM" --version 2>/dev/null | grep -qE "(^|[^0-9.])${VERSION//./\\.}($|[^0-9.])"; }

# The checksum that a file of the page names for an archive, or names alone. Usage: published ADDRESS ARCHIVE
published() {
  local sums sum
  sums=$(curl --fail --silent --location --max-time "$PATIENCE" "$PAGE/$1") || { say "$PAGE/$1 could not be fetched"; return 1; }
  sum=$(awk -v archive="$2" 'NF == 1 || $2 == archive || $2 == "*" archive { print $1; exit }' <<<"$sums")
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || { say "$PAGE/$1 has no checksum of $2"; return 1; }
  echo "$sum"
}

# What is wrong with what the page gives is said, and is no reason to stop.
fetch() {
  local line sum address archive=$WORK/archive.tar.gz got found
  line=$(awk -v program="$PROGRAM" -v version="$VERSION" -v machine="$(uname -m)" \
    '$1 == program && $2 == version && $3 == machine { print $4, $5; exit }' "$LIST")
  read -r sum address <<<"$line" || true
  if [ -z "$address" ]; then say "$LIST has no checksum of $PROGRAM $VERSION for $(uname -m)"; return 1; fi
  reachable "$PAGE" || { say "$PAGE cannot be reached from here"; return 1; }
  attempt "fetch $PROGRAM" curl --fail --show-error --location --progress-bar --connect-timeout "$PATIENCE" \
    --speed-limit 20000 --speed-time "$PATIENCE" --max-time 300 --output "$archive" "$PAGE/$address"
  if [ "$ATTEMPT" != 0 ]; then
    say "$PAGE/$address could not be fetched: $(grep -ao 'curl: .*' "$ATTEMPT_LOG" | tail -n 1)"
    return 1
  fi
  case $sum in page:*) sum=$(published "${sum#page:}" "${address##*/}") || return 1 ;; esac
  got=$(sha256sum "$archive" | cut -d' ' -f1)
  if [ "$got" != "$sum" ]; then say "$PAGE/$address is not used: its checksum is $got, and should be $sum"; return 1; fi
  tar --extract --gzip --file "$archive" --directory "$WORK" || { say "$PAGE/$address is no archive"; return 1; }
  found=$(find "$WORK" -type f -name "$PROGRAM" | head -n 1)
  if [ -z "$found" ]; then say "$PAGE/$address has no $PROGRAM in it"; return 1; fi
  install -m 755 "$found" "$CACHE/bin/$PROGRAM"
  is_there && return
  say "$PROGRAM of $PAGE/$address does not run here"
  rm -f "$CACHE/bin/$PROGRAM"
  return 1
}

compile() {
  long "compile $CRATE $VERSION" env CARGO_TARGET_DIR="$CACHE/target-tools" \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    CARGO_PROFILE_RELEASE_DEBUG=0 cargo install "$CRATE" --version "$VERSION" --root "$CACHE" --force "$@"
  rm -rf "$CACHE/target-tools"
}

PROGRAM=${1:?which program?} CRATE=${2:?of which crate?} VERSION=${3:?which version?}
shift 3
if is_there; then exit 0; fi
WORK=$(mktemp -d "${TMPDIR:-/tmp}/dockhost-tool.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
fetch || compile "$@"
