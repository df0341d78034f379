// The page of what happened: whose, about what, live, grouped, with links to one line. And the link that sets another password.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, request, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

describe("what happened, on its page", () => {
  let world, ada, bob, browser, page, base;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));

  before(async () => {
    // Nothing here needs a container.
    world = await World.open({ engine: false });
    ({ ada } = world);
    base = world.server.base;
    bob = await world.signUp("bob");
    await bob.addKey();
    await bob.api.post("/nodes", { name: "bobs-nas" });
    browser = await Browser.open();
    const context = await browser.context();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
    await signIn(context, base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { button, menu, see, open } = hands(() => page, () => base);
  const way = (name) => page.getByRole("main").getByRole("link", { name, exact: true });
  const lines = () => page.getByRole("region").locator("ol > li");
  const first = () => lines().first();
  const search = (text) => page.waitForFunction((text) => location.search === text, text);

  test("one's own at first; an administrator chooses everybody's, and what it is about stands in the address", async () => {
    await open("/activity");
    await see(first(), "ada signed in.");
    assert.equal(await lines().filter({ hasText: "bob" }).count(), 0);
    await way("Everybody's").click();
    await search("?of=everybody");
    await see(lines(), "bob registered it.");
    await page.getByRole("heading", { name: "Today", level: 2 }).waitFor();
    await way("Nodes").click();
    await search("?of=everybody&topic=nodes");
    await until("only nodes are told of", async () => (await lines().count()) === 1);
    await see(first(), "bob registered it.");
    await page.reload();
    await see(first(), "bob registered it.");
    await look("activity-nodes");
  });

  test("what happens comes by itself, and equal lines are one", async () => {
    await open("/activity?of=everybody");
    const before = await lines().count();
    for (let times = 1; times <= 5; times++) {
      await ada.api.post("/invites");
      await see(first(), "ada created an invitation.");
      if (times > 1) await see(first(), `×${times}`);
    }
    assert.equal(await lines().count(), before + 1);
    await see(first(), "by a token from 127.0.0.1");
    assert.match(await first().locator("time").getAttribute("datetime"), /^\d{4}-\d\d-\d\dT\d\d:\d\d/);
    assert.match(await first().getByRole("link").first().getAttribute("title"), /\d\d:\d\d:\d\d.* to .*\d\d:\d\d:\d\d/, "exact times");
    await look("activity");
  });

  test("wrong passwords count up one line", async () => {
    await open("/activity?of=everybody&topic=access");
    for (let times = 1; times <= 3; times++) {
      const { status } = await request(base, "POST", "/api/v1/sign-in", { body: { username: "bob", password: `${PASSWORD}-not` } });
      assert.equal(status, 401);
    }
    await see(lines(), "Somebody tried 3 times within an hour to sign in with a wrong password.");
    assert.equal(await lines().filter({ hasText: "wrong password" }).count(), 1);
  });

  test("a line has an address of its own, from which the newest are one step away", async () => {
    await open("/activity?of=everybody");
    const registered = lines().filter({ hasText: "bob registered it." });
    await registered.getByRole("link").first().click();
    await page.waitForFunction(() => /&at=c-[0-9a-f]{16}\.\d+\.\d+$/.test(location.search));
    await see(first(), "bob registered it.");
    await page.reload();
    await see(first(), "bob registered it.");
    await way("Show the newest").click();
    await search("?of=everybody");
    await see(lines(), "ada created an invitation.");
  });

  test("a reset link is shown once, and sets another password once", async () => {
    await open("/people");
    await menu("Actions for bob", "Reset link for the password");
    await see(page.locator("main"), /^Copy the link now and hand it to bob/);
    await look("people-reset-link");
    await button("Copy the link").click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(link.startsWith(`${base}/reset-password?link=dhr_`), link);
    await button("Hide the link").click();
    await until("it is shown no more", async () => (await page.getByText("dhr_").count()) === 0);

    const admins = page;
    page = await (await browser.context()).newPage();
    await open(link.slice(base.length));
    await page.getByLabel("New password").fill("short");
    await button("Set the password").click();
    await see(page.locator("form"), /at least 10 characters/i);
    await look("reset-password");
    await page.getByLabel("New password").fill("another-password-7-words");
    await button("Set the password").click();
    await page.getByRole("heading", { name: "Your password is set" }).waitFor();
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("Username or email address").fill("bob");
    await page.getByLabel("Password", { exact: true }).fill("another-password-7-words");
    await button("Sign in").click();
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    await open("/activity");
    await see(lines(), "bob set another password by a reset link.");
    await see(lines(), "ada made a link that sets another password, once.");

    browser.expected.push(/status of 403/);
    page = await (await browser.context()).newPage();
    await open(link.slice(base.length));
    await page.getByLabel("New password").fill("a-third-password-8-words");
    await button("Set the password").click();
    await see(page.locator("form"), /^This link was used/);
    page = admins;
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
