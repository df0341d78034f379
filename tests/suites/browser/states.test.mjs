// What the page shows when something is wrong, and the ways out, by clicking.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { World, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";

describe("states and ways out", () => {
  let world, node, ada, browser, page;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));
  const see = (text, seconds = 60) => page.locator("main").getByText(text).first().waitFor({ timeout: seconds * 1000 });
  const button = (name, scope = page) => scope.getByRole("button", { name, exact: true });
  const dialog = () => page.getByRole("dialog");
  const open = async (path) => {
    await page.goto(`${world.server.base}${path}`, { waitUntil: "networkidle" });
    await page.waitForFunction(() => globalThis.performance.getEntriesByType("resource").some((entry) => entry.name.includes(".wasm") && entry.responseEnd > 0));
  };
  const menu = async (item) => {
    await button("Actions for lab-1").click();
    await page.getByRole("menu").getByRole("menuitem", { name: item, exact: true }).click();
  };
  const running = async (name) => ada.phase((await ada.create(name)).id, "running", 300);
  const view = () => world.admin.get(`/nodes/${node.id}`);

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    ada = world.ada;
    await ada.addKey();
    node = await world.node("lab-1");
    browser = await Browser.open();
    const context = await browser.context();
    await signIn(context, world.server.base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  test("a node that cannot give instances systemd says why, before a create and after it", async () => {
    // As one that runs without the rights of its unit.
    await node.end();
    node.inside = ["setpriv", "--bounding-set", "-sys_admin,-sys_chroot,-sys_ptrace", "--inh-caps", "-sys_admin,-sys_chroot,-sys_ptrace"];
    await node.start();
    await open("/nodes");
    await see(/small init in place of systemd\. This process may not step into the namespaces .* Run the node as root/);
    await look("node-without-systemd");
    await open("/instances/new");
    await page.getByText("It gets no systemd there: the page Nodes says why.").waitFor();
    await look("create-without-systemd");
    const box = await running("plain");
    assert.equal(box.init, "small");
    await open(`/instances/${box.id}`);
    await see("its node cannot give it systemd");
    await look("instance-without-systemd");
    assert.equal((await ada.sshOk(box, "cat /proc/1/comm")).trim(), "small-init");
    await ada.api.remove(`/instances/${box.id}`);
    await ada.gone(box.id);
    await node.end();
    node.inside = [];
    await node.start();
    await open("/nodes");
    await page.getByText("small init in place of systemd").waitFor({ state: "detached" });
  });

  test("a running instance says how to find out why nobody can connect", async () => {
    const { id } = await running("web-1");
    await open(`/instances/${id}`);
    const help = button("Help me connect");
    await help.waitFor();
    assert.equal(await page.getByRole("list", { name: "Checks" }).count(), 0, "nothing is asked before somebody wants to know");
    assert.equal(await page.getByText("saw it run").count(), 0);
    await help.click();
    const checks = page.getByRole("list", { name: "Checks" }).getByRole("listitem");
    await checks.filter({ hasText: /^The node is reached: good/ }).waitFor();
    await checks.filter({ hasText: /^Its sshd answers: good/ }).waitFor();
    assert.deepEqual(await checks.evaluateAll((all) => all.map((one) => one.querySelector("p").textContent)), [
      "The node is reached: good",
      "The node listens on the host port: good",
      "Its sshd answers: good",
      "A key lets you in: good",
    ]);
    await see(/lab-1 saw it run/);
    await look("why-running");
    await help.click();
    await checks.first().waitFor({ state: "detached" });
  });

  test("a container that was removed by hand is lost, and nothing is made in its place", async () => {
    const { id } = await running("web-2");
    const [container] = await world.engine.containersOf(id);
    await open(`/instances/${id}`);
    await world.engine.call("DELETE", `/containers/${container.Id}?force=1`);
    await see("Where is its container?");
    await see(/nobody asked DockHost for that/);
    await look("why-lost");
    assert.deepEqual(await world.engine.containersOf(id), []);
    // The page may be asking why it is lost when it is gone.
    browser.expected.push(/ 404 \(Not Found\) \S+\/explain$/);
    await ada.api.remove(`/instances/${id}`);
    await ada.gone(id);
  });

  test("a node that is away: its instance is unknown, its deletion can be forgotten", async () => {
    const [{ id }] = await ada.api.get("/instances");
    await open(`/instances/${id}`);
    await node.end();
    await see("Why is its state not known?", 40);
    await see(/Last seen running.*That node was last heard/);
    await look("why-unknown");
    await button("Delete").last().click();
    await dialog().getByRole("textbox").fill("web-1");
    await button("Delete", dialog()).click();
    // What is deleted is left; it is still in the list.
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    await page.getByText(/^web-1 is being deleted\. /).waitFor();
    await page.getByRole("link", { name: "web-1", exact: true }).click();
    await see("Why is it still here?");
    await look("why-deleting");
    await button("Forget").click();
    await dialog().getByRole("textbox").fill("web-1");
    await look("confirm-forget");
    browser.expected.push(/ 404 /);
    await button("Forget", dialog()).click();
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
    await page.getByText(/^web-1 forgotten · its ports [\d–]+ are free$/).waitFor();
    assert.equal(new URL(page.url()).pathname, "/");
  });

  test("what the forgotten one left is shown when its node is back; a drained node is empty", async () => {
    await node.start();
    await open("/nodes");
    await see(/belong to no instance/, 40);
    for (const container of await world.engine.call("GET", "/containers/json?all=1")) {
      await world.engine.call("DELETE", `/containers/${container.Id}?force=1`);
    }
    await running("web-3");
    await menu("Drain");
    await look("confirm-drain");
    await button("Drain node", dialog()).click();
    await see("Drained: no instance runs on it.", 30);
    await look("node-drained");
    await menu("Uncordon");
    await until("it takes instances again", async () => (await view()).availability === "open");
  });

  test("two machines with one key: all are refused until a person decides", async () => {
    const takeOver = async (dir) => {
      await node.process.end("SIGKILL");
      await until("its end is known", async () => (await view()).liveness !== "online");
      node.process = node.launch({ dir });
    };
    for (const dir of [`${node.dir}-b`, node.dir]) {
      await takeOver(dir);
      await node.online();
    }
    await takeOver(`${node.dir}-b`);
    await see(/took turns with the key/, 40);
    await look("node-frozen");
    await node.end();
    node.process = node.launch();
    await menu("Let it in again");
    await button("Let it in", dialog()).click();
    await node.online();
  });

  test("a node that is gone for good is given up with what was on it", async () => {
    const containers = await world.engine.call("GET", "/containers/json?all=1");
    await node.end();
    await see("offline", 40);
    await look("node-offline");
    await menu("Remove");
    await dialog().getByText(/given up, with all/).waitFor();
    await look("confirm-give-up");
    assert.equal(await button("Give it up", dialog()).isDisabled(), true);
    await dialog().getByLabel(/^Type /).fill("lab-1");
    await button("Give it up", dialog()).click();
    await until("node and instance are forgotten", async () => (await world.admin.get("/nodes")).length === 0);
    assert.deepEqual(await ada.api.get("/instances"), []);
    for (const { Id } of containers) await world.engine.call("DELETE", `/containers/${Id}?force=1`);
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
