// Somebody signs the command line in with a browser: the real program waits while the page is used.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { PASSWORD, until, World } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { Desk } from "../../support/desk.mjs";
import { hands } from "../../support/hands.mjs";

describe("a program is signed in", () => {
  let world, desk, browser, page;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));
  const { button, see, open } = hands(() => page, () => world.server.base);

  before(async () => {
    world = await World.open({ engine: false, ports: "127.0.0.2" });
    desk = await Desk.open(join(world.dir, "desk"));
    browser = await Browser.open();
    const context = await browser.context();
    await signIn(context, world.server.base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await desk?.close();
    await world?.close();
  });

  /** The program, and the page that it shows. */
  async function waits() {
    const login = desk.stay(["login", world.server.base]);
    const shown = await until("it shows its page", () => /http:\S+(\/sign-in-request\?code=(\S+))/.exec(login.out.stderr), 20);
    return { ...login, path: shown[1], code: shown[2] };
  }
  const told = () => page.locator("dl").innerText();

  test("once the person has seen what asks, and let it in", async () => {
    const { ended, path, code } = await waits();
    await open(path);
    await see(page.locator("main"), code);
    for (const line of ["dockhost 0.", "127.0.0.1", "just now"]) assert.ok((await told()).includes(line), await told());
    await look("sign-in-request");
    await page.getByLabel("Name of its token").fill("laptop");
    await page.getByRole("radio", { name: /Read only/ }).check();
    await button("Let it in").click();
    await see(page.locator("main"), /^It is signed in\./);
    await look("sign-in-request-granted");
    const done = await ended;
    assert.equal(done.status, 0, done.stderr);
    assert.equal(await desk.ok(["whoami"]), "ada (ada@example.org)\n");
    const { scope } = (await world.ada.api.get("/tokens")).find(({ name }) => name === "laptop");
    assert.equal(scope, "read");
  });

  test("by a code that is typed, and not where the person says no", async () => {
    const { ended, code } = await waits();
    await open("/sign-in-request");
    await look("sign-in-request-code");
    browser.expected.push(/404 .*\/sign-in-requests\//);
    await page.getByLabel("Code").fill("bbbb bbbb");
    await button("Look it up").click();
    await see(page.locator("main"), /^No program waits with this code/);
    await page.getByLabel("Code").fill(code.toLowerCase().replace("-", ""));
    await button("Look it up").click();
    await see(page.locator("main"), code);
    await button("Say no").click();
    await see(page.locator("main"), /^It is not let in\./);
    const done = await ended;
    assert.deepEqual([done.status, /said no/.test(done.stderr)], [3, true], done.stderr);
  });

  test("whoever is not signed in themselves signs in first, and is then where they wanted to be", async () => {
    const { ended, path, code } = await waits();
    const other = await (await browser.context()).newPage();
    await other.goto(`${world.server.base}${path}`);
    await other.getByLabel("Username or email address").fill("ada");
    await other.getByLabel("Password").fill(PASSWORD);
    await other.getByRole("button", { name: "Sign in", exact: true }).click();
    await see(other.locator("main"), code);
    const taken = other.getByLabel("Name of its token");
    await taken.fill("laptop");
    browser.expected.push(/409 .*\/sign-in-requests\//);
    await other.getByRole("button", { name: "Let it in" }).click();
    await see(other.locator("main"), /You have a token called “laptop” already/);
    await taken.fill("laptop, anew");
    await other.getByRole("button", { name: "Let it in" }).click();
    assert.equal((await ended).status, 0);
  });

  test("the page of tokens has the line that installs it", async () => {
    await open("/tokens");
    const { base } = world.server;
    await see(page.locator("main"), `(curl -fsS ${base}/install-dockhost && echo install_dockhost ${base}) | sh`);
    await see(page.locator("main"), `dockhost login ${base}`);
    await look("tokens-command-line");
  });

  test("nothing is wrong with how it looks, and no page complained", () => {
    assert.deepEqual(layout, []);
    assert.deepEqual(browser.complaints, []);
  });
});
