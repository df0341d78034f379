// The page of SSH keys: whose each is, in words, and how to prove it; what happens elsewhere shows at once.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, must, run, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

describe("the page of SSH keys", () => {
  let world, ada, eve, browser, context, page, files;

  before(async () => {
    world = await World.open({ engine: false, env: { DOCKHOST_SIGN_UP: "open" } });
    ada = world.ada;
    eve = await world.signUp("eve");
    files = {};
    for (const name of ["laptop", "desktop", "stolen", "robot", "signed"]) {
      files[name] = join(world.dir, `key-${name}`);
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", files[name]]);
    }
    const add = async (person, name, more = {}) => person.api.post("/ssh-keys", { name, public_key: (await readFile(`${files[name]}.pub`, "utf8")).trim(), ...more });
    for (const name of ["laptop", "stolen", "signed"]) await add(eve, name);
    for (const name of Object.keys(files)) await add(ada, name, { may_manage: name !== "robot" });
    await login("desktop", "enrol+ada");
    await login("stolen", "enrol+eve");
    browser = await Browser.open();
    context = await browser.context({ permissions: ["clipboard-read", "clipboard-write"] });
    await signIn(context, world.server.base, "ada");
    page = await context.newPage();
    await open("/ssh-keys");
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { open, clipboard } = hands(() => page, () => world.server.base);
  const look = async (name) => assert.deepEqual(await pictures(page, name), []);

  async function login(key, user) {
    const { address } = await ada.api.get("/gateway");
    const [host, port] = address.split(/:(?=\d+$)/);
    const done = await run("ssh", ["-F", "none", "-i", files[key], "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-p", port, `${user}@${host}`]);
    assert.equal(done.status, 0, done.stderr);
  }

  const row = (name) => page.getByRole("listitem").filter({ has: page.locator(`[title="${name}"]`) });
  const says = (name, text) => row(name).getByText(text).first().waitFor();

  test("each key says whose it is", async () => {
    await says("desktop", "proved");
    await says("laptop", "opens nothing");
    await says("laptop", "Another account has added this key, too.");
    await says("stolen", "Another account has proved that it holds this key");
    await says("robot", "Its first login proves that you hold it");
    assert.equal(await row("robot").getByRole("switch", { name: "May manage" }).isChecked(), false);
    assert.equal(await row("desktop").getByRole("switch", { name: "May manage" }).isChecked(), true);
    await look("ssh-keys-standings");
  });

  test("the login that it shows proves a key, and the page shows that at once", async () => {
    await row("laptop").getByRole("button", { name: "Copy the login that proves it" }).click();
    const shown = await clipboard();
    assert.match(shown, /^ssh -p \d+ enrol\+ada@127\.0\.0\.1$/);
    await login("laptop", shown.match(/(\S+)@/)[1]);
    await says("laptop", "proved");
    assert.equal(await row("laptop").getByText("Another account").count(), 0);
  });

  test("a signature proves a key, and a bad one is told why", async () => {
    await row("signed").getByRole("button", { name: "Prove it by a signature" }).click();
    await row("signed").getByRole("button", { name: "Copy the command that signs" }).click();
    const command = await clipboard();
    const signature = row("signed").getByLabel("Signature");
    await signature.fill("nonsense");
    browser.expected.push(/ 400 /);
    await row("signed").getByRole("button", { name: "Prove it", exact: true }).click();
    await says("signed", "This is no signature of ssh-keygen");
    await look("ssh-keys-signature");
    await signature.fill(await must("sh", ["-c", command.replace("~/.ssh/id_ed25519", files.signed)]));
    await row("signed").getByRole("button", { name: "Prove it", exact: true }).click();
    await says("signed", "proved");
  });

  test("who may manage is switched at once", async () => {
    await row("desktop").getByRole("switch", { name: "May manage" }).click();
    await says("desktop", "does nothing else");
    await until("it is stored", async () => (await ada.api.get("/ssh-keys")).find((key) => key.name === "desktop").may_manage === false);
  });

  test("the browser has nothing to complain about", () => assert.deepEqual(browser.complaints, []));
});
