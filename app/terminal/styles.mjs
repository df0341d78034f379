// The terminal writes rules into style elements and style attributes, which the page's policy does not let in: a style that came
// in by a fault of ours would look the same. So the elements that it makes put them where only scripts can.

let create;

/** From now on, for as long as the page lives: xterm makes its rows of the global document, whichever one it is given. */
export function strictStyles() {
  if (create) return;
  create = document.createElement;
  document.createElement = function (name, ...rest) {
    // An empty style element is one too many already.
    if (name === "style") return adopted(create.call(document, "template"));
    const element = create.call(document, name, ...rest);
    return name === "span" ? Object.assign(element, { setAttribute }) : element;
  };
}

function setAttribute(name, value) {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

/** Hands its rules on to a sheet of the page's. */
function adopted(element) {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", { get: () => "", set: (rules) => sheet.replaceSync(rules) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
}
