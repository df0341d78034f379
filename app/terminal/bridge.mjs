// Between a page and its terminal: the page speaks Rust, so both send each other plain objects over the channel that
// came with the script.
import { open } from "./terminal.mjs";

/** Lives until the page says `close`. */
export async function serve(dioxus) {
  const { element, server, terminal, leave } = await dioxus.recv();
  const asked = [];
  const opened = open(document.getElementById(element), {
    terminal,
    ticket(id, columns, rows) {
      dioxus.send({ ask: { terminal: id, columns, rows } });
      return new Promise((resolve, reject) => asked.push({ resolve, reject }));
    },
    socket: (ticket) => address(server, ticket),
    onState: ({ name, reason }) => dioxus.send({ state: { name, reason: reason ?? null } }),
    onTerminal: (id) => dioxus.send({ terminal: { id } }),
    onTitle: (title) => dioxus.send({ title: { title } }),
    onLeave: () => document.getElementById(leave)?.focus(),
  });
  opened.catch((error) => dioxus.send({ state: { name: "ended", reason: error.message } }));
  for (;;) {
    const { hear, ...rest } = await dioxus.recv();
    if (hear === "ticket") asked.shift()?.resolve(rest.secret);
    else if (hear === "refusal") asked.shift()?.reject(Object.assign(new Error(rest.reason), { again: rest.again }));
    // The page may have shown it just now, and what is hidden takes no focus.
    else if (hear === "focus") opened.then((handle) => requestAnimationFrame(() => handle.focus()), () => {});
    else if (hear === "close") return opened.then((handle) => handle.close(rest.ended), () => {});
  }
}

/** The page's own server, or in a window the one that it was told. */
function address(server, ticket) {
  const url = new URL("/api/v1/terminal", server || location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("ticket", ticket);
  return url.href;
}
