// The few keys that are ours; every other one belongs to the program in the terminal.

/** Whatever the layout writes on it; where that is no Latin letter, its place on the board counts. */
function letter(event) {
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
}

/** `search` and `leave` are called for their keys. */
export function ourKeys(terminal, { search, leave }) {
  const verbs = {
    c: () => copy(terminal),
    f: search,
    // Without it nobody could leave with the keyboard alone, because Tab is the program's.
    arrowup: leave,
  };
  terminal.attachCustomKeyEventHandler((event) => {
    if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
    const key = letter(event);
    // The browser pastes by itself then, without asking for the clipboard.
    if (key === "v") return false;
    if (!(key in verbs)) return true;
    event.preventDefault();
    if (event.type === "keydown") verbs[key]();
    return false;
  });
}

/** Browsers offer the clipboard only on `https` and on `localhost`; elsewhere a selected text area does it. */
async function copy(terminal) {
  const text = terminal.getSelection();
  if (text === "") return;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.readOnly = true;
    area.style.cssText = "position:fixed;opacity:0";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    terminal.focus();
  }
}
