// A terminal on a page: xterm for the screen, a link to the server for what is on it.
import { FitAddon } from "./xterm/addon-fit.mjs";
import { SearchAddon } from "./xterm/addon-search.mjs";
import { Unicode11Addon } from "./xterm/addon-unicode11.mjs";
import { WebLinksAddon } from "./xterm/addon-web-links.mjs";
import { Terminal } from "./xterm/xterm.mjs";

import { make } from "./bars.mjs";
import { answerOnce, isFocusReport, plain, refuseClipboard } from "./guard.mjs";
import { ourKeys } from "./keys.mjs";
import { Link } from "./link.mjs";
import { linkBar } from "./links.mjs";
import { FONT, onScheme, prepare, theme } from "./look.mjs";
import { searchBar } from "./search.mjs";
import { strictStyles } from "./styles.mjs";

const SCROLL_BACK = 10_000;

/**
 * Fills `element` with a terminal. What `options` holds:
 *   terminal                          the id of the one to come back to; without it, a new one
 *   ticket(terminal, columns, rows)   answers with a ticket, or throws a sentence; with `again` set if it may help to ask again
 *   socket(ticket)                    the address of the socket
 *   onState({ name, reason })         connecting, attached, reconnecting or ended
 *   onTerminal(id, again)             which terminal it is, and whether it was there before
 *   onTitle(text)                     what the program calls itself
 *   onLeave()                         the person wants to leave it by the keyboard
 * Answers with `focus()` and `close(ended)`; see `Link.close`.
 */
export async function open(element, options) {
  await prepare();
  const screen = make("div", { className: "dh-screen" });
  const home = make("div", { className: "dh-terminal" }, screen);
  element.replaceChildren(home);

  strictStyles();
  const ask = linkBar(home, () => terminal.focus());
  const terminal = new Terminal({
    ...FONT,
    theme: theme(home),
    scrollback: SCROLL_BACK,
    minimumContrastRatio: 4.5,
    // Without it neither the widths of characters nor the marks of a search can be had.
    allowProposedApi: true,
    windowOptions: {},
    linkHandler: { activate: (_, text) => ask(text), allowNonHttpProtocols: false },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  for (const addon of [fit, search, new Unicode11Addon(), new WebLinksAddon((_, text) => ask(text))]) terminal.loadAddon(addon);
  terminal.unicode.activeVersion = "11";
  terminal.open(screen);
  terminal.textarea.setAttribute("aria-label", "Terminal. Ctrl+Shift+Up leaves it, Ctrl+Shift+F finds text.");

  const link = connect(terminal, fit, options);
  ourKeys(terminal, { search: searchBar(home, search, () => terminal.focus()), leave: () => options.onLeave?.() });
  terminal.onTitleChange((title) => options.onTitle?.(plain(title)));
  const unfollow = [follow(screen, fit), onScheme(() => (terminal.options.theme = theme(home)))];
  return {
    focus: () => terminal.focus(),
    close(ended) {
      unfollow.forEach((end) => end());
      link.close(ended);
      terminal.dispose();
      element.replaceChildren();
    },
  };
}

function connect(terminal, fit, options) {
  refuseClipboard(terminal);
  answerOnce(terminal, () => link.replaying);
  // Before the first ticket, so that the shell starts with the right size.
  fit.fit();
  const link = new Link(terminal, options);
  const encoder = new TextEncoder();
  terminal.onData((data) => {
    if (!link.replaying || !isFocusReport(data)) link.type(encoder.encode(data));
  });
  // Old reports of the mouse are bytes and no text.
  terminal.onBinary((data) => link.type(Uint8Array.from(data, (character) => character.charCodeAt(0))));
  terminal.onResize(() => link.resize());
  return link;
}

/** Once a frame at most, and not while it is hidden: a hidden terminal keeps its size. Answers with what ends it. */
function follow(screen, fit) {
  let frame;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => screen.offsetWidth > 0 && fit.fit());
  });
  observer.observe(screen);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
}
