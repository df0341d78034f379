// What a person does with a page: presses, chooses, reads.

/** The network of an instance came or went, and Chromium broke off what it was loading. */
export const CHANGED = /ERR_NETWORK_CHANGED/;

/** `page` and `base` are functions, because both come up after the suite is described. */
export function hands(page, base) {
  const button = (name, scope = page()) => scope.getByRole("button", { name, exact: typeof name === "string" });
  const menu = async (label, item, scope) => {
    await button(label, scope).click();
    await page().getByRole("menu").getByRole("menuitem", { name: item, exact: true }).click();
  };
  const see = (locator, text, seconds = 60) => locator.getByText(text).first().waitFor({ timeout: seconds * 1000 });
  /** A page that was drawn by the server takes clicks only once the client has taken over. */
  const ready = (tab = page()) => tab.waitForFunction(() => document.querySelector("#main")?.childElementCount > 0 && globalThis.performance.getEntriesByType("resource").some((entry) => entry.name.includes(".wasm") && entry.responseEnd > 0));
  const open = async (path, tab = page()) => {
    let broken = false;
    const watch = (request) => (broken ||= CHANGED.test(request.failure()?.errorText));
    const go = () => tab.goto(`${base()}${path}`, { waitUntil: "networkidle" });
    tab.on("requestfailed", watch);
    try {
      await go().catch((error) => (broken ||= CHANGED.test(error.message)) || Promise.reject(error));
    } finally {
      tab.off("requestfailed", watch);
    }
    if (broken) await go();
    await ready(tab);
  };
  const clipboard = () => page().evaluate(() => navigator.clipboard.readText());
  return { button, menu, see, ready, open, clipboard };
}
