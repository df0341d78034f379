# Takes a file into "$path": only a whole one gets the name. $2 is the mark behind its last byte, $3 the count of all bytes
# with the mark, or nothing where nobody knows it.
set -e
mark=$2 count=$3 watch='' part='' top=''
[ ! -d "$path" ] || fail 'there is a folder of that name'

if [ -e "$path" ] && [ ! -f "$path" ]; then
  # A pipe or a device: nothing is there to be replaced. One that nobody reads from keeps its writer waiting.
  if [ -p "$path" ]; then
    (sleep 20 >/dev/null 2>&1; echo 'nothing reads from that pipe' >&2; kill -KILL $$) &
    watch=$!
  fi
  exec >"$path"
  [ -z "$watch" ] || kill "$watch"
  [ -z "$count" ] || exec head -c $((count - ${#mark}))
  exec head -c "-${#mark}"
fi

if [ -L "$path" ]; then
  path=$(readlink -fn -- "$path" && echo .) || fail 'it is a link that leads nowhere'
  path=${path%.}
fi
dir=${path%/*} name=./${path##*/}
[ -n "$dir" ] || dir=/

# The topmost folder that is made for it.
up=$dir
while [ -n "$up" ] && [ ! -d "$up" ]; do top=$up up=${up%/*}; done
undo() {
  [ -z "$part" ] || rm -f -- "$part" "$part.old"
  [ -z "$top" ] || while :; do
    rmdir -- "$dir" || :
    [ "$dir" != "$top" ] || break
    dir=${dir%/*}
  done 2>/dev/null
}
trap undo EXIT
mkdir -p -- "$dir"
cd -- "$dir"

begin() { part=$(mktemp -u "$1/.dockhost-XXXXXXXXXX") && (set -C && : >"$part"); }
place=rename
if [ -e "$name" ]; then
  # Until it has its mode, what is to replace a secret is one.
  umask 077
  [ "$(stat -c %h -- "$name")" -eq 1 ] || place=within
  begin . 2>/dev/null || { place=within && begin /tmp; }
else
  begin .
fi

{ if [ -n "$count" ]; then head -c "$count"; else cat; fi; } | dd of="$part" ibs=64k obs=4k conv=sparse status=none
[ "$(tail -c "${#mark}" -- "$part" | tr -d '\0')" = "$mark" ] || fail 'the file broke off before its end'
truncate -s "-${#mark}" -- "$part"

# For a file with several names, and for one on which something is mounted, such as /etc/hosts. What it was is put back if
# the new content does not fit, and nobody who leaves now ends it half done.
within() {
  trap - EXIT
  # A name that somebody else could take beforehand is made here or not at all.
  (set -C && : >"$part.old") || { rm -f -- "$part"; exit 1; }
  if cp --sparse=always -- "$name" "$part.old"; then
    if dd if="$part" of="$name" bs=64k conv=sparse status=none; then
      rm -f -- "$part" "$part.old"
      exit 0
    fi
    dd if="$part.old" of="$name" bs=64k conv=sparse status=none
  fi
  rm -f -- "$part" "$part.old"
  exit 1
}
keep() { cp --attributes-only --preserve=all --no-preserve=links,timestamps -- "$name" "$part"; }
if [ ! -e "$name" ]; then
  mv -fT -- "$part" "$name"
elif [ "$place" = within ] || ! { keep && mv -fT -- "$part" "$name"; } 2>/dev/null; then
  (within) &
  wait $!
fi
part='' top=''
