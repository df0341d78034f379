// A machine becomes a node by the very line that the page shows, and by no other.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Lab } from "../../chaos/lab.mjs";
import { IMAGE, PASSWORD, request, until, World } from "../../harness.mjs";
import { Browser, pictures } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";
import { MachineToBe } from "../../support/machine-to-be.mjs";
import { program } from "../../support/process.mjs";

const root = process.getuid() === 0;
const ARCHITECTURE = { x64: "x86_64", arm64: "aarch64" }[process.arch];

describe("a machine becomes a node", { skip: root ? false : "networks and mounts of one's own take root" }, () => {
  let lab, world, browser, page, base, machine;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));
  const { button, menu, see, ready, open } = hands(() => page, () => base);
  const card = (name) => page.getByRole("article", { name });

  before(async () => {
    lab = await Lab.open();
    // A server that made its certificate itself, as one does to which other machines come.
    world = await World.open({ host: lab.host, scheme: "https", env: { DOCKHOST_SIGN_UP: "open" } });
    ({ base } = world.server);
    const data = join(world.dir, "machine");
    await mkdir(data);
    machine = await MachineToBe.open(lab, {
      DOCKHOST_NODE_DATA_DIR: data,
      DOCKHOST_DOCKER_SOCKET: world.engine.socket,
      DOCKHOST_IMAGES: IMAGE,
    });
    browser = await Browser.open();
    page = await (await browser.context({ ignoreHTTPSErrors: true })).newPage();
    await open("/sign-in");
    await page.getByLabel("Username or email address").fill("ada");
    await page.getByLabel("Password").fill(PASSWORD);
    await button("Sign in").click();
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await machine?.close();
    await world?.close();
    await lab?.close();
  });

  const shown = async () => (await page.getByText(/install_node https:\S+ dhe_\w+/).first().textContent()).trim();
  const codeOf = (line) => /dhe_\w+/.exec(line)[0];
  const add = async (name) => {
    await open("/nodes");
    await button("Add a node").first().click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await button("Add node").click();
    const line = await shown();
    const { id } = (await world.admin.get("/nodes")).find((node) => node.name === name);
    return { id, line };
  };
  const enrol = (code, more = {}) => request(base, "POST", "/api/v1/enrolment", { body: { code, ...more } });
  const refused = async (code, says) => {
    const answer = await enrol(code);
    assert.deepEqual([answer.status, answer.body.code, answer.body.field], [403, "forbidden", "code"], answer.text);
    assert.match(answer.body.message, says);
  };

  test("by the line that the page shows, also after the page was left and the server started anew", async () => {
    const first = await add("lab-1");
    await look("node-line");
    await see(card("lab-1"), "Paste the line on its computer.");
    // The steps stay on the card; its line cannot be shown again, so there is another one.
    await open("/nodes");
    await see(card("lab-1"), "Ready for instances");
    assert.equal(await page.getByText(codeOf(first.line)).count(), 0, "the line is shown once");
    await look("node-never-connected");
    await button("Show how to connect").click();
    const line = await shown();
    assert.match(line, /--pinnedpubkey sha256\/\/\S+ https:/);
    await refused(codeOf(first.line), /opens nothing/);
    // The page's socket is cut off by it.
    browser.expected.push(/WebSocket|ERR_CONNECTION|ERR_SOCKET|\/live/);
    await world.server.restart();

    const shell = machine.paste(line);
    const view = await until("the node is ready", async () => {
      if (shell.status !== undefined) throw new Error(`the line ended with ${shell.status}: ${shell.said}`);
      const view = await world.admin.get(`/nodes/${first.id}`);
      return view.was_ready && view;
    }, 120);
    assert.deepEqual([view.liveness, view.facts.engine.engine, view.address], ["online", "up", lab.address]);
    assert.equal(view.enrolment.used.address, lab.address);
    await see(card("lab-1"), /Docker [\d.]+\S* answers\./);
    await button("Hide the line").click();
    await until("the steps are gone", async () => (await card("lab-1").getByText("Ready for instances").count()) === 0);
    await look("node-connected");

    // No secret is where others look.
    assert.equal((await machine.run("stat", "-c", "%a %U", "/etc/dockhost-node/key")).trim(), "600 root");
    const key = (await machine.run("cat", "/etc/dockhost-node/key")).trim();
    assert.match(key, /^dhn_\w+$/);
    const running = machine.programs(shell);
    const node = running.find(({ args }) => args[0] === "/usr/local/bin/dockhost-node");
    assert.ok(node, JSON.stringify(running));
    for (const secret of [key, codeOf(line)]) {
      assert.ok(!running.some(({ args }) => args.some((arg) => arg.includes(secret))), "it is in the list of processes");
      assert.ok(!readFileSync(`/proc/${node.pid}/environ`, "utf8").includes(secret), "it is in the environment");
      for (const text of [shell.said, readFileSync(world.server.log, "utf8")]) assert.ok(!text.includes(secret), text);
    }

    // What the line left behind serves the doctor, too.
    const options = node.args.slice(1);
    const found = JSON.parse(await machine.run("/usr/local/bin/dockhost-node", "doctor", "--json", ...options));
    assert.ok(found.ok, JSON.stringify(found));
    assert.equal(found.checks.find(({ hop }) => hop === "rights").mark, "ok");

    // Once more, as from the shell's history.
    const again = await machine.pasted(line);
    assert.notEqual(again.status, 0);
    assert.match(again.said, new RegExp(`code of the node lab-1 was used already, at .* from ${lab.address.replaceAll(".", "\\.")}\\. If that was not you, rotate`));
    assert.equal((await machine.run("cat", "/etc/dockhost-node/key")).trim(), key, "the key is what it was");
    await until("the node goes on", async () => (await world.admin.get(`/nodes/${first.id}`)).liveness === "online");
    await machine.interrupt(shell);
  });

  test("a rotated key's line installs it anew", async () => {
    const { id } = (await world.admin.get("/nodes")).find(({ name }) => name === "lab-1");
    await until("it is gone", async () => (await world.admin.get(`/nodes/${id}`)).liveness !== "online");
    await open("/nodes");
    await menu("Actions for lab-1", "Rotate key");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate key" }).click();
    const shell = machine.paste(await shown());
    await until("it is online again", async () => (await world.admin.get(`/nodes/${id}`)).liveness === "online", 120);
    const connected = await world.admin.call("POST", `/nodes/${id}/enrolment-code`);
    assert.equal(connected.status, 409);
    assert.match(connected.body.message, /is connected and needs no code/);
    await machine.interrupt(shell);
  });

  test("a code opens nothing else, and goes with its node", async () => {
    const { id, line } = await add("lab-2");
    const code = codeOf(line);
    const bearer = { authorization: `Bearer ${code}` };
    for (const path of ["/api/v1/me", "/api/v1/nodes", "/api/v1/channel", "/api/v1/stream"]) {
      assert.equal((await request(base, "GET", path, { headers: bearer })).status, 401, path);
    }
    const mistyped = await enrol(code, { name: "other" });
    assert.deepEqual([mistyped.status, mistyped.body.field], [400, "name"], mistyped.text);
    await world.admin.remove(`/nodes/${id}`);
    await refused(code, /the node was removed/);
  });

  test("a server with another key gets nothing said, and nothing of it is run", async () => {
    const { line } = await add("lab-3");
    const other = line.replace(/sha256\/\/\S+/, `sha256//${createHash("sha256").update("other").digest("base64")}`);
    assert.notEqual(other, line);
    const shell = await machine.pasted(other);
    assert.match(shell.said, /curl: \(90\)/);
    assert.doesNotMatch(shell.said, /fetching|error: this machine/);
    assert.equal((await enrol(codeOf(line))).status, 200, "its code was not used");
  });

  test("the script and the program are what the server says they are; what it does not have is refused in a sentence", async () => {
    const script = await request(base, "GET", "/install-node");
    assert.match(script.headers["content-type"], /^text\/plain/);
    const sum = new RegExp(`${ARCHITECTURE} ([0-9a-f]{64})`).exec(script.text)[1];
    assert.equal(sum, createHash("sha256").update(readFileSync(program("dockhost-node"))).digest("hex"));
    assert.ok(script.text.includes(await world.server.adminOk(["server-fingerprint"])));
    const missing = await request(base, "GET", "/install-node/riscv64");
    assert.equal(missing.status, 404);
    assert.match(missing.text, new RegExp(`no node program for riscv64 \\(it has: ${ARCHITECTURE}\\)`));
    const { line } = await add("lab-4");
    const call = (words) => line.replace(/install_node .*\)/, `${words})`);
    for (const [words, says] of [
      [`install_node ${base}`, /the line is not whole/],
      [`install_node ftp://x ${codeOf(line)}`, /ftp:\/\/x is no address of a server/],
      [`install_node ${base} ${codeOf(line)} --systemdd`, /there is no option --systemdd/],
      [`install_node ${base} ${codeOf(line).slice(0, -1)}`, /This enrolment code opens nothing/],
    ]) {
      const shell = await machine.pasted(call(words));
      assert.notEqual(shell.status, 0, words);
      assert.match(shell.said, says);
    }
    if (!existsSync("/run/systemd/system")) {
      await page.getByRole("switch").first().click();
      const service = await shown();
      assert.match(service, / --systemd\) \| sh$/);
      assert.match((await machine.pasted(service)).said, /systemd does not run this machine: leave --systemd out/);
    }
    assert.equal((await enrol(codeOf(line))).status, 200, "none of these used the code");
  });

  test("wrong codes are answered 429 in the end, and a code that was given says what it is all the same", async () => {
    const { line } = await add("lab-5");
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push((await enrol("dhe_wrong")).status);
    assert.deepEqual([...new Set(answers)].sort(), [403, 429]);
    const slowed = await enrol("dhe_wrong");
    assert.match(slowed.body.message, /Too many enrolment codes from your address opened nothing\. Try again in \d+ s/);
    const taken = await enrol(codeOf(line));
    assert.deepEqual([taken.status, taken.body.name], [200, "lab-5"], "instances call from their node's address, too");
    await refused(codeOf(line), /was used already/);
  });

  test("nobody saw anything wrong", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
