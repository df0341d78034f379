# Completion of dockhost for bash: put `source <(dockhost completion bash)` into ~/.bashrc.
_dockhost() {
  # Not split at `:` and `@`, as bash does with the words that it hands over.
  local words last
  read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
  if [[ ${COMP_LINE:0:COMP_POINT} == *' ' ]]; then words+=(''); fi
  last=${words[-1]}
  mapfile -t COMPREPLY < <(dockhost complete -- "${words[@]:1}" 2>/dev/null)
  # bash replaces what stands behind the last of these alone.
  if [[ $last == *[:@]* ]]; then
    local kept=${last%"${last##*[:@]}"}
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  fi
  if [[ ${COMPREPLY[*]} == *: ]]; then compopt -o nospace; fi
}
complete -o default -F _dockhost dockhost
