#!/usr/bin/env bash
# Builds what `make run` runs and hands out: styles, web client, server, node and command line. What has not changed is not built again.
# Usage: scripts/build.sh [styles | web | programs | all]
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

STAMP=$CARGO_TARGET_DIR/dx/dockhost-web/stamp
XTERM=node_modules/@xterm

# One number for everything that the web client is made from. The description of the API is the server's alone.
web_sources() {
  { find app server_fns/src server_fns/model public scripts/glue -type f ! -path 'app/cli/*' ! -path 'server_fns/src/description/*' -print0
    printf '%s\0' Cargo.toml Cargo.lock Dioxus.toml server_fns/Cargo.toml package-lock.json scripts/{build.sh,compress.mjs}
  } | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

styles() {
  mkdir -p public/fonts
  node scripts/fonts.mjs public/fonts
  tailwindcss -i tailwind.css -o "$CACHE/dockhost.css" --minify 2>"$CACHE/log/styles.log" ||
    { cat "$CACHE/log/styles.log" >&2; die 'Tailwind could not make the styles'; }
  [ "$(stat -c %s "$CACHE/dockhost.css")" -gt 5000 ] ||
    die "the styles are nearly empty: Tailwind found no class in app/; see $CACHE/log/styles.log"
  # Its time stays when its content does, so that nothing is built again for it.
  cmp -s "$CACHE/dockhost.css" public/dockhost.css || cp "$CACHE/dockhost.css" public/dockhost.css
  terminal
}

# The web terminal: modules as they are, which its page alone loads.
terminal() {
  mkdir -p public/terminal/xterm
  cp -u app/terminal/* public/terminal/
  cp -u "$XTERM"/xterm/lib/xterm.mjs "$XTERM"/addon-{fit,search,unicode11,web-links}/lib/*.mjs "$XTERM"/xterm/css/xterm.css "$XTERM"/xterm/LICENSE public/terminal/xterm/
}

web_is() { [ -f "$WEB_OUT/index.html" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$1" ]; }

web() {
  local now wasm size
  now=$(web_sources)
  if web_is "$now"; then return 0; fi
  "$ROOT/scripts/toolchain.sh" dx
  wasm_bindgen
  rm -rf "$WEB_OUT" "$STAMP"
  long 'build the web client' dx build --package app --bin dockhost-web --platform web --release \
    --debug-symbols=false --inject-loading-scripts=false "${LOCKED[@]}"
  # dx reports neither a failed wasm-opt nor a missing asset by its exit code.
  ! grep -i 'wasm-opt failed' "$CACHE/log/build-the-web-client.log" >&2 || die 'the web client was not optimised'
  wasm=$(find "$WEB_OUT" -name '*_bg*.wasm')
  if [ ! -f "$WEB_OUT/index.html" ] || [ "$(wc -l <<<"$wasm")" != 1 ] || [ ! -f "$wasm" ]; then
    die "dx left no usable web client in $WEB_OUT; see $CACHE/log/build-the-web-client.log"
  fi
  size=$(stat -c %s "$wasm")
  [ "$size" -lt 6000000 ] || die "the web client has $size bytes of wasm: it was built with debug information or not optimised"
  long 'compress the web client' node scripts/compress.mjs "$WEB_OUT"
  say "web client: $((size / 1000)) kB of wasm, $(($(stat -c %s "$wasm.br") / 1000)) kB on the wire"
  echo "$now" >"$STAMP"
}

# dx calls the program of that name, of exactly the version that the client is compiled with.
wasm_bindgen() {
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $(version_of wasm-bindgen)" ] && return
  long 'compile wasm-bindgen' cargo build --package glue "${LOCKED[@]}"
  install -m 755 "$PROGRAMS/glue" "$CACHE/bin/wasm-bindgen"
}

# Compiling the database leaves processors idle for minutes, which compiling dx can use where there is memory for both.
all() {
  local memory
  memory=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
  styles
  if [ "${memory:-0}" -gt 8000000 ] && ! web_is "$(web_sources)"; then
    beside 'dx' "$ROOT/scripts/toolchain.sh" dx
    programs
    joined
  else
    programs
  fi
  web
}

programs() { long 'build server, node and command line' cargo build "${NATIVE[@]}" "${LOCKED[@]}"; }

case ${1:-all} in
styles) styles ;;
web) styles; web ;;
programs) programs ;;
all) all ;;
*) die "unknown part $1: say styles, web, programs or all" ;;
esac
