// Whose an instance is, on every page that an administrator sees; what stays while one looks aside; the first key.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { World, must, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { Client } from "../../support/gateway.mjs";
import { hands } from "../../support/hands.mjs";

describe("one's own and everybody's", () => {
  let world, node, ada, eve, adas, eves, browser, page;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));

  before(async () => {
    world = await World.open({ ports: "127.0.0.2", env: { DOCKHOST_SIGN_UP: "open" } });
    node = await world.node("lab");
    ada = world.ada;
    eve = await world.signUp("eve");
    for (const person of [ada, eve]) await person.addKey();
    const made = [await ada.create("bug-a"), await eve.create("bug-a")];
    [adas, eves] = [await ada.phase(made[0].id, "running", 300), await eve.phase(made[1].id, "running", 300)];
    for (const [{ id }, text] of [[adas, "ADAS"], [eves, "EVES"]]) {
      const [{ Id }] = await world.engine.containersOf(id);
      await must("docker", ["-H", `unix://${world.engine.socket}`, "exec", Id, "sh", "-c", `echo ${text} > /root/whose`]);
    }
    browser = await Browser.open();
    page = await tab("ada");
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { button, menu, see, open } = hands(() => page, () => world.server.base);
  const heading = (name) => page.getByRole("heading", { name, exact: true, level: 1 });
  const row = (name) => page.getByRole("list", { name: "Instances" }).locator("li").filter({ has: page.getByRole("link", { name, exact: true }) });
  const rows = () => page.getByRole("list", { name: "Instances" }).locator("li");
  const commands = (scope) => scope.getByText(/^ssh -p \d+/);
  const search = (text) => page.waitForFunction((text) => location.search === text, text);
  const primary = async () => (await page.locator("main .bg-accent").allInnerTexts()).map((text) => text.trim());
  const focused = (locator) => until("it has the focus", () => locator.evaluate((element) => element === document.activeElement), 10);
  const whose = (person, command) => person.sshOk({ name: command, ssh_command: command }, "cat /root/whose");

  async function tab(username) {
    const context = await browser.context();
    await signIn(context, world.server.base, username);
    return context.newPage();
  }

  test("the list is one's own, with the numbers that belong to it; everybody's is a choice that stands in the address", async () => {
    await open("/");
    await row("bug-a").waitFor();
    assert.equal(await rows().count(), 1);
    await see(page.locator("main"), /^You use 1 of your \d+ instances\.$/);
    const side = page.getByRole("navigation").getByRole("link", { name: /^Instances/ });
    assert.match(await side.innerText(), /Instances\s+1$/);
    assert.equal(await commands(row("bug-a")).innerText(), adas.gateway_command);
    await look("list-mine");

    await button("Everybody's (2)").click();
    await row("eve/bug-a").waitFor();
    await search("?of=everybody");
    await see(page.locator("main"), /^You use 1 of your \d+ instances\.$/);
    assert.match(await side.innerText(), /Instances\s+1$/);
    assert.equal(await commands(row("eve/bug-a")).count(), 0, "no key of ada's opens it");
    await look("list-everybody");
    await page.reload();
    await row("eve/bug-a").waitFor();
    await row("bug-a").getByRole("link", { name: "bug-a", exact: true }).click();
    await heading("bug-a").waitFor();
    await page.goBack();
    await row("eve/bug-a").waitFor();
    await side.click();
    await row("eve/bug-a").waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).search, "");
  });

  test("every command that is shown leads to the instance beside which it stands", async () => {
    await open("/");
    assert.equal(await whose(ada, await commands(row("bug-a")).innerText()), "ADAS");
    await open(`/instances/${eves.id}`);
    await heading("eve/bug-a").waitFor();
    assert.equal(await page.title(), "eve/bug-a · DockHost");
    await see(page.locator("main"), /For eve, on a computer that holds one of the keys below/);
    const shown = [...new Set(await commands(page.locator("main")).allInnerTexts())];
    assert.ok(shown.some((command) => /bug-a\.eve@/.test(command)) && shown.length === 2, shown.join("\n"));
    for (const command of shown) {
      assert.equal(await whose(eve, command), "EVES", command);
      const mine = await ada.ssh({ ssh_command: command }, "cat /root/whose");
      assert.deepEqual([mine.status, mine.stdout], [255, ""], command);
    }
    const of = (person, id) => person.api.get(`/instances/${id}`);
    assert.equal((await of(ada, eves.id)).gateway_command, eves.gateway_command.replace("bug-a@", "bug-a.eve@"));
    assert.equal((await of(eve, eves.id)).gateway_command, eves.gateway_command);
    assert.equal((await (await Client.of(eve)).jump("bug-a", "cat /root/whose")).stdout, "EVES\n");
    await look("instance-of-another");
    await page.getByRole("link", { name: "Open terminal" }).click();
    await heading("eve/bug-a").waitFor();
    assert.equal(await page.title(), "Terminal on eve/bug-a · DockHost");
  });

  test("the lobby lists everybody's for an administrator, with their owners", async () => {
    const client = await Client.of(ada);
    assert.doesNotMatch((await client.lobby("ls")).stdout, /eve/);
    const all = (await client.lobby("ls --all")).stdout;
    assert.match(all, /^bug-a +running/m);
    assert.match(all, /^eve\/bug-a +running/m);
    const refused = await (await Client.of(eve)).lobby("ls --all");
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Only an administrator/);
  });

  test("what is somebody else's is deleted by its owner's name and its own", async () => {
    await open("/?of=everybody");
    await menu("Actions for eve/bug-a", "Delete");
    const dialog = page.getByRole("dialog");
    await see(dialog, "Delete eve/bug-a?");
    await see(dialog, /It is eve's and not yours\./);
    const sure = dialog.getByRole("button", { name: "Delete", exact: true });
    await dialog.getByRole("textbox").fill("bug-a");
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByRole("textbox").fill("eve/bug-a");
    assert.equal(await sure.isDisabled(), false);
    await look("confirm-delete-of-another");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal((await eve.api.get(`/instances/${eves.id}`)).desired, "running");
  });

  test("a filter survives a look at an instance, and a reload", async () => {
    await open("/?of=everybody");
    const box = page.getByRole("searchbox");
    await box.pressSequentially("eve bug");
    await row("bug-a").waitFor({ state: "detached" });
    await search("?of=everybody&filter=eve%20bug");
    for (const back of [() => page.goBack(), () => page.getByRole("main").getByRole("link", { name: "Instances", exact: true }).click(), () => page.goBack()]) {
      await row("eve/bug-a").getByRole("link", { name: "eve/bug-a", exact: true }).click();
      await heading("eve/bug-a").waitFor();
      await back();
      await row("eve/bug-a").waitFor();
      assert.equal(await box.inputValue(), "eve bug");
      assert.equal(await rows().count(), 1);
    }
    await page.reload();
    await row("eve/bug-a").waitFor();
    assert.equal(await box.inputValue(), "eve bug");
    assert.equal(await rows().count(), 1);
  });

  test("an instance that was begun is there when one comes back to it", async () => {
    await open("/instances/new");
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("kept-1");
    await page.getByRole("button", { name: "More: processors and memory" }).click();
    await page.getByLabel("Processors").fill("1.5");
    await page.getByRole("navigation").getByRole("link", { name: /^Nodes/ }).click();
    await heading("Nodes").waitFor();
    await page.goBack();
    await heading("Create instance").waitFor();
    assert.equal(await name.inputValue(), "kept-1");
    assert.equal(await page.getByLabel("Processors").inputValue(), "1.5");
    assert.equal(await page.getByLabel("Processors").isVisible(), true);
    await button("Add another key").click();
    await page.locator("#public_key:focus").waitFor();
    await page.keyboard.press("Escape");
    await focused(button("Add another key"));
    assert.equal(await name.inputValue(), "kept-1");
  });

  test("Escape leaves every form that opened in its page, and the focus goes back", async () => {
    for (const [path, opener, field] of [
      ["/tokens", "Create token", "#name"],
      ["/nodes", "Add a node", "#name"],
      ["/ssh-keys", "Add SSH key", "#public_key"],
      [`/instances/${adas.id}`, "Open a host port", "#container_port"],
    ]) {
      await open(path);
      await button(opener).first().click();
      await page.locator(`${field}:focus`).waitFor();
      await page.keyboard.press("Escape");
      await page.locator(`main form ${field}`).waitFor({ state: "detached" });
      await focused(button(opener).first());
    }
    await open("/nodes");
    await menu("Actions for lab", "Settings");
    await page.locator("#name:focus").waitFor();
    await page.keyboard.press("Escape");
    await focused(button("Actions for lab"));
  });

  test("without a key, adding one is the step; no key at all is a choice", async () => {
    const bob = await world.signUp("bob");
    const mine = page;
    page = await tab("bob");
    try {
      await firstKey(bob);
    } finally {
      await page.context().close();
      page = mine;
    }
  });

  async function firstKey(bob) {
    await open("/");
    await see(page.locator("main"), "No instances yet");
    assert.deepEqual(await primary(), ["Add an SSH key"]);
    assert.equal(await page.getByText(/no SSH key yet/).count(), 0, "it is said once");
    assert.equal(await page.getByRole("group", { name: "Whose instances" }).count(), 0);
    await look("first-steps");

    await open("/instances/new");
    const name = page.getByLabel("Name", { exact: true });
    await name.fill("no-key");
    assert.deepEqual(await primary(), ["Add SSH key"]);
    await look("create-without-a-key");
    await button("Create instance").click();
    await see(page.getByRole("alert"), /Add an SSH key first/);
    await page.getByLabel("Terminal only").check();
    assert.deepEqual(await primary(), ["Create instance"]);
    assert.equal(await page.getByLabel("Public key").count(), 0);
    await button("Create instance").click();
    await heading("no-key").waitFor();
    const named = async (name) => (await bob.api.get("/instances")).find((view) => view.name === name);
    assert.deepEqual((await named("no-key")).ssh_keys, []);

    await open("/instances/new");
    await name.fill("with-key");
    await bob.addKey("elsewhere");
    await page.getByRole("checkbox", { name: /elsewhere/ }).waitFor();
    await bob.api.remove(`/ssh-keys/${(await bob.api.get("/ssh-keys"))[0].id}`);
    await page.getByLabel("Public key").fill((await readFile(`${bob.identity}.pub`, "utf8")).trim());
    await page.getByLabel("Name of the key").fill("laptop");
    await button("Add SSH key").click();
    await page.getByRole("checkbox", { name: /laptop/ }).waitFor();
    assert.deepEqual(await primary(), ["Create instance"]);
    assert.equal(await name.inputValue(), "with-key");
    await button("Create instance").click();
    await heading("with-key").waitFor();
    assert.deepEqual((await named("with-key")).ssh_keys, ["laptop"]);

    // Who has a key may do without as well, and has to say so.
    await open("/instances/new");
    await name.fill("no-key-2");
    await page.getByRole("checkbox", { name: /laptop/ }).uncheck();
    await button("Create instance").click();
    await see(page.getByRole("alert"), /Choose at least one SSH key/);
    await page.getByLabel("Terminal only").check();
    assert.equal(await page.getByRole("alert").count(), 0);
    await button("Create instance").click();
    await heading("no-key-2").waitFor();
    assert.deepEqual((await named("no-key-2")).ssh_keys, []);
  }

  test("one that is lost is deleted and created again from its row", async () => {
    const { id } = await ada.phase((await ada.create("lost-1", { limits: { memory: "256m" } })).id, "running", 300);
    const [container] = await world.engine.containersOf(id);
    await world.engine.call("DELETE", `/containers/${container.Id}?force=1`);
    await ada.phase(id, "lost", 60);
    await open("/");
    await button("Delete", row("lost-1")).first().waitFor();
    await look("list-lost");
    await button("Create again", row("lost-1")).click();
    await heading("Create instance").waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "lost-1");
    assert.equal(await page.getByLabel("Memory in MB").inputValue(), "269");
    await see(page.locator("#name-note"), /You have an instance of this name/);
    await ada.api.remove(`/instances/${id}`);
    await ada.gone(id);
    await button("Create instance").click();
    await heading("lost-1").waitFor();
    const made = (await ada.api.get("/instances")).find((view) => view.name === "lost-1");
    assert.deepEqual(made.limits, { cpu_millis: null, memory_bytes: 268435456 });
  });

  test("nothing is offered of an instance that is being deleted", async () => {
    await open(`/instances/${adas.id}`);
    await page.getByRole("heading", { name: "Ports", exact: true }).waitFor();
    await node.end();
    await ada.phase(adas.id, "unknown", 60);
    await ada.api.remove(`/instances/${adas.id}`);
    await see(page.locator("main"), "Why is it still here?");
    for (const name of ["Ports", "Files", "Who gets in", "Delete"]) assert.equal(await page.getByRole("heading", { name, exact: true }).count(), 0, name);
    const main = page.locator("main");
    for (const role of ["switch", "combobox", "textbox"]) assert.equal(await main.getByRole(role).count(), 0, role);
    await look("deleting");
    browser.expected.push(/ 404 /);
    await node.start();
    await ada.gone(adas.id);
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
