# Shared by every script: where things are kept, how progress is told. Sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${DOCKHOST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/dockhost}
mkdir -p "$CACHE/bin" "$CACHE/log"

# Compiled dependencies outlive the checkout, so a fresh clone does not compile them again.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
export PATH="$CACHE/bin:$ROOT/node_modules/.bin:$PATH:$HOME/.cargo/bin"
# dx finds every tool on PATH; it must not fetch a second copy behind our back.
export NO_DOWNLOADS=1 DX_TELEMETRY_ENABLED=false TELEMETRY=false

# The web client as dx leaves it, and the programs as cargo leaves them.
WEB_OUT=$CARGO_TARGET_DIR/dx/dockhost-web/release/web/public
PROGRAMS=$CARGO_TARGET_DIR/debug

# mold links the server, which carries a database, several times faster than ld.
if command -v mold >/dev/null 2>&1; then
  export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS=-Clink-arg=-fuse-ld=mold
fi

# The compiler's allocator takes large pages and gives none back before it ends: about 13 % less time on a virtual
# machine, where each page that is touched first costs much.
export MALLOC_CONF=${MALLOC_CONF:-thp:always,metadata_thp:always,dirty_decay_ms:-1,muzzy_decay_ms:-1}

# The compiler with which everything is checked and released; `rust-version` in Cargo.toml is the oldest that will do. It is
# named here and not in a rust-toolchain.toml, which rustup obeys by a download even where the compiler that is there
# would do: where that is refused, no cargo would run in a fresh clone.
RUST=1.95.0
WEB_TOOLCHAIN=dockhost-web
if [ -z "${RUSTUP_TOOLCHAIN:-}" ]; then
  if [ -f "$CACHE/use-web-toolchain" ]; then
    export RUSTUP_TOOLCHAIN=$WEB_TOOLCHAIN
  elif [ "$(cat "$CACHE/use-rust" 2>/dev/null)" = "$RUST" ]; then
    export RUSTUP_TOOLCHAIN=$RUST
  fi
fi

# Everything that runs on this machine, always selected together: another selection has other features,
# and with other features SurrealDB is compiled again.
NATIVE=(-p app -p cli -p server_fns -p verbs -p control -p planner -p model -p node -p agent -p protocol -p crash -p simulation --features app/server)

# For a program that is copied to any Linux: linked with musl, it needs no library of the machine.
STATIC=$(uname -m)-unknown-linux-musl

# One clock for a script and all that it calls.
export STARTED=${STARTED:-$(date +%s)}
say() { printf '\033[1m[%4ds] %s\033[0m\n' "$(($(date +%s) - STARTED))" "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
die() { printf '\nCannot go on: %s\n' "$*" >&2; exit 1; }
reachable() { curl --silent --head --max-time 5 --output /dev/null "$1"; }

# Can that engine pull images? It is asked, because it knows the mirrors and proxies that were set for it.
registry_reachable() {
  curl --silent --fail --max-time 10 --output /dev/null --unix-socket "$1" http://engine/distribution/debian:12/json
}
# Usage: version_of NAME: the version of that package in Cargo.lock.
version_of() { sed -n "/^name = \"$1\"\$/{n;s/version = \"\(.*\)\"/\1/p}" "$ROOT/Cargo.lock"; }
# A lock file that no longer fits is an error where nobody watches, and put right where somebody works.
LOCKED=()
if [ -n "${CI:-}" ]; then LOCKED=(--locked); fi

# What the person should know at the end, too: `make test` says it again in its last lines.
note() { say "note: $*"; }

# Runs a long command: its output goes to a log, its last line is shown as it changes. Where there is no
# terminal, it is shown once a minute. How it ended is in ATTEMPT, and its log in ATTEMPT_LOG.
# Usage: attempt NAME COMMAND...
attempt() {
  local name=$1 log last='' line pid begin next=60
  shift
  log="$CACHE/log/${name// /-}.log" ATTEMPT_LOG="$CACHE/log/${name// /-}.log"
  begin=$(date +%s)
  say "$name (log: $log)"
  : >"$log"
  "$@" >>"$log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null || true; trap - INT; kill -INT $$' INT
  while kill -0 "$pid" 2>/dev/null; do
    line=$(tail -c 300 "$log" | tr '\r' '\n' | tail -n 1 | cut -c 1-100)
    if [ "$line" != "$last" ]; then
      if [ -t 2 ]; then printf '\r\033[K        %s' "$line" >&2; fi
      last=$line
    fi
    if [ ! -t 2 ] && [ $(($(date +%s) - begin)) -ge $next ]; then
      say "$name: $line"
      next=$((next + 60))
    fi
    sleep 1
  done
  trap - INT
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
  if wait "$pid"; then
    ATTEMPT=0
    say "$name: done in $(($(date +%s) - begin)) s"
  else
    ATTEMPT=$?
  fi
}

# The same for what must succeed. Usage: long NAME COMMAND...
long() {
  attempt "$@"
  [ "$ATTEMPT" = 0 ] && return
  tail -n 30 "$ATTEMPT_LOG" >&2
  die "$1 failed; the whole log is in $ATTEMPT_LOG"
}

# Runs a command while the rest goes on, and later waits for it and shows what it said. One at a time in each script.
# How it ended is in a file: the shell forgets a process that ended long ago once another one has its number.
# Usage: beside NAME COMMAND...; the rest; joined
beside() {
  BESIDE=$1 BESIDE_LOG="$CACHE/log/beside-${1// /-}.log"
  shift
  say "$BESIDE, beside the rest (log: $BESIDE_LOG)"
  rm -f "$BESIDE_LOG.status"
  ("$@" && echo 0 >"$BESIDE_LOG.status") >"$BESIDE_LOG" 2>&1 </dev/null &
  BESIDE_PID=$!
}
joined() {
  wait "$BESIDE_PID" 2>/dev/null || true
  cat "$BESIDE_LOG" >&2
  [ -e "$BESIDE_LOG.status" ] || die "$BESIDE failed; its log is $BESIDE_LOG"
}

# Installs Debian packages that are missing; two scripts that do so at once take turns. Usage: debian PACKAGE...
debian() {
  local missing=() package
  for package in "$@"; do
    # A package that was removed and left its settings behind is known too, and is not there.
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  have apt-get || die "these packages are missing and this is not Debian or Ubuntu: ${missing[*]}"
  [ "$(id -u)" = 0 ] || die "run as root, or install these packages first: ${missing[*]}"
  long 'package lists' flock "$CACHE/apt.lock" apt-get update
  long "install ${missing[0]}" env DEBIAN_FRONTEND=noninteractive flock "$CACHE/apt.lock" apt-get install -y --no-install-recommends "${missing[@]}"
}
