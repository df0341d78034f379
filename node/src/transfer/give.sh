# Says in one line what is at "$path", then gives it: a file as it is, a folder as a tape archive in which holes stay holes.
# Whoever reads it may go away before the end, and the engine would go on reading in their place: then the input ends, and so
# does this. It ends as the program that read it did.
set -e
exec 3<&0
give() {
  "$@" & it=$!
  { while read -r _; do :; done; kill "$it"; } <&3 >/dev/null 2>&1 & gone=$!
  code=0
  wait "$it" || code=$?
  kill "$gone"
  return "$code"
}

if [ -d "$path" ]; then
  path=$(readlink -fn -- "$path" && echo .)
  path=${path%.}
  dir=${path%/*} name=${path##*/}
  printf 'folder\n'
  give tar -C "${dir:-/}" -cSf - -- "${name:-.}"
  exit
fi
[ -e "$path" ] || fail 'there is no file or folder of that name'
[ -f "$path" ] || fail 'it is neither a file nor a folder'
printf 'file %s\n' "$(wc -c <"$path")"
give cat -- "$path"
