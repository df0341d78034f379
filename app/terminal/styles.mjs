// The terminal writes rules for its colours and sizes into style elements, which the page's policy does not let in: a style that
// came in by a fault of ours would look the same. So its rules go where only scripts can put them.

/** Runs `make`; what it makes as style elements are others that hand their rules on to sheets of the page. */
export function adopting(make) {
  const create = document.createElement;
  document.createElement = function (name, ...rest) {
    // An empty style element is one too many already.
    return name === "style" ? adopted(create.call(document, "template")) : create.call(document, name, ...rest);
  };
  try {
    return make();
  } finally {
    delete document.createElement;
  }
}

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
