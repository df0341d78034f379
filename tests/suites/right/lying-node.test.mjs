// What a node says is shown to its owner's neighbours and to operators, on pages and on terminals: nothing of it is obeyed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { IMAGE, World, run, until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { LyingNode } from "../../support/lying-node.mjs";
import { program } from "../../support/process.mjs";

/** A title, colours, the clipboard, C1 in UTF-8, text that runs backwards, text that nobody sees, a line of its own, and very much of it. */
const EVIL = "\u001b]0;OWNED\u0007\u001b[31mROOT\u001b[0m\u001b]52;c;cm0gLXJm\u0007\u009b2J\u202egpj\u2066\u200b\u{e0041}\b\r\nroot@server:~# ";
const evil = (mark) => `${mark}${EVIL}${"x".repeat(60_000)}`;

/** What a terminal obeys, or nobody sees. Line ends and tabs between the columns are ours. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e0fff}]/u;

let attacks = 0;
function clean(what, text, mark) {
  attacks += 1;
  assert.ok(!OBEYED.test(text), `${what}: ${JSON.stringify(text.match(OBEYED))} in ${JSON.stringify(text.slice(0, 300))}`);
  if (mark) assert.ok(text.includes(mark), `${what} does not show ${mark}, so this proves nothing: ${text.slice(0, 400)}`);
  assert.ok(text.length < 20_000, `${what} has ${text.length} characters`);
}
/** Every text in an answer, by itself. */
function each(what, value) {
  if (typeof value === "string") {
    clean(what, value);
    assert.ok(value.length <= 2_100 && !/[\r\n]/.test(value), `${what}: ${value.length} characters, ${JSON.stringify(value.slice(0, 80))}`);
  } else if (value && typeof value === "object") {
    for (const [name, inner] of Object.entries(value)) each(`${what}.${name}`, inner);
  }
}

const facts = (more = {}) => ({
  system: evil("SYSTEM"), architecture: evil("ARCH"), cpus: 4, cpu_percent: 1, memory_total_bytes: 8e9, memory_used_bytes: 1e9,
  disk_total_bytes: 9e10, disk_free_bytes: 8e10, engine: { engine: "up", version: evil("ENGINE"), api: evil("API") },
  node_version: evil("PROGRAM"), images: [IMAGE],
  components: [{ name: "runc", version: "1.1.5+ds1", build: "1.1.5+ds1-1" }, { name: evil("NAMED"), version: evil("V"), build: "" }], ...more,
});

describe("a node that lies", () => {
  let world, eve, node, liar, made, client;

  before(async () => {
    world = await World.open({ engine: false });
    eve = world.ada;
    await eve.addKey();
    client = await Client.of(eve);
    node = await world.register("liar");
    liar = new LyingNode(world.server.base, node.key);
  });
  after(async () => {
    console.log(`texts of a lying node looked at: ${attacks}; with something that a terminal obeys: 0`);
    // What was never there is said to be gone.
    await eve.api.remove(`/instances/${made.id}`);
    liar.close();
    liar = new LyingNode(world.server.base, node.key);
    await liar.connect({ facts: facts() });
    await until("it is gone", async () => {
      const { generation } = liar.assignment.instances[0] ?? {};
      if (generation) liar.report([{ instance: made.id, generation, observed: { seen: "absent" }, activity: null, problem: null }]);
      return (await eve.api.get("/instances")).length === 0;
    });
    liar.close();
    await world?.close();
  });

  const dockhost = (args, input = "") => run(program("dockhost"), args, { input, env: { ...process.env, ...world.server.env } });
  const admin = async () => {
    const { status, stdout, stderr } = await dockhost(["admin", "nodes"]);
    assert.equal(status, 0, stderr);
    return stdout.replace(/\n$/, "");
  };

  test("who it is: a name of its machine that is no plain text, or endless, is refused, and its words are not echoed", async () => {
    for (const machine of [EVIL, "m".repeat(5_000), "a\u202eb"]) {
      const other = new LyingNode(world.server.base, node.key);
      const { type, message } = await other.connect({ machine, facts: facts() });
      assert.equal(type, "refused");
      clean("the refusal", message);
      other.close();
    }
    const other = new LyingNode(world.server.base, node.key);
    const { type, message } = await other.connect({ facts: facts({ cpus: EVIL }) });
    assert.equal(type, "refused");
    clean("the refusal of a frame that does not read", message, "OWNED");
    other.close();
  });

  test("its machine: on the page's data, on the operator's terminal, and its known fault is named", async () => {
    assert.equal((await liar.connect({ facts: facts() })).type, "welcome");
    const view = await eve.api.get(`/nodes/${node.id}`);
    for (const mark of ["SYSTEM", "ARCH", "ENGINE", "PROGRAM", "NAMED"]) assert.ok(JSON.stringify(view).includes(mark), mark);
    each("GET /nodes", view);
    const line = await admin();
    clean("admin nodes", line, "ENGINE");
    assert.equal(line.split("\n").length, 1, "it made a line of its own");
    assert.match(line, /known faults: runc 1\.1\.5\+ds1-1: CVE-2024-21626; runc 1\.1\.5\+ds1-1: CVE-2025-31133/);
    for (const engine of ["away", "hung"]) {
      liar.heartbeat(facts({ engine: { engine, reason: evil(engine.toUpperCase()) } }));
      clean("admin nodes", await until("it is told", async () => (await admin()).includes(engine.toUpperCase()) && admin()), engine.toUpperCase());
      each("GET /nodes", await eve.api.get(`/nodes/${node.id}`));
    }
    liar.heartbeat(facts());
    await until("it has an engine again", async () => (await admin()).includes("ENGINE"));
  });

  test("an instance's problem, its timeline, the lobby's words, and a forward that is not open", async () => {
    made = await eve.api.post("/instances", { name: "web-1", image: IMAGE });
    const assigned = await until("it is assigned", () => liar.assignment?.instances.find(({ id }) => id === made.id));
    const forward = await eve.api.post(`/instances/${made.id}/forwards`, { container_port: 5000 }).catch((error) => error);
    const key = { place: "node", protocol: "tcp", host: forward.forwards?.[0]?.host ?? 30000 };
    const current = () => liar.assignment.instances.find(({ id }) => id === made.id) ?? assigned;
    await until("the forward is assigned", () => current().forwards?.length > 0);
    liar.report([{
      instance: made.id, generation: current().generation,
      observed: { seen: "present", container_id: evil("ID"), incarnation: current().incarnation, state: { is: "exited", code: 1, out_of_memory: false }, started_at: null },
      activity: null, problem: { code: "refused", message: evil("PROBLEM") },
      unopened: Array.from({ length: 500 }, () => ({ key, reason: evil("REASON").slice(0, 600), taken: false })),
    }]);
    const view = await until("its problem is told", async () => {
      const now = await eve.api.get(`/instances/${made.id}`);
      return JSON.stringify(now).includes("PROBLEM") && now;
    });
    each("GET /instances", view);
    each("events", await eve.api.get(`/instances/${made.id}/events`));
    each("explain", await eve.api.get(`/instances/${made.id}/explain`));
    for (const command of ["ls", "explain web-1", "ports web-1", "explain web-1 --json"]) {
      const { stdout, stderr } = await client.lobby(command);
      clean(`lobby ${command}`, (stdout + stderr).replaceAll("\r\n", "\n"), command === "explain web-1" ? "PROBLEM" : undefined);
    }
  });

  test("containers of nobody, as `recover` proposes them", async () => {
    const row = { owner: "p-0000000000000009", name: "web", image: IMAGE, limits: { cpu_millis: null, memory_bytes: null }, host_ports: { first: 1024 }, host_key: evil("ssh-ed25519 ") };
    liar.report([], [
      { container: evil("STRANGER"), running: true, origin: null },
      { container: evil("KNOWN"), running: true, origin: { instance: "i-0000000000000099", incarnation: 1, row } },
    ]);
    const told = await until("they are proposed", async () => {
      const { stdout } = await dockhost(["recover"]);
      return stdout.includes("STRANGER") && stdout.includes("KNOWN") && stdout;
    });
    clean("recover", told, "STRANGER");
  });

  test("why a stream is not opened, a file not taken and nothing found", async () => {
    liar.report([{
      instance: made.id, generation: liar.assignment.instances[0].generation,
      observed: { seen: "present", container_id: "abc", incarnation: liar.assignment.instances[0].incarnation, state: { is: "running" }, started_at: null },
      activity: null, problem: null,
    }]);
    await until("it runs", async () => (await eve.api.get(`/instances/${made.id}`)).phase === "running");
    const path = `/instances/${made.id}/files?path=/x`;
    for (const [what, method, ...answers] of [
      ["NOTOPENED", "GET", { opened: "no", why: "engine", message: evil("NOTOPENED") }],
      ["NOTHING", "GET", { opened: "yes" }, { found: "nothing", why: evil("NOTHING").slice(0, 12_000) }],
      ["FAILED", "PUT", { opened: "yes" }, { put: "failed", why: evil("FAILED").slice(0, 12_000) }],
    ]) {
      // One head has at most 16 KiB.
      const short = answers.map((answer) => (answer.message ? { ...answer, message: answer.message.slice(0, 12_000) } : answer));
      await liar.stream(...short);
      const { body, status } = await eve.api.call(method, path, method === "PUT" ? "content" : undefined);
      assert.ok(status >= 400, `${status}`);
      each(what, body);
      clean(what, body.message, what);
    }
    await liar.stream({ opened: "no", why: "not_running", message: evil("GATEWAY").slice(0, 12_000) });
    const { stderr } = await client.ssh("web-1", "true");
    // The gateway ends its own lines as terminals want it.
    clean("ssh through the gateway", stderr.replaceAll("\r\n", "\n"), "GATEWAY");
  });

  test("after all that, the server's log and what it stored are plain, also after a restart", async () => {
    clean("the server's log", readFileSync(world.server.log, "utf8").split("\n").filter((line) => line.includes("OWNED") || line.includes("node")).join("\n").slice(0, 19_000));
    assert.ok(!OBEYED.test(readFileSync(world.server.log, "utf8")));
    liar.close();
    await world.server.restart();
    clean("admin nodes", await admin(), "ENGINE");
    each("GET /nodes", await eve.api.get(`/nodes/${node.id}`));
    each("events", await eve.api.get(`/instances/${made.id}/events`));
  });
});
