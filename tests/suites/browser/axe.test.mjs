// The page for people who work by the keyboard, hear it read, force their own colours or enlarge the text. What axe-core finds in
// each state is looked for wherever a test takes pictures; here is what it finds in an open menu, and what it cannot see.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { World, until } from "../../harness.mjs";
import { audit } from "../../support/axe.mjs";
import { Browser, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";
import { enlarge, overlaps } from "../../support/overlap.mjs";
import { awake } from "../../support/visitors.mjs";

describe("for whoever works by other means than a mouse and good eyes", () => {
  let world, ada, browser, context, page, base;
  const ids = {};

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    ({ base } = world.server);
    ada = world.ada;
    await ada.addKey();
    await world.node("lab-1");
    for (const name of ["web-1", "web-2"]) ids[name] = (await ada.create(name)).id;
    for (const id of Object.values(ids)) await ada.phase(id, "running", 300);
    browser = await Browser.open();
    context = await browser.context();
    await signIn(context, base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { button, open: arrive } = hands(() => page, () => base);
  const open = async (path) => {
    await arrive(path);
    await awake(page);
  };
  const key = (name) => page.keyboard.press(name);
  const heading = (name) => page.getByRole("heading", { name, level: 1 });
  const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);
  const focused = (what, locator) => until(`the focus is on ${what}`, async () => (await isFocused(locator)) || Promise.reject(new Error(await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)))), 10);
  const menu = () => page.getByRole("menu");
  const item = (name) => menu().getByRole("menuitem", { name });
  const actions = (name) => button(`Actions for ${name}`);
  const toast = (text) => page.locator("[data-toast]").filter({ hasText: text });
  const row = (name) => page.getByRole("list", { name: "Instances" }).locator("li").filter({ has: page.getByRole("link", { name, exact: true }) });
  const color = (locator, property, pseudo) => locator.evaluate((element, [property, pseudo]) => getComputedStyle(element, pseudo)[property], [property, pseudo]);

  test("a menu opens by a key, and keys move in it", async () => {
    await open("/");
    await actions("web-1").focus();
    await key("Enter");
    await focused("the first item", item("Open"));
    assert.equal(await menu().getAttribute("aria-label"), "Actions for web-1");
    await page.locator("[popover]:popover-open").getByText("web-1", { exact: true }).waitFor();
    await key("End");
    await focused("the last", item("Delete"));
    await key("ArrowDown");
    await focused("the first again", item("Open"));
    await key("ArrowUp");
    await focused("the last again", item("Delete"));
    await key("ArrowUp");
    await focused("the one before", item("Restart"));
    await key("Home");
    await focused("the first", item("Open"));
    await page.keyboard.type("sto");
    await focused("what is typed", item(/^Stop/));
    await key("Home");
    await page.keyboard.type("s");
    await focused("the first with that letter", item(/^Start/));
    await page.keyboard.type("s");
    await focused("the next with it", item(/^Stop/));
    assert.equal(await menu().locator("[tabindex='0']").count(), 1, "one item is a stop of the Tab key");
    assert.equal(await page.evaluate(() => scrollY), 0, "the page did not scroll");
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      assert.deepEqual(await audit(page), []);
    }
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("what cannot be chosen can be reached, says why, and does nothing", async () => {
    await key("Home");
    await key("ArrowDown");
    await focused("Start", item(/^Start/));
    assert.equal(await item(/^Start/).getAttribute("aria-disabled"), "true");
    await item("Start It runs already.").waitFor();
    await key("Enter");
    await item("Start It runs already.").click({ force: true });
    assert.equal(await menu().isVisible(), true);
    assert.equal((await ada.api.get(`/instances/${ids["web-1"]}`)).phase, "running");
  });

  test("however it closes, the focus is back on its button", async () => {
    const closed = async (how) => {
      await menu().waitFor({ state: "hidden" });
      await focused(`the button after ${how}`, actions("web-1"));
    };
    await key("Escape");
    await closed("Escape");
    await key("ArrowUp");
    await focused("the last", item("Delete"));
    await key("Tab");
    await closed("Tab");
    await key("ArrowDown");
    await focused("the first", item("Open"));
    await page.mouse.click(5, 5);
    await closed("a press beside it");
    await key("Space");
    await focused("the first", item("Open"));
    await page.keyboard.type("stop");
    await key("Enter");
    await page.getByRole("dialog").waitFor();
    await key("Escape");
    await closed("a choice and its dialog");
  });

  test("a menu never stands beside another row", async () => {
    await page.setViewportSize({ width: 1280, height: 260 });
    await actions("web-1").focus();
    await key("Enter");
    await focused("the first item", item("Open"));
    await page.evaluate(() => globalThis.scrollBy(0, 60));
    await menu().waitFor({ state: "hidden" });
    await focused("the button", actions("web-1"));
    await page.setViewportSize({ width: 1280, height: 800 });
    await actions("web-1").click();
    const made = await ada.create("api-1");
    await row("api-1").waitFor();
    await until("it goes with its button", async () => {
      const [at, under] = [await actions("web-1").boundingBox(), await page.locator("[popover]:popover-open").boundingBox()];
      return Math.abs(at.y + at.height + 4 - under.y) < 2;
    }, 10);
    await key("Escape");
    await ada.phase(made.id, "running", 120);
  });

  test("the focus goes to the heading of the page that one comes to", async () => {
    await open("/");
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true, "at first it is where the browser has it");
    for (const [name, title] of [[/^Nodes/, "Nodes"], [/^SSH keys/, "SSH keys"], [/^Tokens/, "Tokens"]]) {
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).focus();
      await key("Enter");
      await focused(`the heading ${title}`, heading(title));
      assert.equal(await page.title(), `${title} · DockHost`);
      assert.equal(await color(heading(title), "outlineStyle"), "none");
    }
    await page.goBack();
    await focused("the heading of the page before", heading("SSH keys"));
    await page.getByRole("link", { name: /^Instances/ }).first().click();
    await focused("the heading of the list", heading("Instances"));
    await row("web-1").getByRole("link", { name: "web-1", exact: true }).focus();
    await key("Enter");
    await focused("the heading of the instance", heading("web-1"));
  });

  test("a dialog reads aloud what is lost", async () => {
    await open("/");
    await button("Stop", row("web-2")).click();
    const dialog = page.getByRole("dialog", { name: "Stop web-2?" });
    await dialog.waitFor();
    const told = await dialog.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby")).textContent);
    assert.match(told, /programs end and its SSH connections close/);
    await dialog.getByRole("button", { name: "Stop", exact: true }).click();
  });

  test("a toast says what became of a verb, stays while it is looked at, and takes no focus", async () => {
    const one = toast(/^web-2 is stopped\.$/);
    await one.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.closest("[data-toast]")), null);
    assert.equal(await one.evaluate((element) => element.closest("[aria-live]").getAttribute("aria-live")), "polite");
    await one.hover();
    // A later one goes by itself, and the one under the pointer is still there.
    await actions("web-1").focus();
    await key("Enter");
    await focused("the first item", item("Open"));
    await page.keyboard.type("stop");
    await key("Enter");
    // By keys, so that the pointer stays where it is.
    await page.getByRole("dialog").getByRole("button", { name: "Stop", exact: true }).focus();
    await key("Enter");
    const two = toast(/^web-1 is stopped\.$/);
    await two.waitFor();
    // It moved up when the other one came.
    await one.hover();
    await two.waitFor({ state: "detached", timeout: 30_000 });
    assert.equal(await one.count(), 1);
    await one.getByRole("button", { name: "Close" }).focus();
    await key("Enter");
    await one.waitFor({ state: "detached" });
    await focused("the page", heading("Instances"));
  });

  test("a verb that failed says for which instance, and can be tried again", async () => {
    browser.expected.push(/ERR_FAILED/);
    await page.route("**/instances/*/start", (route) => route.abort());
    await button("Start", row("web-1")).click();
    const failed = toast(/^web-1 could not be started\. The server cannot be reached/);
    await failed.waitFor();
    assert.deepEqual(await audit(page), []);
    await page.unroute("**/instances/*/start");
    await failed.getByRole("button", { name: "Try again" }).click();
    await toast(/^web-1 runs\.$/).waitFor({ timeout: 60_000 });
    assert.equal(await failed.count(), 0);
  });

  test("whoever deletes an instance on its page lands on the list, and is told when it is done", async () => {
    await open(`/instances/${ids["web-2"]}`);
    await button("Delete").last().click();
    await page.getByRole("dialog").getByRole("textbox").fill("web-2");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await focused("the heading of the list", heading("Instances"));
    assert.equal(new URL(page.url()).pathname, "/");
    await toast(/^web-2 deleted · its ports \d+–\d+ are free$/).waitFor({ timeout: 60_000 });
    assert.equal(await toast(/is being deleted/).count(), 0, "what is no longer so is not said any more");
    await row("web-2").waitFor({ state: "detached" });
  });

  test("terminals are tabs", async () => {
    await open(`/instances/${ids["web-1"]}/terminal`);
    const tab = (number) => page.getByRole("tab", { name: `Terminal ${number}`, exact: true });
    const typing = (name) => until(`${name} has the focus`, () => page.evaluate((name) => document.activeElement.closest("[role=tabpanel]")?.getAttribute("aria-label") === name, name), 20);
    await typing("Terminal 1");
    await button("New terminal").click();
    await tab(2).waitFor();
    await typing("Terminal 2");
    const owned = await page.locator("[role=tablist]").getAttribute("aria-owns");
    assert.deepEqual(owned.split(" "), [await tab(1).getAttribute("id"), await tab(2).getAttribute("id")]);
    const selected = async () => Promise.all([1, 2].map((number) => tab(number).getAttribute("aria-selected")));
    assert.deepEqual(await selected(), ["false", "true"]);
    await tab(2).focus();
    await key("ArrowLeft");
    await focused("the first tab", tab(1));
    assert.deepEqual(await selected(), ["false", "true"], "it is shown once it is pressed");
    await key("Enter");
    await until("it is shown", async () => (await selected())[0] === "true");
    await typing("Terminal 1");
    await tab(1).focus();
    await key("End");
    await focused("the last tab", tab(2));
    await key("Delete");
    await tab(2).waitFor({ state: "detached" });
    assert.deepEqual(await audit(page), []);
  });

  test("what was broken off while a terminal loads is asked for again", async () => {
    browser.expected.push(/ERR_FAILED/);
    for (const part of ["bridge.mjs", "terminal.mjs", "terminal.css"]) {
      let asked = 0;
      const once = (url) => url.pathname.endsWith(`/terminal/${part}`);
      await page.route(once, (route) => ((asked += 1) === 1 ? route.abort() : route.continue()));
      await page.goto("about:blank");
      await open(`/instances/${ids["web-1"]}/terminal`);
      await until(`a terminal has the focus though ${part} was broken off`, () => page.evaluate(() => document.activeElement.closest("[role=tabpanel]") !== null), 20);
      assert.equal(asked, 2, part);
      await page.unroute(once);
    }
  });

  test("where colours are forced, states, the way to this page, switches and the dots are seen", async () => {
    await page.emulateMedia({ forcedColors: "active" });
    await open("/");
    const ground = await color(page.locator("body"), "backgroundColor");
    assert.notEqual(await color(row("web-1").locator(".size-2.rounded-full").first(), "backgroundColor"), ground);
    assert.notEqual(await color(actions("web-1").locator("svg"), "fill"), ground);
    const here = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Instances/ });
    assert.deepEqual([await color(here, "outlineStyle"), await color(here, "outlineWidth")], ["solid", "2px"]);
    await open(`/instances/${ids["web-1"]}`);
    const wish = page.getByRole("switch").first();
    for (const checked of [await wish.isChecked(), !(await wish.isChecked())]) {
      await wish.setChecked(checked);
      await until("its knob is seen", async () => (await color(wish, "backgroundColor", "::before")) !== (await color(wish, "backgroundColor")), 10);
    }
    await page.emulateMedia({ forcedColors: "none" });
  });

  const pages = () => ["/", `/instances/${ids["web-1"]}`, "/instances/new", "/nodes", "/ssh-keys", "/tokens", "/sign-in-request", "/activity", "/people", "/account", "/settings"];

  test("with text twice as large and spaced, nothing stands over anything else", async () => {
    const found = {};
    for (const path of pages()) {
      await open(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await enlarge(page);
      // What is drawn anew with the larger letters takes a moment.
      await until(`nothing overlaps at ${path}`, async () => (found[path] = (await overlaps(page)).slice(0, 8)).length === 0, 5).catch(() => {});
    }
    assert.deepEqual(Object.fromEntries(Object.entries(found).filter(([, pairs]) => pairs.length > 0)), {});
  });

  test("in a window of 320 px nothing has to be scrolled sideways", async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    for (const path of pages()) {
      await open(path);
      await page.getByRole("heading", { level: 1 }).waitFor();
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, path);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test("no page complained", () => assert.deepEqual(browser.complaints, []));
});
