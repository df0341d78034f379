#!/usr/bin/env bash
# Builds what `make run` runs: styles, web client, server and node. What has not changed is not built again.
# Usage: scripts/build.sh [styles | web | programs | all]
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

WEB_WORK=$CARGO_TARGET_DIR/web
STAMP=$WEB_WORK/stamp
FONTS=node_modules/@fontsource-variable
XTERM=node_modules/@xterm

# One number for everything that the web client is made from.
web_sources() {
  { find app server_fns/src server_fns/model public scripts/glue -type f -print0
    printf '%s\0' Cargo.toml Cargo.lock server_fns/Cargo.toml package-lock.json scripts/{build.sh,bundle.mjs,compress.mjs}
  } | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

styles() {
  mkdir -p public/fonts
  cp -u "$FONTS/inter/files/inter-latin-wght-normal.woff2" public/fonts/inter.woff2
  cp -u "$FONTS/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2" public/fonts/jetbrains-mono.woff2
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

# Everything that dx would do for a client without assets of its own: compiling dx takes a newcomer longer than all of this.
web() {
  local now size
  now=$(web_sources)
  if [ -f "$WEB_OUT/index.html" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$now" ]; then return 0; fi
  long 'compile the web client' cargo build --package app --bin dockhost-web --no-default-features --features web \
    --target wasm32-unknown-unknown --profile wasm-release "${LOCKED[@]}"
  long 'compile glue' cargo build --package glue "${LOCKED[@]}"
  long 'put the web client together' put_together "$WEB_WORK/next"
  size=$(stat -c %s "$WEB_WORK"/next/assets/*.wasm)
  [ "$size" -lt 6000000 ] || die "the web client has $size bytes of wasm: it was built with debug information or not optimised"
  rm -rf "$WEB_OUT"
  mv "$WEB_WORK/next" "$WEB_OUT"
  say "web client: $((size / 1000)) kB of wasm, $(($(stat -c %s "$WEB_OUT"/assets/*.wasm.br) / 1000)) kB on the wire"
  echo "$now" >"$STAMP"
}

# Usage: put_together OUT
put_together() {
  local glue=$WEB_WORK/glue
  rm -rf "$1" "$glue"
  mkdir -p "$1" "$glue"
  "$PROGRAMS/glue" "$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/dockhost-web.wasm" "$glue"
  wasm-opt -Oz --strip-debug --enable-reference-types --enable-bulk-memory --enable-mutable-globals \
    --enable-nontrapping-float-to-int --enable-sign-ext --enable-multivalue "$glue/dockhost-web_bg.wasm" -o "$glue/optimised.wasm"
  mv "$glue/optimised.wasm" "$glue/dockhost-web_bg.wasm"
  cp -r public/. "$1"
  node scripts/bundle.mjs "$glue" "$1"
  node scripts/compress.mjs "$1"
}

programs() { long 'build server and node' cargo build "${NATIVE[@]}" "${LOCKED[@]}"; }

case ${1:-all} in
styles) styles ;;
web) styles; web ;;
programs) programs ;;
all) styles; web; programs ;;
*) die "unknown part $1: say styles, web, programs or all" ;;
esac
