#!/usr/bin/env bash
# A second computer, with a kernel, a systemd, a Docker engine and a firewall of its own: a virtual machine with Debian 13.
# With the programs of dist/ it becomes a node by the line of the page, and is started anew. Needs root, for debootstrap.
# No packet of it leaves this machine. Leaves nothing but its disk in the cache.
# Usage: scripts/vm.sh [FOLDER | stay]
#   FOLDER  plays the suites with the programs of that folder; without it, $DOCKHOST_TEST_PROGRAMS or the newest in dist/
#   stay    starts it for a person, who ends it with Ctrl-C
source "$(dirname "$0")/lib.sh"
cd "$ROOT"

SUITE=trixie
PACKAGES=(linux-image-cloud-amd64 initramfs-tools zstd systemd-sysv libpam-systemd dbus udev apparmor docker.io docker-cli
  openssh-server nftables iptables curl ca-certificates iproute2 procps)
# Emulated, it boots in a minute on two processors that nobody else wants.
READY_WITHIN=${DOCKHOST_VM_PATIENCE:-600}
# A kernel that KVM runs has said so long before.
KVM_WITHIN=60
MEMORY=2048

# What differs from a computer that somebody sets up by hand: nothing runs by the clock, the network is what qemu gives, and
# the initial file system has the drivers of what qemu gives, and no others.
settle() {
  local root=$1
  echo dockhost-vm >"$root/etc/hostname"
  echo '127.0.0.1 localhost dockhost-vm' >"$root/etc/hosts"
  echo 'LABEL=root / ext4 defaults 0 1' >"$root/etc/fstab"
  printf '[Match]\nName=en*\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n' >"$root/etc/systemd/network/10-qemu.network"
  printf 'MODULES=list\nCOMPRESS=zstd\n' >"$root/etc/initramfs-tools/conf.d/vm"
  printf '%s\n' virtio_pci virtio_blk virtio_net ext4 >"$root/etc/initramfs-tools/modules"
  chroot "$root" update-initramfs -u
  chroot "$root" systemctl enable systemd-networkd
  chroot "$root" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/etc/ssh/ssh_host_*
  # It makes its own when it starts for the first time.
  : >"$root/etc/machine-id"
  printf '[Service]\nExecStartPre=\nExecStartPre=/usr/bin/ssh-keygen -A\n' | install -D -m 644 /dev/stdin "$root/etc/systemd/system/ssh.service.d/keys.conf"
}

# Usage: make_disk FOLDER
make_disk() {
  local root=$1.root part=$1.part
  rm -rf "$root" "$part"
  mkdir "$part"
  debootstrap --variant=minbase --include="$(IFS=,; echo "${PACKAGES[*]}")" "$SUITE" "$root"
  settle "$root"
  cp "$root"/boot/vmlinuz-* "$part/vmlinuz"
  cp "$root"/boot/initrd.img-* "$part/initrd"
  truncate -s 6G "$part/disk"
  mke2fs -q -t ext4 -L root -d "$root" "$part/disk"
  rm -rf "$root"
  mv "$part" "$1"
}

# The disk, named by what it is made of; one of another recipe goes. Its engine has the base of the instances: no registry is in
# its reach, and to import it takes an emulated machine a minute and a half.
image() {
  local recipe base
  base=$("$ROOT/scripts/base-image.sh" tarball)
  recipe=$( (echo "$SUITE ${PACKAGES[*]} ${base##*/}"; declare -f settle make_disk image) | sha256sum | cut -c1-12)
  IMAGE=$CACHE/vm/debian-13-$recipe
  [ -e "$IMAGE/complete" ] && return
  debian debootstrap e2fsprogs
  rm -rf "$CACHE/vm"
  mkdir -p "$CACHE/vm"
  long 'put Debian 13 together' make_disk "$IMAGE"
  start snapshot=off -drive "file=$base,format=raw,if=virtio,readonly=on"
  long 'import debian:12 there' on_it "docker import - $(cat images/debian-12/base) </dev/vdb"
  # The key is another one each time.
  on_it 'rm -rf /root/.ssh && systemctl poweroff' || true
  long 'switch it off' ended
  wait "$QEMU" || true
  QEMU=''
  touch "$IMAGE/complete"
  say "its disk: $(du -sm "$IMAGE" | cut -f1) MB in $IMAGE"
}

# An address of this machine for the server, and that of the virtual machine, at which qemu listens. Only what this machine
# sends to itself comes to either. Who calls the second one comes from the first, and not from that address itself, or the
# virtual machine would take it for its own.
network() {
  local used n
  used=$(ip -4 route; ip -4 address)
  for n in $(seq 220 239); do
    if ! grep -q "10\.$n\." <<<"$used"; then NET=10.$n.255; break; fi
  done
  [ -n "${NET:-}" ] || die "no free network for the virtual machine: every 10.220.0.0 to 10.239.0.0 is in use here"
  export DOCKHOST_VM_SERVER=$NET.1 DOCKHOST_VM_ADDRESS=$NET.15 DOCKHOST_VM_PORT=8443
  ip address add "$DOCKHOST_VM_SERVER/32" dev lo
  ip route add local "$DOCKHOST_VM_ADDRESS" dev lo src "$DOCKHOST_VM_SERVER"
}

clean_up() {
  trap '' INT TERM
  if [ -n "${QEMU:-}" ]; then end_qemu; fi
  if [ -n "${NET:-}" ]; then
    ip route delete local "$DOCKHOST_VM_ADDRESS" dev lo || true
    ip address delete "$DOCKHOST_VM_SERVER/32" dev lo || true
  fi
  rm -rf "$WORK"
}

end_qemu() {
  kill "$QEMU" 2>/dev/null || true
  wait "$QEMU" 2>/dev/null || true
  QEMU=''
}

# `restrict=on`: it reaches what is named here and nothing else, neither this machine nor another one. What it writes to its
# disk is in a file without a name, which goes with the process; and that goes with this script, however it ends.
# Usage: boot ACCELERATOR CPU DISK_SETTING [QEMU_OPTION...]
boot() {
  local port server=$DOCKHOST_VM_SERVER:$DOCKHOST_VM_PORT forwarded="hostfwd=tcp:$DOCKHOST_VM_ADDRESS:22-$NET.15:22"
  for port in $(seq "${DOCKHOST_VM_PORTS%-*}" "${DOCKHOST_VM_PORTS#*-}"); do
    forwarded+=",hostfwd=tcp:$DOCKHOST_VM_ADDRESS:$port-$NET.15:$port"
  done
  : >"$DOCKHOST_VM_CONSOLE"
  : >"$WORK/qemu.log"
  setpriv --pdeathsig KILL nice -n 5 qemu-system-x86_64 -accel "$1" -cpu "$2" -machine q35 -smp 2 -m "$MEMORY" \
    -nodefaults -no-user-config -display none -serial "file:$DOCKHOST_VM_CONSOLE" -monitor "unix:$WORK/monitor,server=on,wait=off" \
    -kernel "$IMAGE/vmlinuz" -initrd "$IMAGE/initrd" \
    -append "root=LABEL=root rw console=ttyS0 mitigations=off systemd.show_status=0 systemd.set_credential_binary=ssh.authorized_keys.root:$(base64 -w0 "$DOCKHOST_VM_KEY.pub")" \
    -drive "file=$IMAGE/disk,format=raw,if=virtio,cache=unsafe,$3" "${@:4}" \
    -netdev "user,id=net,restrict=on,ipv6=off,net=$NET.0/24,host=$NET.2,dhcpstart=$NET.15,$forwarded,guestfwd=tcp:$server-cmd:socat - TCP:$server,,bind=$DOCKHOST_VM_ADDRESS" \
    -device virtio-net-pci,netdev=net -device virtio-rng-pci >"$WORK/qemu.log" 2>&1 </dev/null &
  QEMU=$!
}

qemu_lives() { kill -0 "$QEMU" 2>/dev/null; }

begun() { grep -qa 'login:' "$DOCKHOST_VM_CONSOLE"; }

# KVM may be there and not run the kernel of a distribution, such as where this machine is a virtual one itself.
# Usage: start DISK_SETTING [QEMU_OPTION...]
start() {
  local deadline
  if [ -w /dev/kvm ] && [ -z "${EMULATED:-}" ]; then
    boot kvm host "$@"
    deadline=$((SECONDS + KVM_WITHIN))
    until begun; do
      if ! qemu_lives || grep -q 'KVM internal error' "$WORK/qemu.log" || [ $SECONDS -ge $deadline ]; then
        say "KVM does not run it here ($(grep -m1 -a 'error\|failed\|failure' "$WORK/qemu.log" || echo "no login after $KVM_WITHIN s")): it is emulated"
        end_qemu
        EMULATED=yes
        break
      fi
      sleep 0.2
    done
  fi
  [ -n "${QEMU:-}" ] || boot tcg,thread=multi,tb-size=1024 max "$@"
  long 'boot Debian 13' booted
}

on_it() {
  ssh -F none -i "$DOCKHOST_VM_KEY" -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o "UserKnownHostsFile=$WORK/known_hosts" \
    -o LogLevel=ERROR -o ConnectTimeout=60 "root@$DOCKHOST_VM_ADDRESS" "$@"
}

booted() {
  local deadline=$((SECONDS + READY_WITHIN))
  until on_it systemctl is-system-running --wait; do
    # What its console said last, as the progress.
    tail -c 1000 "$DOCKHOST_VM_CONSOLE" | tr -d '\r' | grep -a . | tail -n 1 || true
    if ! qemu_lives; then
      cat "$WORK/qemu.log"
      echo "qemu ended; the console's log is $DOCKHOST_VM_CONSOLE"
      return 1
    fi
    if [ $SECONDS -ge $deadline ]; then
      on_it systemctl --failed --no-legend || true
      echo "it does not say that it runs after $READY_WITHIN s; the console's log is $DOCKHOST_VM_CONSOLE"
      return 1
    fi
    sleep 1
  done
  on_it 'uname -r; docker version --format "Docker {{.Server.Version}}"'
}

ended() {
  local deadline=$((SECONDS + READY_WITHIN))
  while qemu_lives; do
    if [ $SECONDS -ge $deadline ]; then
      echo "it is not off after $READY_WITHIN s; the console's log is $DOCKHOST_VM_CONSOLE"
      return 1
    fi
    sleep 0.2
  done
}

case ${1:-} in
stay) ;;
*)
  have node || debian nodejs
  PROGRAMS=${1:-${DOCKHOST_TEST_PROGRAMS:-$(ls -dt dist/*/ 2>/dev/null | head -n 1)}}
  [ -n "$PROGRAMS" ] || die 'nothing lies in dist/: run make release first, or name a folder with the programs'
  for program in dockhost dockhost-node; do
    [ -x "$PROGRAMS/$program" ] || die "$PROGRAMS has no $program: run make release, or name another folder"
  done
  export DOCKHOST_TEST_PROGRAMS
  DOCKHOST_TEST_PROGRAMS=$(cd "$PROGRAMS" && pwd)
  if [ -d "$DOCKHOST_TEST_PROGRAMS/public" ]; then export DOCKHOST_TEST_WEB=$DOCKHOST_TEST_PROGRAMS/public; fi
  ;;
esac
[ "$(id -u)" = 0 ] || die "the virtual machine needs root: it gets an address of this machine, and its disk is made by debootstrap"
[ "$(uname -m)" = x86_64 ] || die "the virtual machine is an x86_64 one, and this is $(uname -m)"
debian qemu-system-x86 seabios socat iproute2 openssh-client util-linux curl

WORK=$(mktemp -d "${TMPDIR:-/tmp}/dockhost-vm.XXXXXX")
trap clean_up EXIT
trap 'exit 130' INT TERM
export DOCKHOST_VM_KEY=$WORK/key DOCKHOST_VM_CONSOLE=$CACHE/log/vm-console.log DOCKHOST_VM_PORTS=20000-20011
ssh-keygen -q -t ed25519 -N '' -C vm -f "$DOCKHOST_VM_KEY"
network
image
start snapshot=on
if [ "${1:-}" = stay ]; then
  say "it runs: ssh -i $DOCKHOST_VM_KEY root@$DOCKHOST_VM_ADDRESS; a server that listens on $DOCKHOST_VM_SERVER:$DOCKHOST_VM_PORT is in its reach. Ctrl-C ends it"
  wait "$QEMU"
  exit
fi
status=0
for suite in vm vm-systemd; do node --test --test-reporter=spec "tests/suites/apart/$suite.test.mjs" || status=1; done
exit $status
