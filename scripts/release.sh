#!/usr/bin/env bash
# Fully optimised programs and the web files in one folder, ready to copy to a machine without a compiler.
# Usage: scripts/release.sh [pack PROGRAMS OUT]
#   pack  puts such a folder together of the programs in another one, without building anything
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

VERSION=$(version_of app)

build() {
  "$ROOT/scripts/toolchain.sh"
  source "$ROOT/scripts/lib.sh"
  "$ROOT/scripts/build.sh" web
  # Apart, so that none is linked with what only the server asks of their common dependencies.
  long 'optimised node' cargo build --release --locked --package node --bin dockhost-node
  command_line
  long 'optimised server' cargo build --release --locked --package app --features server --bin dockhost
}

# People copy it to machines of every kind, so it carries all that it needs, where that can be linked.
command_line() {
  local build=(cargo build --release --locked --package cli --bin dockhost-cli)
  if "$ROOT/scripts/toolchain.sh" static; then
    long 'optimised command line' "${build[@]}" --target "$STATIC"
    cp "$CARGO_TARGET_DIR/$STATIC/release/dockhost-cli" "$CARGO_TARGET_DIR/release/"
    readelf --program-headers "$CARGO_TARGET_DIR/release/dockhost-cli" | grep -q INTERP && die 'dockhost-cli asks for a library of the machine'
    return 0
  else
    note "dockhost-cli runs where the C library is as new as here: what links it without one (musl-tools, the target $STATIC) cannot be had"
    long 'optimised command line' "${build[@]}"
  fi
}

# Usage: pack PROGRAMS OUT
pack() {
  local programs=$1 out=$2
  rm -rf "$out"
  mkdir -p "$out"
  cp "$programs/dockhost" "$programs/dockhost-node" "$programs/dockhost-cli" "$out/"
  cp -r "$WEB_OUT" "$out/public"
  cp LICENSE-MIT LICENSE-APACHE NOTICE "$out/"
  # Its terms go along with every copy of the server.
  cp "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"surrealdb-$(version_of surrealdb)/LICENSE" "$out/LICENSE-SURREALDB"
  readme >"$out/README"
  (cd "$out" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
  say "$out: dockhost $(($(stat -c %s "$out/dockhost") / 1000000)) MB, dockhost-node $(($(stat -c %s "$out/dockhost-node") / 1000000)) MB, dockhost-cli $(($(stat -c %s "$out/dockhost-cli") / 1000000)) MB"
}

# `make release-test` runs its indented lines.
readme() {
  cat <<EOS
DockHost $VERSION, for Linux on $(uname -m).

Check that the files arrived complete. In this folder:

    sha256sum --check --quiet SHA256SUMS

Start the server. It finds its web files in public/ beside it, and needs no other program:

    ./dockhost serve --data-dir /var/lib/dockhost --listen 0.0.0.0:8080 --ssh-listen 0.0.0.0:2222 --public-url https://SERVER:8080

The server speaks TLS. Without --tls-certificate FILE and --tls-key FILE it makes a certificate at its first start, and a
browser asks once whether you trust it. Behind a TLS proxy on the same machine, let it listen on 127.0.0.1:8080 instead.

Open the link that this prints, and make your account, which is the administrator's:

    ./dockhost --data-dir /var/lib/dockhost admin setup-link --url https://SERVER:8080

On each node, which needs Docker, paste one line. On the page, *Nodes* → *Add a node* shows it filled in; by it the node
fetches dockhost-node from this folder. For nodes of another architecture, put their program here, named such as
dockhost-node-aarch64. Without the line, start the program yourself, with the key that stands below the line:

    DOCKHOST_API_KEY=KEY ./dockhost-node --server https://SERVER:8080 --server-fingerprint FINGERPRINT

The node recognises a certificate that the server made itself by the fingerprint. If browsers trust the certificate, leave
the fingerprint out. This prints it:

    ./dockhost --data-dir /var/lib/dockhost admin server-fingerprint

People fetch dockhost-cli from this folder by the line on the page *Tokens*, and keep it as dockhost. The server's program
has the same verbs. All three programs list what they take with --help.
EOS
}

case ${1:-} in
'') build; source "$ROOT/scripts/lib.sh"; pack "$CARGO_TARGET_DIR/release" "$ROOT/dist/dockhost-$VERSION-$(uname -m)" ;;
pack) pack "${2:?the programs of which folder?}" "${3:?into which folder?}" ;;
*) die "unknown part $1: say pack PROGRAMS OUT, or nothing" ;;
esac
