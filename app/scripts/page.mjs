// What a page wants of its browser and the framework does not offer. In a browser it is part of the program; a window runs its
// text.

/** Puts the cursor there once what was asked for is drawn. */
export function focus(id) {
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}

/**
 * Puts the focus on the heading of the page that is shown now, so that a screen reader says where the person is and the Tab key
 * goes on from there. What took the focus in that page by itself keeps it, and nothing is scrolled: a page that one comes back to
 * is where it was.
 */
export function arrive() {
  requestAnimationFrame(() => {
    const page = document.querySelector("main");
    const { activeElement } = document;
    if (!page || document.querySelector("dialog[open]") || (page !== activeElement && page.contains(activeElement))) return;
    const heading = page.querySelector("h1") ?? page;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
}

/** Whether the text is on the clipboard now. Browsers offer it only on `https` and on `localhost`; elsewhere a selected text area does it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.cssText = "position:fixed;opacity:0";
    const home = document.querySelector("dialog[open]") ?? document.body;
    const before = document.activeElement;
    home.appendChild(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    before?.focus();
    return done;
  }
}

/** Calls once the element is gone. */
function afterwards(element, call) {
  new MutationObserver((_, observer) => {
    if (element.isConnected) return;
    observer.disconnect();
    call();
  }).observe(document.body, { childList: true, subtree: true });
}

/** Opens a dialog, or puts the cursor into the first field of a form; the focus goes back to what had it once that is gone. */
export function enter(id) {
  const element = document.getElementById(id);
  if (!element || element.open) return;
  // What was chosen in a menu is hidden by now, so the focus goes back to the menu's button.
  const menu = document.activeElement?.closest("[popover]");
  const before = menu ? document.querySelector(`[popovertarget="${menu.id}"]:not([popovertargetaction])`) : document.activeElement;
  if (element.showModal) element.showModal();
  else element.querySelector("input, textarea, select")?.focus();
  afterwards(element, () => before?.isConnected && before.focus());
}

/** Writes the address of what the page shows by now into the bar, so that it is there again after a reload and on the way back. */
export function address(text) {
  history.replaceState(history.state, "", text);
}

/** What this tab of the browser keeps under that name; `null` without it. */
export function load(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** A browser may refuse to keep anything. */
export function save(key, text) {
  try {
    sessionStorage.setItem(key, text);
  } catch {}
}

/**
 * Runs a function of a module of the server's, which speaks with the program: `say` gets what it sends, as JSON, and what is
 * given to `hear` it receives. `broken` is said in its place when it cannot be loaded or fails.
 */
export function begin(path, name, broken, say) {
  const heard = [];
  const waiting = [];
  let open = true;
  const send = (value) => open && say(JSON.stringify(value));
  const recv = () => (heard.length > 0 ? Promise.resolve(heard.shift()) : new Promise((resolve) => waiting.push(resolve)));
  imported(path).then((module) => module[name]({ send, recv })).catch(() => open && say(broken));
  return {
    hear(text) {
      const next = waiting.shift();
      if (next) next(JSON.parse(text));
      else heard.push(JSON.parse(text));
    },
    close() {
      open = false;
    },
  };
}

/**
 * A module of the server's. Browsers break off what they load when the machine's network changes, so it is asked for once more:
 * by another address, because some of them remember that the first one failed.
 */
function imported(path) {
  const { href } = new URL(path, document.baseURI);
  return import(href).catch(() => import(`${href}?again`));
}

/** Begins a download, with two tickets; answers with the sentence if it is refused. */
export async function download(instance, path, tickets) {
  try {
    const files = await imported("/terminal/files.mjs");
    return await files.download(instance, path, tickets);
  } catch {
    return "The download could not be begun. Check the connection and try again.";
  }
}

/** What the server wrote into the page for the program to begin with; `null` without it. */
export function written() {
  const block = document.getElementById("world");
  const text = block?.textContent || null;
  // Whoever signs out leaves nothing behind in the page.
  block?.replaceChildren();
  return text;
}

/** From now on the program hears what is pressed. */
export function awake() {
  window.dispatchEvent(new Event("dockhost-awake"));
}

export function title(text) {
  document.title = text;
}

export function origin() {
  return location.origin;
}

/** Leaves for an address that is no page of ours; whoever goes back does not come by here again. */
export function leave(url) {
  location.replace(url);
}

/** From 0 to 1. */
export function chance() {
  return Math.random();
}
