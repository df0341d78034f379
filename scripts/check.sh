#!/usr/bin/env bash
# Formatting, clippy for every platform, what is shipped by itself, licences, dependencies that nothing uses.
# Usage: scripts/check.sh fmt | fmt-check | clippy | shipped | deny | unused | lint (the last five)
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
  clippy --tests --package glue
  clippy --tests --package model --features schema
  clippy --package app --features web --target wasm32-unknown-unknown
  if "$ROOT/scripts/desktop.sh" ready; then
    clippy --package app --features desktop
  else
    note 'the desktop window was not checked by clippy: its libraries are missing'
  fi
}

# Our crates as a release has them: without debug assertions, and so without the crash points. What they depend on is
# the same with and without, and is not compiled again for this.
RELEASED=(--config 'profile.dev.debug-assertions=false' --config 'profile.dev.package."*".debug-assertions=true')

# Usage: alone NAME CARGO OPTION...
alone() {
  local name=$1 begin
  shift
  begin=$(date +%s)
  cargo check --quiet "${RELEASED[@]}" "${LOCKED[@]}" "$@"
  say "$name: compiles alone ($(($(date +%s) - begin)) s)"
}

# Built together, programs and crates lend each other features of what they share, and hide that one of them lacks it.
shipped() {
  local begin crate
  begin=$(date +%s)
  "$ROOT/scripts/build.sh" styles
  alone dockhost --package app --features server --bin dockhost
  alone dockhost-node --package node --bin dockhost-node
  alone dockhost-cli --package cli --bin dockhost-cli
  alone 'the web client' --package app --no-default-features --features web --bin dockhost-web --target wasm32-unknown-unknown
  if "$ROOT/scripts/desktop.sh" ready; then
    alone dockhost-desktop --package app --features desktop --bin dockhost-desktop
  else
    note 'the desktop window was not compiled alone: its libraries are missing'
  fi
  # `control` alone would compile the database once more; nothing is shipped that has it without `app`.
  for crate in model planner verbs agent protocol wire crash simulation server_fns; do alone "$crate" --package "$crate"; done
  say "what is shipped was checked in $((($(date +%s) - begin + 30) / 60)) min"
}

# A waiver of deny.toml says until when it was thought through.
waivers() {
  local id until
  while read -r id until; do
    [[ ! $until < $(date +%F) ]] || note "the waiver of $id in deny.toml was good until $until: think it through again"
  done < <(sed -n 's/.*id = "\([^"]*\)".*until \([0-9-]*\).*/\1 \2/p' deny.toml)
}

deny() {
  "$ROOT/scripts/toolchain.sh" deny
  waivers
  local checks=(bans licenses sources)
  if reachable https://github.com; then
    checks=(advisories "${checks[@]}")
  else
    note 'no advisory was checked, nor whether a version was yanked: the advisory database (github.com) cannot be reached from here'
  fi
  cargo deny --all-features check "${checks[@]}"
}

# Reads manifests and sources, so it compiles nothing and downloads nothing.
unused() { node --test --test-reporter=spec tests/suites/dependencies/unused.test.mjs; }

case ${1:-lint} in
fmt) format ;;
fmt-check) format --check ;;
clippy) clippy_everywhere ;;
shipped) shipped ;;
deny) deny ;;
unused) unused ;;
lint) "$ROOT/scripts/toolchain.sh"; format --check; clippy_everywhere; shipped; deny; unused ;;
*) die "unknown check $1: say fmt, fmt-check, clippy, shipped, deny, unused or lint" ;;
esac
