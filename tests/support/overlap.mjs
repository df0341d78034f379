// Texts that stand over each other on a page, as somebody would see them who made the text large.

/** From now on the text of that page is twice as large, with as much room as WCAG lets people ask for. */
export function enlarge(page) {
  return page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }");
    // The page's policy lets no style element in.
    document.adoptedStyleSheets.push(sheet);
    document.documentElement.style.fontSize = "200%";
  });
}

/** Pairs of texts of which one covers the other, and how far the page is wider than its window. */
export function overlaps(page) {
  return page.evaluate(() => {
    const SLACK = 3;
    const cut = (a, b) => ({ left: Math.max(a.left, b.left), top: Math.max(a.top, b.top), right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom) });
    const isThere = (rect) => rect.right - rect.left > SLACK && rect.bottom - rect.top > SLACK;
    /** What is seen of a rectangle in an element: what hides what sticks out cuts it. */
    const seen = (rect, element) => {
      for (let at = element; at && at !== document.body; at = at.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(at);
        if (overflowX !== "visible" || overflowY !== "visible") rect = cut(rect, at.getBoundingClientRect());
        if (position === "fixed") break;
      }
      return rect;
    };
    const texts = [];
    const walker = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const one of range.getClientRects()) {
        const rect = seen(one, element);
        if (isThere(rect)) texts.push({ rect, element, text: node.data.trim().slice(0, 40) });
      }
    }
    const found = [];
    texts.forEach((a, at) => {
      for (const b of texts.slice(at + 1)) {
        if (a.element !== b.element && isThere(cut(a.rect, b.rect))) found.push(`“${a.text}” and “${b.text}”`);
      }
    });
    const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    return wider > 0 ? [...found, `${wider} px wider than the window`] : found;
  });
}
