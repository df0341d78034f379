// What makes a new way into an account asks for the password again once it was given more than 15 minutes ago: in a dialog
// of its own, from wherever it was asked for, which then goes on.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Clock } from "../../chaos/clock.mjs";
import { PASSWORD, World, request, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

describe("the password again", { skip: Clock.exists() ? false : "libfaketime is missing: no wall clock can be moved" }, () => {
  let world, browser, page, base, dir, clock;
  let hours = 0;
  const layout = [];

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "dockhost-proof-"));
    clock = new Clock(dir, "server");
    world = await World.open({ engine: false, env: clock.env });
    base = world.server.base;
    await world.ada.addKey();
    await world.signUp("bob");
    await world.signUp("eve");
    browser = await Browser.open();
    // A proof that is asked for, and a wrong password.
    browser.expected.push(/status of 40[03]/);
    const context = await browser.context();
    await signIn(context, base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
    Clock.clear();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  const { button, menu, see, open } = hands(() => page, () => base);
  const dialog = () => page.getByRole("dialog", { name: "Your password, please" });
  const someone = async (name) => (await world.admin.get("/people")).find((person) => person.username === name);
  /** The library looks for another time once a second. */
  const later = async () => {
    clock.set((hours += 1));
    await until("an hour went by", async () => {
      const { headers } = await request(base, "GET", "/readyz");
      return Date.parse(headers.date) - Date.now() > (hours - 0.5) * 3_600_000;
    });
  };
  const give = async (password) => {
    await dialog().getByLabel("Password", { exact: true }).fill(password);
    await dialog().getByRole("button", { name: "Go on" }).click();
  };

  test("to make somebody an administrator: refused with a wrong one, done with the right one", async () => {
    await open("/people");
    await later();
    await menu("Actions for bob", "Make administrator");
    await dialog().waitFor();
    layout.push(...(await pictures(page, "proof")));
    await give(`${PASSWORD}-not`);
    await see(dialog(), /password/i);
    assert.equal((await someone("bob")).administrator, false);
    await give(PASSWORD);
    await see(page, "bob is an administrator.");
    await dialog().waitFor({ state: "detached" });
    assert.equal((await someone("bob")).administrator, true);
  });

  test("soon after it, no more", async () => {
    await menu("Actions for bob", "No longer administrator");
    await see(page, "bob is no administrator any more.");
    assert.equal((await someone("bob")).administrator, false);
  });

  test("to remove somebody, over the question that was there; Escape gives nothing and does nothing", async () => {
    await open("/people");
    await later();
    await menu("Actions for eve", "Remove…");
    const question = page.getByRole("dialog", { name: "Remove eve?" });
    await question.getByRole("textbox").fill("eve");
    await button("Remove", question).click();
    await dialog().waitFor();
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    assert.ok(await someone("eve"));
    await button("Remove", question).click();
    await give(PASSWORD);
    await see(page, "eve is removed.");
    await until("eve is gone", async () => (await someone("eve")) === undefined);
  });

  test("to let a key manage; what a key may no more, nobody waits for", async () => {
    await open("/ssh-keys");
    const manages = page.getByRole("switch", { name: "May manage" });
    const key = async () => (await world.ada.api.get("/ssh-keys"))[0].may_manage;
    assert.equal(await key(), true);
    await later();
    await manages.click();
    await until("it does not manage", async () => !(await key()));
    assert.equal(await dialog().count(), 0);
    await manages.click();
    await give(PASSWORD);
    await until("it manages", key);
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
