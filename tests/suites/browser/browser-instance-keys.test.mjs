// The keys of an instance, by clicking: ticked in and out on its page, all of them with those that come later, and at the create.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, must, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

describe("the keys of an instance in a browser", () => {
  let world, ada, eve, web, browser, context, page;

  before(async () => {
    world = await World.open({ ports: "127.0.0.2", env: { DOCKHOST_SIGN_UP: "open" } });
    ada = world.ada;
    eve = await world.signUp("eve");
    await world.node("lab-1");
    await ada.addKey();
    await eve.addKey("eves-laptop");
    await add("phone");
    web = await ada.phase((await ada.create("web-1", { ssh_keys: ["laptop"] })).id, "running", 300);
    browser = await Browser.open();
    context = await browser.context();
    await signIn(context, world.server.base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { button, see, open } = hands(() => page, () => world.server.base);
  const look = async (name) => assert.deepEqual(await pictures(page, name), []);

  async function add(name) {
    const file = join(world.dir, `key-${name}`);
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
    return ada.api.post("/ssh-keys", { name, public_key: (await readFile(`${file}.pub`, "utf8")).trim() });
  }
  const box = (name) => page.getByRole("group", { name: "SSH keys that it lets in" }).getByRole("checkbox", { name });
  const all = () => page.getByRole("switch", { name: /^All my keys/ });
  const stored = (names, later, id = web.id) => until(`it lets in ${names}`, async () => {
    const { ssh_keys, all_ssh_keys } = await ada.api.get(`/instances/${id}`);
    return [...ssh_keys].sort().join() === names.join() && all_ssh_keys === later;
  }, 20);
  const ticked = (name, yes) => until(`${name} is ${yes ? "" : "not "}ticked`, async () => (await box(name).isChecked()) === yes && !(await all().isDisabled()), 20);

  test("keys are ticked in and out, and every tab shows it", async () => {
    await open(`/instances/${web.id}`);
    const other = await context.newPage();
    await open(`/instances/${web.id}`, other);
    await page.bringToFront();
    assert.deepEqual([await box("laptop").isChecked(), await box("phone").isChecked(), await all().isChecked()], [true, false, false]);
    await look("instance-keys");
    await box("phone").click();
    await stored(["laptop", "phone"], false);
    await ticked("phone", true);
    await until("the other tab shows it", () => other.getByRole("checkbox", { name: "phone" }).isChecked(), 20);
    await other.close();
    for (const name of ["laptop", "phone"]) {
      await box(name).click();
      await ticked(name, false);
    }
    await stored([], false);
    await see(page, "No key is ticked, so nobody gets in through the gateway.");
    await see(page, "It has no SSH key, so no ssh command opens it.");
    await look("instance-keys-none");
    await box("laptop").click();
    await stored(["laptop"], false);
    await ticked("laptop", true);
  });

  test("all of them, and one that is added later is in at once", async () => {
    await all().click();
    await stored(["laptop", "phone"], true);
    await until("each is ticked, and none can be unticked alone", async () => (await box("phone").isChecked()) && (await box("phone").isDisabled()), 20);
    await add("tablet");
    await box("tablet").waitFor();
    assert.equal(await box("tablet").isChecked(), true);
    await stored(["laptop", "phone", "tablet"], true);
    await look("instance-keys-all");
    await all().click();
    await stored(["laptop", "phone", "tablet"], false);
    await until("they can be unticked again", () => box("tablet").isEnabled(), 20);
    await box("tablet").click();
    await stored(["laptop", "phone"], false);
    await ticked("tablet", false);
  });

  test("an administrator sees of somebody else what it lets in", async () => {
    const theirs = await eve.create("eve-1");
    await eve.phase(theirs.id, "running", 120);
    await open(`/instances/${theirs.id}`);
    const every = page.getByRole("switch", { name: "All keys of eve, also later ones" });
    await every.waitFor();
    assert.equal(await page.getByRole("checkbox", { name: "phone" }).count(), 0, "none of their own");
    await box("eves-laptop").click();
    await stored([], false, theirs.id);
    await see(page, "Only eve knows which there are");
    await every.click();
    await stored(["eves-laptop"], true, theirs.id);
  });

  test("the form of a new one offers the same", async () => {
    await open("/instances/new");
    await page.getByLabel("Name", { exact: true }).fill("db-1");
    await all().click();
    await until("each key is ticked", () => page.getByRole("checkbox", { name: "phone" }).isChecked(), 20);
    await look("create-all-keys");
    await button("Create instance").click();
    await page.getByRole("heading", { name: "db-1" }).waitFor();
    const made = (await ada.api.get("/instances")).find(({ name }) => name === "db-1");
    assert.deepEqual([[...made.ssh_keys].sort(), made.all_ssh_keys], [["laptop", "phone", "tablet"], true]);
  });

  test("the browser has nothing to complain about", () => assert.deepEqual(browser.complaints, []));
});
