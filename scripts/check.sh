#!/usr/bin/env bash
# Formatting, clippy for every platform, licences.
# Usage: scripts/check.sh fmt | fmt-check | clippy | deny | lint (the last three)
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

# Debian's compiler for the web comes without rustfmt.
format() {
  if [ "${RUSTUP_TOOLCHAIN:-}" = "$WEB_TOOLCHAIN" ]; then cargo +stable fmt --all "$@"; else cargo fmt --all "$@"; fi
}

clippy() { cargo clippy "${LOCKED[@]}" "$@" -- -D warnings; }

# Features are told apart on purpose: all at once, they would hide what one platform lacks.
clippy_everywhere() {
  "$ROOT/scripts/build.sh" styles
  clippy --tests "${NATIVE[@]}"
  clippy --package app --features web --target wasm32-unknown-unknown
  if "$ROOT/scripts/desktop.sh" ready; then
    clippy --package app --features desktop
  else
    say 'the desktop window was not checked: its libraries are missing'
  fi
}

deny() {
  "$ROOT/scripts/toolchain.sh" deny
  local checks=(bans licenses sources)
  if reachable https://github.com; then
    checks=(advisories "${checks[@]}")
  else
    say 'the advisory database cannot be reached from here: advisories were not checked'
  fi
  cargo deny --all-features check "${checks[@]}"
}

case ${1:-lint} in
fmt) format ;;
fmt-check) format --check ;;
clippy) clippy_everywhere ;;
deny) deny ;;
lint) "$ROOT/scripts/toolchain.sh"; format --check; clippy_everywhere; deny ;;
*) die "unknown check $1: say fmt, fmt-check, clippy, deny or lint" ;;
esac
