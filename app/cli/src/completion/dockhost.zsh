#compdef dockhost
# Completion of dockhost for zsh: put `source <(dockhost completion zsh)` into ~/.zshrc, behind `compinit`.
_dockhost() {
  local -a found
  found=("${(@f)$(dockhost complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("${(@)found:#}")
  if (( ${#found} )); then
    if [[ ${found[1]} == *: ]]; then compadd -S '' -a found; else compadd -a found; fi
  fi
  if [[ ${words[2]} == cp ]] || (( ! ${#found} )); then _files; fi
}
compdef _dockhost dockhost
