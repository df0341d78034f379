// The main job by clicking, in Chromium, with no complaint on any page.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, must, run, until } from "../../harness.mjs";
import { Browser, pictures } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

describe("in a browser", () => {
  let world, browser, context, page, base;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));

  before(async () => {
    world = await World.open({ people: false, ports: "127.0.0.2" });
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

  const { button, menu, see, ready, open, clipboard } = hands(() => page, () => base);
  const heading = (name) => page.getByRole("heading", { name, level: 1 });
  const row = (name) => page.getByRole("list", { name: "Instances" }).locator("li").filter({ hasText: name });
  /** What is at that path of web-1, as its owner's API tells. */
  const fetched = async (path) => {
    const [{ id }] = await world.ada.api.get("/instances");
    return fetch(`${base}/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`, { headers: world.ada.api.headers });
  };
  /** What that script says in web-1. */
  const inside = async (script) => {
    const [{ id }] = await world.ada.api.get("/instances");
    const [{ Id }] = await world.engine.containersOf(id);
    return (await must("docker", ["-H", `unix://${world.engine.socket}`, "exec", Id, "sh", "-c", script])).trim();
  };
  /** As from the person's desktop: each is `[name, text]`, or `[name, size]` for so many bytes. */
  const drop = async (where, files) => {
    const data = await page.evaluateHandle((files) => {
      const data = new DataTransfer();
      for (const [name, content] of files) data.items.add(new File([typeof content === "string" ? content : new Uint8Array(content)], name));
      return data;
    }, files);
    await where.dispatchEvent("dragover", { dataTransfer: data });
    assert.equal(await page.locator("[data-over]").count(), 1, "it shows that it takes them");
    await where.dispatchEvent("drop", { dataTransfer: data });
    assert.equal(await page.locator("[data-over]").count(), 0);
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
    await button("Create the administrator's account").click();
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
    assert.match(await page.getByText(/install_node http:/).first().textContent(), /^\(curl -fsS http:\S+\/install-node && .* dhe_\w+\) \| sh$/);
    await button("More: the command for a computer that has dockhost-node").click();
    const command = (await page.getByText(/DOCKHOST_API_KEY=\S+ dockhost-node --server/).first().textContent()).trim();
    await look("node-key");
    const node = await world.adopt("lab-1", /DOCKHOST_API_KEY=(\S+)/.exec(command)[1]);
    assert.ok(command.includes(base), command);
    await node.start();
    await see(page, "Its key is accepted.");
    await see(page, /Docker [\d.]+\S* answers\./);
    await button("Hide the line").click();
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
    const gateway = await world.ada.api.get("/gateway");
    for (const text of [gateway.fingerprint, gateway.known_hosts]) await page.getByText(text, { exact: true }).waitFor();
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
    assert.equal(shown, instance.gateway_command);
    for (const command of [shown, instance.ssh_command]) {
      await page.getByText(command, { exact: true }).first().waitFor();
      assert.equal(await world.ada.sshOk({ ...instance, ssh_command: command }, "echo clicked"), "clicked");
    }
    await button("Copy the ssh command").click();
    assert.equal(await clipboard(), shown);
    await button("Copy the direct ssh command").click();
    assert.equal(await clipboard(), instance.ssh_command);
    if (!page.url().includes("/instances/i-")) await open(`/instances/${instance.id}`);
    await look("instance");
    await page.getByRole("link", { name: /^Instances/ }).first().click();
    await row("web-1").waitFor();
    await see(row("web-1"), shown);
    assert.equal(await row("web-1").getByText(instance.ssh_command).count(), 0, "one command is enough for a row");
    await look("instances");
  });

  test("what is copied from the gateway's card is all that ssh needs", async () => {
    await open("/ssh-keys");
    await button("Copy the line for known_hosts").click();
    const [known, config] = ["known", "config"].map((name) => join(world.dir, name));
    await writeFile(known, `${await clipboard()}\n`);
    await button("Copy the block for config").click();
    const ours = `${await clipboard()}\nHost *\n  BatchMode yes\n  StrictHostKeyChecking yes\n  UserKnownHostsFile ${known}\n  IdentityFile ${world.ada.identity}\n  IdentitiesOnly yes\n`;
    await writeFile(config, ours);
    const ssh = (...args) => run("ssh", ["-F", config, ...args], { seconds: 30 });
    for (const way of [`web-1.${world.ada.username}.dockhost`, "web-1@dockhost"]) assert.equal((await ssh(way, "hostname")).stdout.trim(), "web-1", way);
    assert.match((await ssh("dockhost", "ls")).stdout, /web-1/);
  });

  test("a login may start it, and a refusal moves the switch back", async () => {
    const [{ id }] = await world.ada.api.get("/instances");
    await open(`/instances/${id}`);
    const wish = page.getByRole("switch", { name: "Start it on SSH login" });
    assert.equal(await wish.isChecked(), false);
    browser.expected.push(/ 404 /);
    await page.route("**/start-on-connect", (route) => route.continue({ url: route.request().url().replace(id, "i-00000000000000aa") }));
    await wish.click();
    await see(page.getByRole("alert"), /no such instance/i);
    assert.equal(await wish.isChecked(), false);
    await page.unroute("**/start-on-connect");
    await wish.click();
    await until("it is stored", async () => (await world.ada.api.get(`/instances/${id}`)).start_on_connect, 20);
    await page.waitForFunction(() => document.querySelector("[role=switch]:checked:enabled"));
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.reload();
    await ready();
    assert.equal(await wish.isChecked(), true);
  });

  test("files are dropped and chosen, show how they fare, and arrive", async () => {
    const list = page.getByRole("list", { name: "Files" });
    const file = (name) => list.locator("li").filter({ hasText: name });
    const card = page.getByRole("heading", { name: "Files" });
    await drop(card, [["hello.txt", "hello"], ["ünïcode 'x\" $(id).txt", "odd"], ["empty", ""]]);
    for (const name of ["hello.txt", "ünïcode", "empty"]) await see(file(name), "Sent", 30);
    assert.equal(await (await fetched("/root/hello.txt")).text(), "hello");
    assert.equal(await (await fetched("/root/ünïcode 'x\" $(id).txt")).text(), "odd");
    assert.equal(await (await fetched("/root/empty")).text(), "");

    await page.getByLabel("Into the folder").fill("/srv/new/");
    await page.getByLabel("Choose files").setInputFiles([{ name: "chosen.bin", mimeType: "", buffer: Buffer.alloc(3_000_000, 7) }]);
    await see(file("chosen.bin"), "Sent", 30);
    assert.deepEqual(Buffer.from(await (await fetched("/srv/new/chosen.bin")).arrayBuffer()), Buffer.alloc(3_000_000, 7));

    await inside("ln -sf /srv/new/chosen.bin /srv/new/link; chmod 600 /srv/new/chosen.bin");
    await drop(card, [["link", "by the link"], ["not \ufffd text", "x"]]);
    await see(file("link"), "Sent", 30);
    await see(file("not \ufffd text"), /Its name is not text/);
    assert.equal(await inside("cd /srv/new; stat -c '%F %a' link chosen.bin; cat chosen.bin"), "symbolic link 777\nregular file 600\nby the link");

    browser.expected.push(/ 409 /);
    await page.getByLabel("Into the folder").fill("/");
    await drop(card, [["srv", "no folder is replaced"]]);
    await see(file("srv").filter({ hasText: "Not sent" }), /folder of that name/);
    await button("Clear").click();
    await list.waitFor({ state: "detached" });

    const slow = await context.newCDPSession(page);
    await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2_000_000 });
    await page.getByLabel("Into the folder").fill("/root");
    await drop(card, ["a.iso", "b.iso", "c.iso", "d.iso"].map((name) => [name, 40_000_000]));
    await see(file("c.iso"), /[1-9]\d? %/);
    await see(file("d.iso"), "Waits for its turn");
    await look("files-under-way");
    await button("Cancel a.iso").click();
    await see(file("a.iso"), "Cancelled");
    await see(file("d.iso"), /\d %/);
    for (const name of ["b.iso", "c.iso", "d.iso"]) await button(`Cancel ${name}`).click();
    await slow.detach();
    await until("nothing is left of what was cancelled", async () => (await fetched("/root/a.iso")).status === 404, 20);
    await look("files");
  });

  test("a path is downloaded, a folder as an archive, and a refusal stays on the page", async () => {
    const path = page.getByLabel("Download a path");
    const get = async (text) => {
      await path.fill(text);
      const [download] = await Promise.all([page.waitForEvent("download"), button("Download").click()]);
      return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
    };
    assert.deepEqual(await get("hello.txt"), { name: "hello.txt", content: Buffer.from("hello") });
    const folder = await get("/srv/new");
    assert.equal(folder.name, "new.tar");
    assert.match(folder.content.toString("latin1"), /new\/chosen\.bin/);
    browser.expected.push(/ 404 /);
    await path.fill("/no/such");
    await button("Download").click();
    await page.locator("#path[aria-invalid=true]").waitFor();
    await see(page.locator("#path-note"), /nothing there/);
    await look("download-refused");
  });

  test("the terminal is a real shell, has tabs, and is as it was after a reload", async () => {
    const shown = () => page.locator("section[aria-label^='Terminal ']:not(.invisible) .xterm-rows");
    const shows = (pattern) => until(`the terminal shows ${pattern}`, async () => pattern.test((await shown().innerText()).replaceAll("\u00a0", " ")) || Promise.reject(new Error(await shown().innerText())), 20);
    const enter = async (text) => {
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    };
    await page.getByRole("link", { name: "Open terminal" }).click();
    await see(page, /^Connected$/);
    await shows(/# *$/);
    await enter("echo hello");
    await shows(/^hello *$/m);
    await enter("seq 300");
    await shows(/^300 *$/m);
    await page.reload();
    await ready();
    await see(page, /^Connected$/);
    await shows(/^300 *$/m);
    await page.keyboard.press("Control+Shift+F");
    await page.keyboard.type("hello");
    await see(page, /of 2$/);
    await shows(/^hello *$/m);
    await page.keyboard.press("Escape");

    await button("New terminal").click();
    const tab = (number) => page.getByRole("tab", { name: `Terminal ${number}`, exact: true });
    await tab(2).waitFor();
    await shows(/# *$/);
    await enter("echo second");
    await shows(/^second *$/m);
    await tab(1).click();
    await shows(/^hello *$/m);
    await page.reload();
    await ready();
    await tab(2).click();
    await shows(/^second *$/m);

    await drop(shown(), [["from-the-terminal.txt", "dropped"]]);
    await see(page.getByRole("list", { name: "Files" }), "Sent");
    assert.equal(await (await fetched("from-the-terminal.txt")).text(), "dropped");
    await enter("cat from-the-terminal.txt; echo");
    await shows(/^dropped *$/m);
    await look("terminal");
    for (const name of ["Close Terminal 2", "Close Terminal 1"]) await button(name).click();
    await see(page, "No terminal is open");
  });

  test("a container stopped by hand shows without a reload", async () => {
    await open("/");
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
    await heading("Tokens").waitFor();
    await button("Create token").first().click();
    await page.getByLabel("Name", { exact: true }).fill("script");
    await button("Create token").last().click();
    const token = (await page.getByText(/^dhp_\w{20,}$/).first().textContent()).trim();
    await look("token");
    const me = await must("curl", ["--silent", "--fail", "--header", `Authorization: Bearer ${token}`, `${base}/api/v1/me`]);
    assert.equal(JSON.parse(me).username, "ada");
    await button("Hide the token").click();
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

  test("people: somebody administers, is suspended, resumed and removed", async () => {
    await world.signUp("eve");
    await page.getByRole("link", { name: /^People/ }).click();
    await heading("People").waitFor();
    const eve = page.getByRole("list", { name: "People" }).locator("li").filter({ hasText: "eve@example.org" });
    const dialog = page.getByRole("dialog");
    await menu(/^Actions for eve/, "Make administrator");
    await see(eve, "Administrator");
    await menu(/^Actions for eve/, "Suspend…");
    await dialog.getByLabel("Also stop what runs").check();
    await look("people-suspend");
    await dialog.getByRole("button", { name: "Suspend" }).click();
    await see(eve, /suspended/);
    await look("people");
    await menu(/^Actions for eve/, "Resume");
    await until("she is resumed", async () => (await eve.getByText(/suspended/).count()) === 0, 20);
    await menu(/^Actions for ada/, "Remove…");
    await dialog.getByLabel("Type ada to confirm").fill("ada");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await see(dialog, "Say what becomes of the nodes.");
    await look("people-remove");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await menu(/^Actions for eve/, "Remove…");
    await dialog.getByLabel("Type eve to confirm").fill("eve");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await until("she is gone", async () => (await eve.count()) === 0, 20);
  });

  test("sign out, sign in, and back at the page that was asked for", async () => {
    await open("/nodes");
    await menu(/^Account of ada/, "Sign out");
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
