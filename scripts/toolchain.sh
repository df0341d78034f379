#!/usr/bin/env bash
# Brings the compiler, the web target and the npm tools. Each by the ordinary way first, by a fallback where
# downloads from release pages are refused. Safe to interrupt and run again.
# Usage: scripts/toolchain.sh [native | web | dx | static | deny]
#   dx    what builds the web client, alone
#   static  what links a program with all that it needs; fails where that cannot be had
#   deny  what checks licences and advisories, and the compiler
source "$(dirname "$0")/lib.sh"

DX=$(version_of dioxus)
CARGO_DENY=0.20.2

ensure_rust() {
  have cargo && return
  debian curl ca-certificates
  reachable https://sh.rustup.rs || die "no Rust compiler: install rustup from https://rustup.rs, then run this again"
  long 'install Rust' sh -c 'curl -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal -c clippy -c rustfmt --default-toolchain "$0"' "$RUST"
}

# Downloads the pinned compiler only where another one is in use, and goes on with that one where it cannot be had.
pin_rust() {
  local used
  used=$(rustc --version | cut -d' ' -f2)
  [ "$used" = "$RUST" ] && return
  if [ -z "${RUSTUP_TOOLCHAIN:-}" ] && have rustup && pinned_is_there; then
    echo "$RUST" >"$CACHE/use-rust"
    export RUSTUP_TOOLCHAIN=$RUST
    return
  fi
  note "Rust $used compiles here, and not $RUST as is pinned: its warnings and its formatting may be others"
}

pinned_is_there() {
  rustup toolchain list | grep -q "^$RUST-" && return
  say "adding Rust $RUST"
  rustup toolchain install "$RUST" --profile minimal --component clippy,rustfmt >"$CACHE/log/rust.log" 2>&1
}

has_wasm() { [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]; }

ensure_wasm() {
  [ "${RUSTUP_TOOLCHAIN:-}" = $WEB_TOOLCHAIN ] && return
  has_wasm && return
  say 'adding the wasm32 target'
  rustup target add wasm32-unknown-unknown >"$CACHE/log/wasm-target.log" 2>&1 && has_wasm && return
  say 'that download is refused here: building the wasm32 standard library from Debian sources instead'
  debian rustc-web rust-web-src cargo-web rust-web-clippy
  long 'wasm32 standard library' build_wasm_std
  touch "$CACHE/use-web-toolchain"
  export RUSTUP_TOOLCHAIN=$WEB_TOOLCHAIN
}

# Debian's rustc has no standard library for wasm; its source package is enough to build one.
build_wasm_std() {
  local work stock out=/usr/lib/rustlib
  work=$(mktemp -d)
  stock=$(RUSTUP_TOOLCHAIN=stable rustc --print sysroot)
  cp -r /usr/src/rustc-*/library "$work/library"
  rm -rf "$work/library/vendor"
  (
    cd "$work/library"
    env -u CARGO_TARGET_DIR RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=stablestd \
      CARGO_PROFILE_RELEASE_PANIC=abort RUSTFLAGS='-Cembed-bitcode=yes -Zforce-unstable-if-unmarked' \
      /usr/bin/cargo build --release --manifest-path sysroot/Cargo.toml --target wasm32-unknown-unknown
    mkdir -p $out/wasm32-unknown-unknown/lib $out/x86_64-unknown-linux-gnu/bin
    find . -path '*wasm32-unknown-unknown/release/deps/*' \( -name '*.rlib' -o -name '*.rmeta' \) \
      -exec cp {} $out/wasm32-unknown-unknown/lib/ \;
  )
  ln -sf "$stock/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld" $out/x86_64-unknown-linux-gnu/bin/rust-lld
  # dx strips release wasm with this; the stock one needs its own library folder.
  cat >$out/x86_64-unknown-linux-gnu/bin/rust-objcopy <<EOS
#!/bin/sh
LD_LIBRARY_PATH=$stock/lib exec $stock/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-objcopy "\$@"
EOS
  chmod +x $out/x86_64-unknown-linux-gnu/bin/rust-objcopy
  rustup toolchain link $WEB_TOOLCHAIN /usr
  rm -rf "$work"
}

has_static() { have musl-gcc && [ -d "$(rustc --print sysroot)/lib/rustlib/$STATIC/lib" ]; }

ensure_static() {
  has_static && return
  have musl-gcc || debian musl-tools
  say "adding the $STATIC target"
  rustup target add "$STATIC" >"$CACHE/log/static-target.log" 2>&1 && has_static
}

ensure_npm() {
  have npm || debian nodejs npm
  [ "$ROOT/node_modules/.stamp" -nt "$ROOT/package-lock.json" ] && return
  # Not `npm ci`: it refuses a lock without the packages of other platforms, which not every registry hands out.
  long 'npm tools' npm install --no-save --prefix "$ROOT" --no-audit --no-fund
  touch "$ROOT/node_modules/.stamp"
}

if [ "${1:-}" = dx ]; then
  exec "$ROOT/scripts/tool.sh" dx dioxus-cli "$DX" --locked --features no-downloads,disable-telemetry
fi
debian curl ca-certificates build-essential pkg-config libssl-dev
# It links a server that carries a database in seconds; where it cannot be had, the compiler's own linker does.
if ! have mold && have apt-cache && [ -n "$(apt-cache madison mold 2>/dev/null)" ]; then debian mold; fi
ensure_rust
pin_rust
ensure_wasm
case ${1:-web} in
web) ensure_npm ;;
static) ensure_static ;;
deny) "$ROOT/scripts/tool.sh" cargo-deny cargo-deny "$CARGO_DENY" --locked ;;
native) ;;
*) die "unknown part $1: say native, web, dx, static or deny" ;;
esac
