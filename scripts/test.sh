#!/usr/bin/env bash
# Sets everything up and runs the checks and the suites. Says how long each stage took, and ends with the
# number of tests that passed and failed.
# Usage: scripts/test.sh [STAGE...]   without stages, all of STAGES in their order, and then those of $ALSO
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

STAGES=(toolchain build format clippy shipped dependencies arrows engine rust end-to-end browser)
# Each of these has a target of its own, so that a newcomer's first `make test` ends within 75 minutes on two cores.
APART=(chaos desktop)
OUT=$ROOT/test-output
WORK=$(mktemp -d "${TMPDIR:-/tmp}/dockhost-test.XXXXXX")
PASSED=0 FAILED=0 SKIPPED=0
TIMES=() BROKEN=() NOTES=() STOP=''
export DOCKHOST_TEST_ENGINE=$WORK/engine DOCKHOST_TEST_OUTPUT=$OUT
SOCKET=$DOCKHOST_TEST_ENGINE/docker.sock
rm -rf "$OUT"
mkdir -p "$OUT/log"

# The private engine is all that outlives a stage; the suites end what they start.
clean_up() {
  trap '' INT TERM
  if [ -e "$DOCKHOST_TEST_ENGINE" ]; then "$ROOT/scripts/engine.sh" stop "$DOCKHOST_TEST_ENGINE" || true; fi
  rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Usage: sum PATTERN FILE: adds the numbers that the pattern's lines carry.
sum() { sed 's/\x1b\[[0-9;]*m//g' "$2" | { grep -oE "$1" || true; } | { grep -oE '[0-9]+' || true; } | awk '{ n += $1 } END { print n + 0 }'; }

# Both runners' summaries: `test result: ok. 3 passed; 0 failed; 1 ignored` and `ℹ pass 3`.
count() {
  local log=$1
  PASSED=$((PASSED + $(sum '[0-9]+ passed;' "$log") + $(sum '^ℹ pass [0-9]+' "$log")))
  FAILED=$((FAILED + $(sum '[0-9]+ failed;' "$log") + $(sum '^ℹ fail [0-9]+' "$log") + $(sum '^ℹ cancelled [0-9]+' "$log")))
  SKIPPED=$((SKIPPED + $(sum '[0-9]+ ignored;' "$log") + $(sum '^ℹ skipped [0-9]+' "$log")))
}

# The tests of a stage that failed, each with the first line of why. Those that a failed hook kept from running are not
# told. Usage: failures FILE
failures() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
    /^test .* \.\.\. FAILED$/ { print $2 }
    /^✖ failing tests:/ { told = 1; next }
    told && /^✖ / && before ~ /^test at / { name = $0; getline; sub(/^ +/, ""); if (!/did not finish before its parent/) print name ": " substr($0, 1, 300) }
    { before = $0 }'
}

# A stage that fails does not hide what the later ones would say, unless they need it.
stage() {
  local name=$1 begin log=$OUT/log/$1.log status verdict=''
  begin=$(date +%s)
  say "stage: $name"
  # `set -e` has no force within a condition, so the status is taken from the pipe.
  set +e
  (set -euo pipefail; "stage_${name//-/_}") 2>&1 </dev/null | tee "$log"
  status=${PIPESTATUS[0]}
  set -e
  count "$log"
  if [ "$status" != 0 ]; then
    BROKEN+=("$name")
    verdict='  FAILED'
    case $name in toolchain | build | engine) STOP=yes ;; esac
  fi
  mapfile -t -O "${#NOTES[@]}" NOTES < <(sed -n 's/\x1b\[[0-9;]*m//g; s/^\[ *[0-9]*s\] note: //p' "$log")
  TIMES+=("$(printf '%5d s  %s%s' $(($(date +%s) - begin)) "$name" "$verdict")")
}

# Every suite lies in a folder of tests/suites, and a stage plays its folder: a new file needs no line here.
#   alone        restarts the engine, or takes away what is on it
#   left, right  played beside each other, so none of them may do to the engine what another one feels
#   apart        has a script of its own, and what that makes
FOLDERS=(arrows dependencies alone left right browser chaos desktop apart)

# The suites of one folder, by name, one a line.
suites() { find "tests/suites/$1" -maxdepth 1 -name '*.test.mjs' | sort; }

# Every suite must be found by a stage.
placed() {
  local file folder
  while read -r file; do
    folder=$(dirname "$file")
    [[ " ${FOLDERS[*]} " == *" ${folder#tests/suites/} "* ]] ||
      die "no stage plays $file: put it into one of tests/suites/{$(IFS=,; echo "${FOLDERS[*]}")}"
  done < <(find tests -name '*.test.mjs')
  for folder in "${FOLDERS[@]}"; do
    [ -n "$(suites "$folder")" ] || die "tests/suites/$folder has no suite"
  done
}

# One after the other. Usage: suite FOLDER
suite() {
  local file files status=0
  mapfile -t files < <(suites "$1")
  for file in "${files[@]}"; do node --test --test-reporter=spec "$file" || status=1; done
  return $status
}

# Two folders at once, since each waits for half of its time. They share the engine; each has host ports of its own.
rows() {
  local status=0
  beside 'the other row of suites' row 22000-32000 left
  row 11000-22000 right || status=1
  joined
  return $status
}
row() {
  # The shell lets what runs beside it go on after Ctrl-C.
  trap 'exit 130' INT
  export DOCKHOST_TEST_PORTS=$1
  suite "$2"
}

stage_toolchain() { "$ROOT/scripts/toolchain.sh"; }
stage_build() { "$ROOT/scripts/build.sh"; }
stage_format() { "$ROOT/scripts/check.sh" fmt-check; }
stage_clippy() {
  can_install && "$ROOT/scripts/desktop.sh" ensure
  "$ROOT/scripts/check.sh" clippy
}
stage_shipped() { "$ROOT/scripts/check.sh" shipped; }
stage_dependencies() {
  "$ROOT/scripts/check.sh" deny
  suite dependencies
}
stage_arrows() { suite arrows; }

cargo_test() { cargo test "${LOCKED[@]}" "${NATIVE[@]}" "$@"; }
stage_rust() {
  long 'compile the tests' cargo_test --no-run
  if [ -e "$SOCKET" ]; then export DOCKHOST_TEST_DOCKER=$SOCKET; fi
  local status=0
  cargo_test --no-fail-fast -- --skip storage_probe || status=1
  # Apart, because its table is wanted also when it passes.
  cargo_test --test it storage_probe -- --nocapture || status=1
  # Apart, with the pure crates' folder: its tests want a feature of tokio, with which SurrealDB would be compiled again.
  CARGO_TARGET_DIR=$CACHE/simulation cargo test "${LOCKED[@]}" --package wire || status=1
  # And this one a feature of serde_json.
  CARGO_TARGET_DIR=$CACHE/simulation cargo test "${LOCKED[@]}" --package model --features schema --test schemas || status=1
  return $status
}

stage_engine() {
  "$ROOT/scripts/engine.sh" private "$DOCKHOST_TEST_ENGINE"
  "$ROOT/scripts/base-image.sh" "$SOCKET"
}
stage_end_to_end() {
  have ssh && have ssh-keygen || debian openssh-client
  { have rsync && have git && have jq && have caddy && have openssl && /usr/bin/python3 -c "import paramiko" 2>/dev/null; } || debian rsync git jq python3-paramiko caddy openssl
  local status=0
  suite alone || status=1
  earlier_node
  schemathesis
  rows || status=1
  return $status
}
# The mixed suite lets the node of an earlier commit work with this server. A clone without that commit cannot build it.
earlier_node() {
  local commit
  commit=$(cut -d' ' -f1 "$ROOT/scripts/earlier-commits" | head -n 1)
  if git cat-file -e "$commit^{commit}" 2>/dev/null; then
    DOCKHOST_EARLIER_PROGRAMS=$("$ROOT/scripts/earlier.sh" node)
    export DOCKHOST_EARLIER_PROGRAMS
  else
    note "the node of an earlier commit was not tried: this clone does not have $commit"
  fi
}
# Without it, its suite counts as skipped.
schemathesis() {
  DOCKHOST_SCHEMATHESIS=$("$ROOT/scripts/schemathesis.sh") || true
  export DOCKHOST_SCHEMATHESIS
}
stage_chaos() {
  have ssh && have ssh-keygen || debian openssh-client
  can_install && debian iproute2 iptables e2fsprogs libfaketime procps
  suite chaos
}
stage_browser() {
  can_install && debian libfaketime
  have chromium || have google-chrome || debian chromium
  { have ip && have unshare && have curl; } || ! can_install || debian iproute2 util-linux curl
  # One after the other: when an instance's network comes or goes, Chromium breaks off what it loads.
  suite browser
}
stage_desktop() {
  if ! "$ROOT/scripts/desktop.sh" ready && ! can_install; then
    echo 'skipped: the libraries of the desktop window are missing and cannot be installed here'
    return
  fi
  "$ROOT/scripts/desktop.sh" build
  have Xvfb && have xdotool && have import || debian xvfb xauth xdotool imagemagick
  suite desktop
}

can_install() { have apt-get && [ "$(id -u)" = 0 ]; }

chosen=("$@")
if [ $# = 0 ]; then
  read -r -a also <<<"${ALSO:-}"
  chosen=("${STAGES[@]}" "${also[@]}")
fi
placed
for name in "${chosen[@]}"; do
  declare -F "stage_${name//-/_}" >/dev/null || die "unknown stage $name: they are ${STAGES[*]} ${APART[*]}"
done
for name in "${chosen[@]}"; do
  stage "$name"
  [ -z "$STOP" ] || break
  if [ "$name" = toolchain ]; then source "$ROOT/scripts/lib.sh"; fi
done

printf '\nTime per stage:\n'
printf '  %s\n' "${TIMES[@]}"
if [ ${#BROKEN[@]} -gt 0 ]; then printf 'Stages that failed: %s\n' "${BROKEN[*]}"; fi
for name in "${BROKEN[@]}"; do failures "$OUT/log/$name.log" | sed -n 1,10p; done
if [ ${#NOTES[@]} -gt 0 ]; then printf 'Note: %s\n' "${NOTES[@]}"; fi
if [ $SKIPPED -gt 0 ]; then printf '%d skipped\n' $SKIPPED; fi
printf '%d passed, %d failed\n' $PASSED $FAILED
[ ${#BROKEN[@]} = 0 ] && [ $FAILED = 0 ]
