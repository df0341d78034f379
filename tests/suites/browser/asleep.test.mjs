// What is pressed and typed before the page's program is there: nothing of it is lost, and nothing happens twice.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PASSWORD, request, until } from "../../harness.mjs";
import { Browser, pictures } from "../../support/browser.mjs";
import { NAMES, Visitors, awake } from "../../support/visitors.mjs";

describe("before the page is awake", () => {
  let visitors, browser, base;

  before(async () => {
    visitors = await Visitors.open({ rows: 5 });
    ({ browser, base } = visitors);
  });
  after(() => visitors?.close());

  const told = (page) => {
    const asked = [];
    // The live socket's ticket is the page's own affair.
    page.on("request", (sent) => sent.method() !== "GET" && !sent.url().endsWith("/live/ticket") && asked.push(`${sent.method()} ${new URL(sent.url()).pathname.replace(/i-[0-9a-f]+/, "ID")}`));
    return asked;
  };

  test("on the list, what is pressed and typed happens once it wakes, each exactly once", async () => {
    const { context, page, held } = await visitors.come({ username: "ada", hold: true });
    const asked = told(page);
    const row = (name) => page.getByRole("list", { name: "Instances" }).locator("li").filter({ has: page.getByRole("link", { name, exact: true }) });
    assert.equal(await page.locator("#main").getAttribute("aria-busy"), "true");
    // A menu opens under its button although no program is there, and its verb waits.
    const menu = row("api-2").getByRole("button", { name: /^Actions/ });
    await menu.click();
    const list = page.locator("[popover]:popover-open");
    const [at, under] = [await menu.boundingBox(), await list.boundingBox()];
    assert.ok(Math.abs(under.x + under.width - (at.x + at.width)) < 12 && under.y - at.y < 60, JSON.stringify([at, under]));
    await list.getByText("Stop", { exact: true }).dblclick();
    await list.waitFor({ state: "hidden" });
    const filter = page.getByRole("searchbox");
    await filter.pressSequentially("api", { delay: 5 });
    await filter.evaluate((field) => field.setSelectionRange(1, 2));
    assert.equal(await page.locator("dialog[open]").count(), 0, "nobody listens yet");
    assert.equal(await page.getByRole("list", { name: "Instances" }).locator("li").count(), 5);
    assert.deepEqual(await pictures(page, "list-asleep"), []);
    await held.after(3_000);
    await awake(page);
    await page.getByRole("heading", { name: "Stop api-2?" }).waitFor();
    assert.equal(await page.locator("dialog").count(), 1, "one press, one dialog");
    await until("the list is filtered", async () => (await page.getByRole("list", { name: "Instances" }).locator("li").count()) === 1);
    assert.equal(await filter.inputValue(), "api");
    assert.deepEqual(asked, []);
    await page.getByRole("button", { name: "Cancel" }).click();
    await until("the focus is back", () => filter.evaluate((field) => document.activeElement === field));
    assert.deepEqual(await filter.evaluate((field) => [field.selectionStart, field.selectionEnd]), [1, 2]);
    await context.close();
  });

  test("what is gone by then, or was pressed behind it, does nothing", async () => {
    const { context, page, held } = await visitors.come({ username: "ada", hold: true });
    const asked = told(page);
    // The filter hides the row before the press on it is heard.
    await page.getByRole("searchbox").fill("web-1");
    await page.getByRole("list", { name: "Instances" }).locator("li").filter({ hasText: "db-3" }).getByRole("button", { name: "Stop" }).click();
    held.open();
    await awake(page);
    await until("the list is filtered", async () => (await page.getByRole("link", { name: "db-3", exact: true }).count()) === 0);
    assert.equal(await page.locator("dialog").count(), 0);
    assert.deepEqual(asked, []);
    await context.close();
  });

  test("a link leads on by itself; behind something that waits, it waits too", async () => {
    const first = await visitors.come({ username: "ada", hold: true });
    await first.page.getByRole("link", { name: NAMES[4], exact: true }).click();
    await first.page.waitForURL(/\/instances\/i-/);
    first.held.open();
    await awake(first.page);
    await first.page.getByRole("heading", { name: NAMES[4], level: 1 }).waitFor();
    await first.context.close();
    const { context, page, held } = await visitors.come({ username: "ada", path: "/nodes", hold: true });
    await page.getByRole("button", { name: "Add a node" }).first().click();
    await page.getByRole("link", { name: /^SSH keys/ }).click();
    assert.match(page.url(), /\/nodes$/);
    held.open();
    await page.waitForURL(/\/ssh-keys$/);
    await context.close();
  });

  test("boxes, switches, choices and fields of a form keep what they were given", async () => {
    const { context, page, held } = await visitors.come({ username: "ada", path: "/instances/new", hold: true });
    const asked = told(page);
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("early-1");
    const key = page.getByRole("checkbox").first();
    const before = await key.isChecked();
    await key.click();
    held.open();
    await awake(page);
    assert.deepEqual([await name.inputValue(), await key.isChecked()], ["early-1", !before]);
    await key.click();
    await page.getByRole("button", { name: "Create instance" }).click();
    await page.getByRole("heading", { name: "early-1", level: 1 }).waitFor();
    assert.deepEqual(asked, ["POST /api/v1/instances"]);
    await context.close();
  });

  test("signing in by Enter, early, signs in once and puts no password into an address", async () => {
    const { context, page, held } = await visitors.come({ path: "/", hold: true });
    const asked = told(page);
    const addresses = [];
    page.on("framenavigated", (frame) => addresses.push(frame.url()));
    page.on("request", (sent) => addresses.push(sent.url()));
    await page.getByLabel("Username or email address").pressSequentially("ada");
    await page.getByLabel("Password").pressSequentially(PASSWORD);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    const button = page.getByRole("button", { name: "Sign in" });
    await button.click();
    assert.equal(await button.getAttribute("data-waits"), "", "it is seen at the button that something waits");
    assert.deepEqual(await pictures(page, "sign-in-asleep"), []);
    assert.equal(await page.getByRole("heading", { name: "Sign in" }).count(), 1);
    await held.after(3_000);
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    assert.deepEqual(asked.filter((one) => one.includes("sign-in")), ["POST /api/v1/sign-in"]);
    assert.ok(addresses.length > 0 && addresses.every((url) => !url.includes(PASSWORD)), "the password stood in an address");
    await context.close();
  });

  test("without its program, and without scripts, the page says so", async () => {
    const context = await browser.context();
    const page = await context.newPage();
    browser.expected.push(/\.wasm|WebAssembly|Failed to fetch|ERR_FAILED/);
    await page.route(/\.wasm$/, (route) => route.abort());
    await page.goto(base);
    await page.getByRole("alert").getByText("could not be loaded as a whole").waitFor();
    await page.unroute(/\.wasm$/);
    await page.getByRole("link", { name: "Load it again" }).click();
    await awake(page);
    assert.equal(await page.getByText("could not be loaded as a whole").count(), 0);
    await context.close();
    // A browser without scripts cannot be asked what it shows, so the page is.
    const { text } = await request(base, "GET", "/sign-in");
    assert.match(text, /<body[^>]*>\s*<noscript><p class="unscripted">These pages need JavaScript: [^<]+<\/p><\/noscript>/);
  });
});
