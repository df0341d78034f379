// Chromium, watched: whatever it complains about on any page fails the suite.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { PASSWORD, SESSION_KEY, output, session } from "../harness.mjs";
import { OF_COLOURS, audit } from "./axe.mjs";
import { CHANGED } from "./hands.mjs";

const PATHS = [process.env.DOCKHOST_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export class Browser {
  static async open({ args = [] } = {}) {
    const executablePath = PATHS.find((path) => path && existsSync(path));
    if (!executablePath) throw new Error("no Chromium: install the package chromium, or name one in DOCKHOST_CHROMIUM");
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", ...args] });
    return browser;
  }

  constructor() {
    this.complaints = [];
    // A test that provokes a refusal says so; Chromium reports every such answer as an error.
    this.expected = [CHANGED];
  }

  async context(options = {}) {
    const context = await this.chromium.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(20_000);
    context.on("page", (page) => this.#watch(page));
    return context;
  }

  #watch(page) {
    const complain = (what) => {
      if (!this.expected.some((pattern) => pattern.test(what))) this.complaints.push(`${new URL(page.url()).pathname}: ${what}`);
    };
    page.on("pageerror", (error) => complain(`uncaught ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complain(`${message.type()}: ${message.text()} ${message.location().url}`);
    });
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      if (!why.includes("ERR_ABORTED")) complain(`${request.url()} failed: ${why}`);
    });
  }

  close() {
    return this.chromium?.close();
  }
}

/** As if that person had signed in there. */
export async function signIn(context, base, username) {
  const { cookie, key } = await session(base, username, PASSWORD);
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: base, httpOnly: true, sameSite: "Lax" }]);
  // Anything of that origin will do to reach its storage.
  const page = await context.newPage();
  await page.goto(`${base}/healthz`);
  await page.evaluate(([name, key]) => localStorage.setItem(name, key), [SESSION_KEY, key]);
  await page.close();
}

/**
 * One picture per page, colour scheme and width, for people to look at. Answers with what is wrong there: a page wider than its
 * window, and what axe-core finds.
 */
export async function pictures(page, name) {
  const dir = join(output, "screens");
  mkdirSync(dir, { recursive: true });
  const problems = [];
  await page.evaluate(() => globalThis.scrollTo(0, 0));
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: join(dir, `${name}-${width}-${colorScheme}.png`), fullPage: true, animations: "disabled" });
      // The other scheme changes nothing but colours. A picture ends what fades, so none is on its way to another one.
      const rules = colorScheme === "dark" ? OF_COLOURS : undefined;
      problems.push(...(await audit(page, rules)).map((found) => `${name}, ${colorScheme}, ${width} px: ${found}`));
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (overflow > 0) problems.push(`${name} is ${overflow} px wider than a window of ${width} px`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: "light" });
  return problems;
}
