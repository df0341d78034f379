// Looking for a word in what has scrolled by.
import { button, closeOnEscape, icon, make } from "./bars.mjs";
import { found } from "./look.mjs";

/** `done` gives the focus back to the terminal. Answers with what opens the field. */
export function searchBar(home, addon, done) {
  const field = make("input", { type: "text", className: "dh-field", placeholder: "Find", "aria-label": "Find in the terminal",
    autocomplete: "off", spellcheck: false });
  const count = make("span", { className: "dh-count", role: "status" });
  const look = (back, incremental = false) => {
    const options = { decorations: found(home), incremental };
    if (field.value === "") addon.clearDecorations();
    else if (back) addon.findPrevious(field.value, options);
    else addon.findNext(field.value, options);
    if (field.value === "") count.textContent = "";
  };
  const close = () => {
    bar.remove();
    addon.clearDecorations();
    done();
  };
  const step = (words, path, onclick) => button(icon(path), onclick, { className: "dh-icon", title: words, "aria-label": words });
  const bar = make("div", { className: "dh-bar dh-search", role: "search" }, field, count,
    step("Previous match", "M6 15l6-6 6 6", () => look(true)),
    step("Next match", "M6 9l6 6 6-6", () => look(false)),
    step("Close the search", "M6 6l12 12M18 6L6 18", close));

  field.addEventListener("input", () => look(true, true));
  // The newest lines are at the bottom, so Enter goes up.
  field.addEventListener("keydown", (event) => event.key === "Enter" && look(!event.shiftKey));
  closeOnEscape(bar, close);
  addon.onDidChangeResults(({ resultIndex, resultCount }) => {
    if (field.value === "") return;
    count.textContent = resultCount === 0 ? "None" : resultIndex < 0 ? `${resultCount}` : `${resultIndex + 1} of ${resultCount}`;
  });
  return () => {
    home.append(bar);
    field.focus();
    field.select();
  };
}
