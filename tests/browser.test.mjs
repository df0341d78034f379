// The main job by clicking, in Chromium, with no complaint on any page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, must, until } from "./harness.mjs";
import { Browser, pictures } from "./support/browser.mjs";

describe("in a browser", () => {
  let world, browser, context, page, base;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));

  before(async () => {
    world = await World.open({ people: false });
    base = world.server.base;
    browser = await Browser.open();
    context = await browser.context();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const button = (name, scope = page) => scope.getByRole("button", { name, exact: typeof name === "string" });
  const heading = (name) => page.getByRole("heading", { name, level: 1 });
  const row = (name) => page.getByRole("list", { name: "Instances" }).locator("li").filter({ hasText: name });
  const menu = async (label, item) => {
    await button(label).click();
    await page.locator("[popover]:popover-open").getByText(item, { exact: true }).click();
  };
  const see = (locator, text, seconds = 60) => locator.getByText(text).first().waitFor({ timeout: seconds * 1000 });
  /** A page that was drawn by the server takes clicks only once the client has taken over. */
  const ready = () => page.waitForFunction(() => document.querySelector("#main")?.childElementCount > 0 && globalThis.performance.getEntriesByType("resource").some((entry) => entry.name.includes(".wasm") && entry.responseEnd > 0));
  const open = async (path) => {
    await page.goto(`${base}${path}`, { waitUntil: "networkidle" });
    await ready();
  };

  test("the set-up link makes the administrator", async () => {
    await open("/");
    await look("not-set-up");
    const link = new URL(await world.server.adminOk(["setup-link"]));
    await open(link.pathname + link.search);
    await look("set-up");
    await page.getByLabel("Username").fill("ada");
    await page.getByLabel("Email address").fill("ada@example.org");
    await page.getByLabel("Password").fill(PASSWORD);
    await button("Open the administrator's account").click();
    await heading("Instances").waitFor();
    await look("instances-empty");
    assert.equal(await world.server.adminOk(["setup-link"]), "", "the link is used up");
    world.ada = await world.personOf("ada");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@test", "-f", world.ada.identity]);
  });

  test("the first paint is drawn by the server", async () => {
    const cookies = await context.cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const html = await must("curl", ["--silent", "--fail", "--header", `Cookie: ${cookie}`, `${base}/`]);
    assert.match(html, /<h1[^>]*>(<!--.*?-->)*Instances/);
  });

  test("register a node: its key is shown once with a command that works", async () => {
    await page.getByRole("link", { name: /^Nodes/ }).click();
    await heading("Nodes").waitFor();
    await look("nodes-empty");
    if (await button("Add a node").count()) await button("Add a node").first().click();
    await page.getByLabel("Name", { exact: true }).fill("lab-1");
    await look("node-form");
    await button("Add node").click();
    const command = (await page.getByText(/DOCKHOST_API_KEY=\S+ dockhost-node --server/).first().textContent()).trim();
    await look("node-key");
    const node = await world.adopt("lab-1", /DOCKHOST_API_KEY=(\S+)/.exec(command)[1]);
    assert.ok(command.includes(base), command);
    await node.start();
    await see(page, "Its key is accepted.");
    await see(page, /Docker [\d.]+\S* answers\./);
    await button("I have copied it").click();
    await see(page.locator("main"), "lab-1");
    assert.equal(await page.getByText(node.key).count(), 0, "the key is shown once");
    await look("nodes");
  });

  test("add an SSH key; a bad one is refused at its field", async () => {
    await page.getByRole("link", { name: /^SSH keys/ }).click();
    await heading("SSH keys").waitFor();
    await page.getByLabel("Public key").fill("ssh-ed25519 nonsense");
    await page.getByLabel("Name", { exact: true }).fill("laptop");
    browser.expected.push(/ 400 /);
    await button("Add SSH key").last().click();
    await page.locator("#public_key[aria-invalid=true]").waitFor();
    await look("ssh-key-refused");
    await page.getByLabel("Public key").fill((await readFile(`${world.ada.identity}.pub`, "utf8")).trim());
    await button("Add SSH key").last().click();
    await see(page.locator("main"), /SHA256:/);
    await look("ssh-keys");
  });

  test("create an instance; the shown command logs in", async () => {
    await page.getByRole("link", { name: /^Instances/ }).click();
    await page.getByRole("link", { name: "Create instance" }).first().click();
    await heading("Create instance").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("web-1");
    await page.locator('input[name="image"][value="debian-12"]').check();
    await look("create-instance");
    await button("Create instance").click();
    await see(page.locator("main"), /^running$/i, 300);
    const [instance] = await world.ada.api.get("/instances");
    assert.equal(instance.name, "web-1");
    const shown = (await page.getByText(/^ssh -p \d+/).first().textContent()).trim();
    assert.equal(shown, instance.ssh_command);
    assert.equal(await world.ada.sshOk({ ...instance, ssh_command: shown }, "echo clicked"), "clicked");
    await button("Copy the ssh command").click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), shown);
    if (!page.url().includes("/instances/i-")) await open(`/instances/${instance.id}`);
    await look("instance");
    await page.getByRole("link", { name: /^Instances/ }).first().click();
    await row("web-1").waitFor();
    await look("instances");
  });

  test("a container stopped by hand shows without a reload", async () => {
    const [instance] = await world.ada.api.get("/instances");
    await see(row("web-1"), /^running$/i);
    await page.evaluate(() => {
      globalThis.seen = [];
      const list = document.querySelector('[aria-label="Instances"]');
      new MutationObserver(() => globalThis.seen.push(list.innerText)).observe(list, { childList: true, subtree: true, characterData: true });
    });
    const [container] = await world.engine.containersOf(instance.id);
    await world.engine.stop(container.Id);
    await page.waitForFunction(() => globalThis.seen.some((text) => !/running/i.test(text)), null, { timeout: 30_000 });
  });

  test("stop, start and delete by clicking, each asked for where something is lost", async () => {
    await see(row("web-1"), /^(running|stopped)$/i);
    if (await row("web-1").getByText(/^stopped$/i).count()) {
      await button("Start", row("web-1")).click();
      await see(row("web-1"), /^running$/i);
    }
    await button("Stop", row("web-1")).click();
    await see(page.getByRole("dialog"), /files and its host ports stay/);
    await look("confirm-stop");
    await page.getByRole("dialog").getByRole("button", { name: /stop/i }).click();
    await see(row("web-1"), /^stopped$/i);
    await button("Start", row("web-1")).click();
    await see(row("web-1"), /^running$/i);
    await menu("Actions for web-1", "Delete");
    const dialog = page.getByRole("dialog");
    await see(dialog, /lost for good/);
    const sure = dialog.getByRole("button", { name: /delete/i });
    assert.equal(await sure.isDisabled(), true, "the name has to be typed first");
    await dialog.getByRole("textbox").fill("web-1");
    await look("confirm-delete");
    await sure.click();
    await row("web-1").waitFor({ state: "detached", timeout: 60_000 });
  });

  test("a refusal is shown at its field", async () => {
    await page.getByRole("link", { name: "Create instance" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("../etc");
    await button("Create instance").click();
    await page.locator("#name[aria-invalid=true]").waitFor();
    await look("create-instance-refused");
  });

  test("an API token is shown once, works, and can be deleted", async () => {
    await page.getByRole("link", { name: /^Tokens/ }).click();
    await heading("API tokens").waitFor();
    await button("Create token").first().click();
    await page.getByLabel("Name", { exact: true }).fill("script");
    await button("Create token").last().click();
    const token = (await page.getByText(/^dhp_\w{20,}$/).first().textContent()).trim();
    await look("token");
    const me = await must("curl", ["--silent", "--fail", "--header", `Authorization: Bearer ${token}`, `${base}/api/v1/me`]);
    assert.equal(JSON.parse(me).username, "ada");
    await button("I have copied it").click();
    assert.equal(await page.getByText(token).count(), 0);
    await look("tokens");
    await button("Delete script").click();
    await page.getByRole("dialog").getByRole("button", { name: /delete/i }).click();
    await until("the token is gone", async () => !(await world.ada.api.get("/tokens")).some(({ name }) => name === "script"), 20);
  });

  test("account, settings and what is not there", async () => {
    await open("/account");
    await heading("Account").waitFor();
    await see(page.locator("main"), "Chrome on Linux");
    await look("account");
    await open("/settings");
    await heading("Settings").waitFor();
    await look("settings");
    browser.expected.push(/ 404 /);
    await open("/no/such/page");
    await look("not-found");
    await open("/instances/i-00000000000000aa");
    await see(page, "There is no such instance");
  });

  test("sign out, sign in, and back at the page that was asked for", async () => {
    await open("/nodes");
    await menu("Account of ada", "Sign out");
    await heading("Sign in").waitFor();
    await look("sign-in");
    assert.equal((await context.cookies()).filter(({ value }) => value !== "").length, 0);
    browser.expected.push(/ 401 /);
    await open("/nodes");
    await page.getByLabel("Username or email address").fill("ada");
    await page.getByLabel("Password").fill("not-the-password-1");
    await button("Sign in").click();
    await page.getByRole("alert").or(page.locator("[aria-invalid=true]")).first().waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await heading("Nodes").waitFor();
    await see(page.locator("main"), "lab-1");
  });

  test("another person signs up and sees nothing of the first", async () => {
    const other = await browser.context();
    try {
      const visitor = await other.newPage();
      await visitor.goto(`${base}/sign-up`, { waitUntil: "networkidle" });
      const mine = page;
      page = visitor;
      await ready();
      await look("sign-up");
      page = mine;
      await visitor.getByLabel("Username").fill("bob");
      await visitor.getByLabel("Email address").fill("bob@example.org");
      await visitor.getByLabel("Password").fill(PASSWORD);
      await visitor.getByRole("button", { name: "Sign up", exact: true }).click();
      await visitor.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
      assert.equal(await visitor.getByText("web-1").count(), 0);
    } finally {
      await other.close();
    }
  });

  test("a server that goes away is told in a banner, and the page recovers by itself", async () => {
    browser.expected.push(/WebSocket|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_SOCKET|ERR_CONNECTION_RESET/);
    await open("/nodes");
    await world.server.end();
    const banner = page.getByText(/connection|reconnect|cannot be reached|offline/i).first();
    await banner.waitFor({ timeout: 60_000 });
    await look("banner");
    await world.server.start();
    await banner.waitFor({ state: "hidden", timeout: 60_000 });
    await see(page.locator("main"), "lab-1");
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
