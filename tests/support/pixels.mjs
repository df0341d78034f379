// From a key that is pressed to the pixels that show it, in the real browser.
import { Browser, signIn } from "./browser.mjs";

/** Milliseconds of each key, typed one after the other into a shell of that instance. */
export async function keysToPixels(base, username, id, keys) {
  const browser = await Browser.open();
  try {
    const context = await browser.context();
    await signIn(context, base, username);
    const page = await context.newPage();
    await page.goto(`${base}/instances/${id}/terminal`);
    await page.waitForFunction(() => /# *$/.test(document.querySelector(".xterm-rows")?.textContent.trimEnd() ?? ""));
    await page.locator(".xterm-helper-textarea").focus();
    await page.evaluate(() => {
      const rows = document.querySelector(".xterm-rows");
      globalThis.shown = [];
      let pressed;
      let before;
      addEventListener("keydown", (event) => ([pressed, before] = [event.timeStamp, rows.textContent]), true);
      new MutationObserver(() => {
        if (pressed === undefined || rows.textContent === before) return;
        const begun = pressed;
        pressed = undefined;
        // The terminal draws when a frame is made; a message is delivered when that frame is done.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => globalThis.shown.push(performance.now() - begun);
        port2.postMessage(0);
      }).observe(rows, { subtree: true, childList: true, characterData: true });
    });
    for (let n = 0; n < keys; n++) {
      await page.keyboard.press("x");
      await page.waitForFunction((count) => globalThis.shown.length === count, n + 1);
      if (n % 40 === 39) {
        // What was typed is taken back, so that no line grows over the edge of the screen; that key is not one of them.
        await page.keyboard.press("Control+u");
        await page.waitForFunction((count) => globalThis.shown.length === count, n + 2);
        await page.evaluate(() => globalThis.shown.pop());
      }
    }
    return await page.evaluate(() => globalThis.shown);
  } finally {
    await browser.close();
  }
}
