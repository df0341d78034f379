#!/usr/bin/env bash
# Does the main job with what lies in dist/, on machines without compiler or source: containers of Debian's bare base on
# a Docker engine of its own. Needs root. Leaves nothing.
# Usage: scripts/release-test.sh [FOLDER]   without it, the newest in dist/
source "$(dirname "$0")/lib.sh"
cd "$ROOT"
[ "$(id -u)" = 0 ] || die "release-test needs root: it starts a Docker engine of its own"
have node || debian nodejs
have ssh && have ssh-keygen || debian openssh-client

RELEASE=${1:-$(ls -dt dist/*/ 2>/dev/null | head -n 1)}
[ -n "$RELEASE" ] || die 'nothing lies in dist/: run make release first'
[ -f "$RELEASE/SHA256SUMS" ] || die "$RELEASE is no release, or half of one: it has no SHA256SUMS; run make release"
export DOCKHOST_RELEASE
DOCKHOST_RELEASE=$(cd "$RELEASE" && pwd)
say "the release of $DOCKHOST_RELEASE"
exec node --test --test-reporter=spec tests/suites/apart/release.test.mjs
