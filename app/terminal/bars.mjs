// The small bars that float over a terminal. They are made by hand, because they belong to the terminal and not to
// the page around it.

/** An element with properties, attributes where there is no such property, and children. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

export const button = (words, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, words);

/** One of the lucide pictures, drawn as the page draws them. */
export function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  picture.append(line);
  return picture;
}

/** Escape closes a bar, and no key that was meant for it reaches the terminal. */
export function closeOnEscape(bar, close) {
  bar.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
}
