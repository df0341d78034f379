#!/usr/bin/env bash
# Fully optimised programs and the web files in one folder, ready to copy to a machine without a compiler.
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
"$ROOT/scripts/toolchain.sh"
source "$ROOT/scripts/lib.sh"
"$ROOT/scripts/build.sh" web

VERSION=$(version_of app)
NAME=dockhost-$VERSION-$(uname -m)
OUT=$ROOT/dist/$NAME
# Apart, so that the node is not linked with what only the server asks of their common dependencies.
long 'optimised node' cargo build --release --locked --package node --bin dockhost-node
long 'optimised server' cargo build --release --locked --package app --features server --bin dockhost

rm -rf "$OUT"
mkdir -p "$OUT"
cp "$CARGO_TARGET_DIR/release/dockhost" "$CARGO_TARGET_DIR/release/dockhost-node" "$OUT/"
cp -r "$WEB_OUT" "$OUT/public"
cp LICENSE-MIT LICENSE-APACHE NOTICE "$OUT/"
# Its terms go along with every copy of the server.
cp "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"surrealdb-$(version_of surrealdb)/LICENSE" "$OUT/LICENSE-SURREALDB"
cat >"$OUT/README" <<EOS
DockHost $VERSION. On the server: ./dockhost serve --data-dir /var/lib/dockhost --listen 0.0.0.0:8080
(it finds its web files in public/ beside it); on each node: DOCKHOST_API_KEY=... ./dockhost-node --server http://SERVER:8080
Check the files with: sha256sum --check SHA256SUMS
EOS
(cd "$OUT" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
say "$OUT: dockhost $(($(stat -c %s "$OUT/dockhost") / 1000000)) MB, dockhost-node $(($(stat -c %s "$OUT/dockhost-node") / 1000000)) MB"
