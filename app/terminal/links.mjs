// A link that a program printed is opened only after the person has seen where it leads: what stands in the terminal
// may say something else.
import { button, closeOnEscape, make } from "./bars.mjs";
import { website } from "./guard.mjs";

/** `done` gives the focus back to the terminal. Answers with what asks about a link. */
export function linkBar(home, done) {
  let bar;
  const close = () => {
    bar?.remove();
    bar = undefined;
    done();
  };
  return (text) => {
    const address = website(text);
    if (!address) return;
    bar?.remove();
    // A real link, because a window without tabs hands those to the browser of the machine.
    const open = make("a", { className: "dh-button", href: address, target: "_blank", rel: "noopener noreferrer", onclick: close }, "Open link");
    const cancel = button("Cancel", close, { className: "dh-button" });
    bar = make("div", { className: "dh-bar dh-link", role: "group", "aria-label": "Open this link?" },
      make("code", {}, address), make("span", { className: "dh-verbs" }, cancel, open));
    closeOnEscape(bar, close);
    home.append(bar);
    cancel.focus();
  };
}
