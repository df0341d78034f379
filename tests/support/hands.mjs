// What a person does with a page: presses, chooses, reads.

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
    await tab.goto(`${base()}${path}`, { waitUntil: "networkidle" });
    await ready(tab);
  };
  const clipboard = () => page().evaluate(() => navigator.clipboard.readText());
  return { button, menu, see, ready, open, clipboard };
}
