# Completion of dockhost for fish: dockhost completion fish > ~/.config/fish/completions/dockhost.fish
function __dockhost_complete
    set -l words (commandline -opc) (commandline -ct)
    dockhost complete -- $words[2..] 2>/dev/null
end
function __dockhost_takes_files
    contains -- cp (commandline -opc)
end
complete -c dockhost -f -a '(__dockhost_complete)'
complete -c dockhost -n __dockhost_takes_files -F
