// How an instance's ports are reached, by clicking: host ports that come and go, and public URLs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, isOpen, root, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { askTcp, askUdp, startEcho } from "../../support/echo.mjs";
import { hands } from "../../support/hands.mjs";

const INSIDE = 5353;

describe("ports in a browser", () => {
  let world, ada, web, node, browser, context, page, base;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    ({ ada, server: { base } } = world);
    await ada.addKey();
    node = await world.node("lab-1");
    web = await ada.phase((await ada.create("web-1")).id, "running", 300);
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), INSIDE);
    browser = await Browser.open();
    context = await browser.context();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
    await signIn(context, base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const { button, menu, see, open, clipboard } = hands(() => page, () => base);
  const forwards = async () => (await ada.api.get(`/instances/${web.id}`)).forwards;
  const rows = (place, tab = page) => tab.getByRole("table", { name: place }).locator("tbody");
  const form = () => page.getByRole("form");
  const inForm = (label) => form().getByLabel(label, { exact: true });
  const sent = () => form().waitFor({ state: "detached" });
  const refused = (field) => page.locator(`#${field}[aria-invalid=true]`).waitFor();

  test("a host port is opened on the node, answers, lets in whom it shall, and is closed", async () => {
    await open(`/instances/${web.id}`);
    const other = await context.newPage();
    await open(`/instances/${web.id}`, other);
    await page.bringToFront();
    assert.equal(await rows("On the node").count(), 3, "the block's");
    await see(page, /Programs in the instance see every caller at one address/);
    await button("Open a host port").click();
    await see(form(), "Everybody who reaches lab-1 gets in, without an account and without being asked.");
    assert.equal(await button("Open host port").isDisabled(), true, "nothing is said yet");
    await look("host-port-form");
    await inForm("Port in the instance").fill(`${INSIDE}`);
    await page.keyboard.press("Enter");
    await sent();
    await see(page, new RegExp(`leads to port ${INSIDE} of web-1`));
    const [forward] = await forwards();
    assert.deepEqual([forward.place, forward.protocol, forward.container, forward.allow], ["node", "tcp", INSIDE, []]);
    const row = rows("On the node").filter({ hasText: forward.address });
    for (const tab of [page, other]) await see(rows("On the node", tab).filter({ hasText: forward.address }), "Lets in everybody");
    await button("Copy the address", row).click();
    assert.equal(await clipboard(), forward.address);
    await until("it answers", async () => (await askTcp(forward.host, { host: world.ports })) === "inside tcp", 20);

    const actions = `Actions for host port ${forward.host}`;
    await menu(actions, "Change…");
    await inForm("Who is let in").fill("127.0.0.2,\n192.0.2.0/24");
    await see(form(), "only the networks that you name get in");
    await look("host-port-change");
    await button("Save changes").click();
    await sent();
    for (const tab of [page, other]) await see(rows("On the node", tab).filter({ hasText: forward.address }), "127.0.0.2, 192.0.2.0/24");
    assert.deepEqual((await forwards())[0].host, forward.host, "its number stays");
    await until("the new rule is obeyed", async () => (await askTcp(forward.host, { host: world.ports, localAddress: "127.0.0.3" })) === "" && (await askTcp(forward.host, { host: world.ports, localAddress: "127.0.0.2" })) === "inside tcp", 20);

    await button("Open a host port").click();
    await inForm("Port in the instance").fill(`${INSIDE}`);
    await button("Open host port").click();
    await see(page.locator("#container_port-note"), /leads there already/);
    await button("Cancel").click();
    assert.equal(await button("Open a host port").evaluate((element) => element === document.activeElement), true, "the cursor is back");

    await menu(actions, "Close");
    for (const tab of [page, other]) await rows("On the node", tab).filter({ hasText: forward.address }).waitFor({ state: "detached" });
    assert.deepEqual(await forwards(), []);
    await until("nothing listens any more", async () => !(await isOpen(forward.host, world.ports)), 20);
    await other.close();
  });

  test("the page says who gets in by which way, and lets nobody in at 80 once that is switched off", async () => {
    await ada.api.post(`/instances/${web.id}/forwards`, { container_port: INSIDE, allow: ["192.0.2.0/24"] });
    await open(`/instances/${web.id}`);
    const other = await context.newPage();
    await open(`/instances/${web.id}`, other);
    await page.bringToFront();
    const way = (name, tab = page) => tab.getByRole("list", { name: "Ways in" }).locator("li").filter({ has: tab.getByText(name, { exact: true }) });
    const host = (at) => web.ports[at].host;
    await see(way("SSH gateway"), "Holders of laptop");
    await see(way("Host port of 22"), "Holders of laptop");
    await see(way("Host port of 80"), `:${host(1)}`);
    for (const name of ["Host port of 80", "Host port of 443"]) await see(way(name), "Everybody who reaches lab-1");
    await see(way("Public URL of 80"), "ada, and holders of a link");
    await see(way(`Host port of ${INSIDE}`), "Only 192.0.2.0/24");
    assert.equal(await way("Host port of 22").getByRole("switch").count(), 0, "22 stays");
    const http = way("Host port of 80").getByRole("switch");
    assert.equal(await http.getAttribute("aria-label"), "The host port of 80 is open");
    await http.click();
    for (const tab of [page, other]) await see(way("Host port of 80", tab), "Nobody");
    await until("nobody gets in any more", async () => !(await isOpen(host(1), node.host)), 20);
    assert.equal(await isOpen(host(2), node.host), true, "443 is as it was");
    await see(rows("On the node").filter({ hasText: `:${host(1)}` }), "closed");
    await look("doors");
    browser.expected.push(/ 404 /);
    await page.route("**/doors/443", (route) => route.continue({ url: route.request().url().replace(web.id, "i-00000000000000aa") }));
    await way("Host port of 443").getByRole("switch").click();
    await see(way("Host port of 443").getByRole("alert"), /no such instance/i);
    await until("the switch is back", () => way("Host port of 443").getByRole("switch").isChecked(), 20);
    await page.unroute("**/doors/443");
    await node.end();
    await until("its node is away", async () => (await world.admin.get(`/nodes/${node.id}`)).liveness === "offline", 60);
    await way("Host port of 80").getByRole("switch").click();
    await see(way("Host port of 80"), /It is still closed: lab-1 is asked to open it, and is away/);
    await look("door-away");
    await node.start();
    for (const tab of [page, other]) await see(way("Host port of 80", tab), "Everybody who reaches lab-1");
    await until("it is open again", () => isOpen(host(1), node.host), 20);
    await other.close();
    for (const { place, protocol, host } of await forwards()) await ada.api.remove(`/instances/${web.id}/forwards/${place}/${protocol}/${host}`);
  });

  test("an administrator settles that new instances begin with closed web ports", async () => {
    await open("/settings");
    const closed = page.getByRole("switch", { name: /closed web ports/ });
    assert.equal(await closed.isChecked(), false);
    await closed.check();
    await look("settings-doors");
    await button("Save settings").click();
    await until("it is stored", async () => (await ada.api.get("/settings")).web_ports_closed, 20);
    await open("/settings");
    assert.equal(await page.getByRole("switch", { name: /closed web ports/ }).isChecked(), true);
    await page.getByRole("switch", { name: /closed web ports/ }).uncheck();
    await button("Save settings").click();
    await until("it is as it was", async () => !(await ada.api.get("/settings")).web_ports_closed, 20);
    await open(`/instances/${web.id}`);
  });

  test("one for datagrams is opened on the server, with a number that was asked for", async () => {
    const host = world.range.first + 3;
    await button("Open a host port").click();
    await inForm("Port in the instance").fill(`${INSIDE}`);
    await form().getByLabel("UDP").check();
    await form().getByLabel(/^On the server/).check();
    await see(form(), /Everybody who reaches this server/);
    await button(/^More: /, form()).click();
    await inForm("Host port").fill(`${host}`);
    await button("Open host port").click();
    await sent();
    const row = rows("On the server").filter({ hasText: `:${host}` });
    await see(row, "UDP");
    assert.equal(await askUdp(host, { host: world.ports }), "inside udp");
    await look("host-ports");
    await menu(`Actions for UDP host port ${host} of the server`, "Close");
    await page.getByRole("table", { name: "On the server" }).waitFor({ state: "detached" });
    assert.equal(await askUdp(host, { host: world.ports, seconds: 1 }), "");
  });

  test("what is wrong is told at its field, and nothing is opened", async () => {
    await button("Open a host port").click();
    await inForm("Port in the instance").fill("http");
    await button("Open host port").click();
    await refused("container_port");
    await inForm("Port in the instance").fill("8080");
    await button(/^More: /, form()).click();
    browser.expected.push(/ 400 /);
    for (const [label, field, wrong] of [["Host port", "host_port", "1"], ["Who is let in", "allow", "10.0.0.0/8, nowhere"], ["Listen on", "bind", "localhost"]]) {
      await inForm(label).fill(wrong);
      await button("Open host port").click();
      await refused(field);
      if (field === "allow") await look("host-port-refused");
      await inForm(label).fill("");
    }
    await button("Cancel").click();
    assert.deepEqual(await forwards(), []);
  });

  test("a refusal of a close stays in its row", async () => {
    await ada.api.post(`/instances/${web.id}/forwards`, { container_port: INSIDE });
    const [{ host }] = await forwards();
    const row = rows("On the node").filter({ hasText: `:${host}` });
    await row.waitFor();
    browser.expected.push(/ 404 /);
    await page.route("**/forwards/**", (route) => route.continue({ url: route.request().url().replace(web.id, "i-00000000000000aa") }));
    await menu(`Actions for host port ${host}`, "Close");
    await see(row.getByRole("alert"), /no such instance/i);
    await page.unroute("**/forwards/**");
    await menu(`Actions for host port ${host}`, "Close");
    await row.waitFor({ state: "detached" });
  });

  test("as many as there may be, at a long address, with networks and a problem, fit into a narrow window", async () => {
    const { name, max_instances, host_ports } = node.view;
    const address = (address) => world.admin.ok("PUT", `/nodes/${node.id}`, { name, max_instances, host_ports, address });
    await address("2001:db8:85a3:8d3:1319:8a2e:370:7348");
    const networks = Array.from({ length: 10 }, (_, n) => (n % 2 ? `10.${n}.0.0/16` : `2001:db8:85a3:${n}::/64`));
    const more = [{ allow: networks }, { allow: ["192.0.2.7"], bind: "127.0.0.2" }, { bind: "192.0.2.99" }, { place: "server", protocol: "udp" }, { place: "server", allow: networks.slice(0, 3) }];
    for (let n = 0; n < 16; n++) await ada.api.post(`/instances/${web.id}/forwards`, { container_port: 9000 + n, ...more[n] });
    await see(page.getByRole("status"), /cannot be opened: .* Change its address or close it/);
    // The page hears of them in its own time.
    await rows("On the node").nth(16).waitFor();
    await rows("On the server").nth(1).waitFor();
    assert.equal(await rows("On the node").count(), 17);
    assert.equal(await rows("On the server").count(), 2);
    await see(page.locator("main"), "Listens on");
    const summary = page.getByText(/ and 7 more$/);
    await look("host-ports-many");
    await summary.click();
    await see(page.locator("main"), /10\.9\.0\.0\/16/);
    browser.expected.push(/ 409 /);
    await button("Open a host port").click();
    await inForm("Port in the instance").fill("9999");
    await button("Open host port").click();
    await see(form().getByRole("alert"), /Close one first/);
    await look("host-port-too-many");
    await button("Cancel").click();
    for (const { place, protocol, host } of await forwards()) await ada.api.remove(`/instances/${web.id}/forwards/${place}/${protocol}/${host}`);
    await address("127.0.0.2");
    await page.getByRole("table", { name: "On the server" }).waitFor({ state: "detached" });
    await see(rows("On the node"), `127.0.0.2:${web.ports[0].host}`);
    assert.equal(await rows("On the node").count(), 3);
  });

  test("a port gets a public URL, for everybody once that is confirmed, and for its owner alone", async () => {
    const { id } = web;
    const sent = await fetch(`${base}/api/v1/instances/${id}/files?path=app.pl`, { method: "PUT", body: await readFile(join(root, "tests/support/app.pl")), headers: ada.api.headers });
    assert.equal(sent.status, 204);
    await ada.sshOk(web, "nohup perl /root/app.pl 8080 >/root/app.log 2>&1 & echo started");
    await open(`/instances/${id}`);
    const number = page.getByLabel("Port of the app");
    const line = (port) => page.getByRole("list", { name: "Public URLs" }).locator("li").filter({ has: page.getByText(`${port}`, { exact: true }) });
    const level = page.getByLabel("Who may open port 8080");
    const shows = (words) => until(`the page shows ${words}`, () => level.evaluate((select, words) => !select.disabled && select.selectedOptions[0].text === words, words), 20);
    const stored = async () => (await ada.api.get(`/instances/${id}`)).urls.find(({ port }) => port === 8080)?.access;

    for (const wrong of ["70000", "80"]) {
      await number.fill(wrong);
      await button("Add URL").click();
      await page.locator("#port[aria-invalid=true]").waitFor();
    }
    await see(page.locator("#port-note"), /in the list already/);
    await look("ports-refused");
    browser.expected.push(/ 400 /);
    await number.fill("22");
    await button("Add URL").click();
    await see(page.locator("#port-note"), /speaks SSH/);
    await number.fill("8080");
    await button("Add URL").click();
    await shows("Only me");
    assert.equal(await number.inputValue(), "");
    assert.equal(await stored(), "owner");

    await level.selectOption("Everybody");
    await see(page.getByRole("dialog"), "Open port 8080 of web-1 to everybody?");
    await look("confirm-public");
    await button("Cancel").click();
    await shows("Only me");
    browser.expected.push(/ 404 /);
    await page.route("**/ports/8080", (route) => route.continue({ url: route.request().url().replace(id, "i-00000000000000aa") }));
    await level.selectOption("Everybody signed in");
    await see(line(8080).getByRole("alert"), /no such instance/i);
    await shows("Only me");
    await page.unroute("**/ports/8080");
    await level.selectOption("Everybody");
    await button("Open to everybody").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await shows("Everybody");
    assert.equal(await stored(), "public");
    const link = line(8080).getByRole("link");
    const url = await link.getAttribute("href");
    await button("Copy the URL of port 8080").click();
    assert.equal(await clipboard(), url);
    const [app] = await Promise.all([context.waitForEvent("page"), link.click()]);
    await see(app, /^GET \/ HTTP/);
    await app.close();
    await look("ports");

    await level.selectOption("Only me");
    await shows("Only me");
    const other = await browser.context();
    try {
      const visitor = await other.newPage();
      await visitor.goto(url, { waitUntil: "networkidle" });
      await visitor.getByLabel("Username or email address").fill("ada");
      await visitor.getByLabel("Password").fill(PASSWORD);
      await visitor.getByRole("button", { name: "Sign in", exact: true }).click();
      await see(visitor, /x-dockhost-user: ada/i);
      assert.equal(visitor.url(), url);
    } finally {
      await other.close();
    }

    await menu("Actions for port 8080", "Copy a link that opens for a day");
    await see(page, /^Copied a link to port 8080 of web-1\. It opens for anybody who has it until /);
    const guests = await browser.context();
    try {
      const guest = await guests.newPage();
      await guest.goto(await clipboard());
      await see(guest, /^GET \/ HTTP/);
    } finally {
      await guests.close();
    }
    await look("ports-link-copied");
    await menu("Actions for port 8080", "Remove");
    await line(8080).waitFor({ state: "detached" });
    assert.equal(await stored(), undefined);
  });

  test("a server that opens no host ports says so before anybody asks for one", async () => {
    browser.expected.push(/ERR_CONNECTION_REFUSED|WebSocket connection/);
    world.server.env.DOCKHOST_FORWARD_LISTEN = "off";
    await world.server.restart();
    await ada.phase(web.id, "running");
    await open(`/instances/${web.id}`);
    await button("Open a host port").click();
    await see(form(), "This server opens none.");
    assert.equal(await form().getByLabel(/^On the server/).isDisabled(), true);
    await look("host-port-none-of-server");
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
