// Programs of an earlier commit with those of today, for real: its node with this server in `make test`, and this node
// with its server in `make mixed`. Both build the earlier programs and name their folder.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { World, freePort, isOpen, until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { LyingNode } from "../../support/lying-node.mjs";
import { programsOf } from "../../support/process.mjs";

const earlier = process.env.DOCKHOST_EARLIER_PROGRAMS;
const halves = (process.env.DOCKHOST_MIXED ?? "node").split(" ");
const missing = earlier ? false : "DOCKHOST_EARLIER_PROGRAMS names no folder";

/** Starts what `start` launches before its first wait, with the programs of that folder. */
function launched(folder, start) {
  programsOf(folder);
  const started = start();
  programsOf();
  return started;
}

const open = async () => World.open({ env: { DOCKHOST_SSH_LISTEN: `127.0.0.1:${await freePort()}` } });

async function container(world, id) {
  const [{ Id }] = await world.engine.containersOf(id);
  const { State } = await world.engine.call("GET", `/containers/${Id}/json`);
  return { Id, startedAt: State.StartedAt };
}

/** A whole life, by every way in that both programs have. Answers with the instance, which runs. */
async function life(world, ada, node) {
  const made = await ada.create("web-1");
  const view = await ada.phase(made.id, "running", 300);
  assert.equal(await ada.sshOk(view, "echo kept > /root/kept; cat /root/kept"), "kept");
  const client = await Client.of(ada);
  await until("the gateway leads into it", async () => (await client.ok("web-1", "cat /root/kept")).trim() === "kept");
  await ada.api.post(`/instances/${made.id}/stop`);
  await ada.phase(made.id, "stopped");
  await ada.api.post(`/instances/${made.id}/start`);
  const again = await ada.phase(made.id, "running");
  assert.deepEqual(again.ports, view.ports);
  assert.equal(await ada.sshOk(again, "cat /root/kept"), "kept");
  const before = await container(world, made.id);
  await ada.api.post(`/instances/${made.id}/restart`);
  await until("it was restarted", async () => (await container(world, made.id)).startedAt !== before.startedAt);
  await ada.phase(made.id, "running");
  const { host } = again.ports.find(({ container }) => container === 22);
  assert.ok(await isOpen(host, node.host));
  return again;
}

/** Nothing that one end said made the other one end the connection. */
async function neverParted(world, node, since) {
  assert.equal((await world.admin.get(`/nodes/${node.id}`)).since, since, "the connection is another one");
  assert.doesNotMatch(await readFile(node.log, "utf8"), /no connection to the server|refused this node/);
  assert.doesNotMatch(await readFile(world.server.log, "utf8"), /connection was refused|panicked/);
}

describe("an earlier node with this server", { skip: missing || (halves.includes("node") ? false : "another half was chosen") }, () => {
  let world, ada, node, web, since;

  before(async () => {
    world = await open();
    ada = world.ada;
    await ada.addKey();
    node = await world.register("old");
    await launched(earlier, () => node.start());
    ({ since } = await ada.api.get(`/nodes/${node.id}`));
  });
  after(() => world?.close());

  const door = async (id) => (await ada.api.get(`/instances/${id}`)).doors.find(({ port }) => port === 80);

  test("an instance lives on it from its creation to a restart, and the channel stays", async () => {
    web = await life(world, ada, node);
    await neverParted(world, node, since);
  });

  test("a host port that it cannot close is refused with what to do, and stays open", async () => {
    const { status, body } = await ada.api.call("PUT", `/instances/${web.id}/doors/80`, { open: false });
    assert.equal(status, 409, JSON.stringify(body));
    assert.match(body.message, /^old runs dockhost-node \S+, which cannot close host ports \(update dockhost-node there\)/);
    assert.equal((await door(web.id)).open, true);
  });

  test("an instance that needs more than it can do goes to another node, or to none", async () => {
    const settings = await ada.api.get("/settings");
    await ada.api.ok("PUT", "/settings", { ...settings, web_ports_closed: true });
    const answer = await ada.api.call("POST", "/instances", { name: "shy", image: "debian-12" });
    assert.equal(answer.body.code, "no_capacity", answer.text);
    assert.match(answer.body.message, /old runs dockhost-node \S+, which cannot close host ports/);
    const today = await world.node("today");
    const shy = await ada.phase((await ada.create("shy")).id, "running", 300);
    assert.equal(shy.node.id, today.id);
    assert.equal(await isOpen(shy.ports.find(({ container }) => container === 80).host, today.host), false);
    await ada.api.ok("PUT", "/settings", settings);
    await ada.api.remove(`/instances/${shy.id}`);
    await ada.gone(shy.id);
    await neverParted(world, node, since);
  });

  test("updated, it goes on with its container and can do it", async () => {
    const before = await container(world, web.id);
    await node.end();
    await node.start();
    await ada.phase(web.id, "running");
    await ada.api.ok("PUT", `/instances/${web.id}/doors/80`, { open: false });
    await until("nothing listens there", async () => !(await isOpen(web.ports.find(({ container }) => container === 80).host, node.host)));
    await until("the page says nothing against it", async () => (await door(web.id)).problem === "");
    assert.deepEqual(await container(world, web.id), before);
    assert.equal(await ada.sshOk(web, "cat /root/kept"), "kept");
  });
});

describe("this node with an earlier server", { skip: missing || (halves.includes("server") ? false : "only `make mixed` builds an earlier server") }, () => {
  let world, ada, node;

  before(async () => {
    programsOf(earlier);
    try {
      world = await open();
      ada = world.ada;
      await ada.addKey();
      node = await world.register("new");
    } finally {
      programsOf();
    }
    await node.start();
  });
  after(() => {
    programsOf();
    return world?.close();
  });

  test("an instance lives on it from its creation to a restart, and the channel stays", async () => {
    const { since } = await ada.api.get(`/nodes/${node.id}`);
    await life(world, ada, node);
    await neverParted(world, node, since);
  });
});

// Needs no earlier program: no commit speaks only versions that another one does not.
describe("programs that are further apart", () => {
  let world, node, peer;
  const facts = { system: "Debian", architecture: "x86_64", cpus: 1, cpu_percent: 0, memory_total_bytes: 1, memory_used_bytes: 1,
    disk_total_bytes: 1, disk_free_bytes: 1, engine: { engine: "up", version: "28", api: "1.48" }, node_version: "9.0.0", images: [] };

  before(async () => {
    world = await World.open({ engine: false });
    node = await world.register("later");
  });
  after(() => {
    peer?.close();
    return world?.close();
  });

  test("a node without a common version, and its page, are told which program to update", async () => {
    peer = new LyingNode(world.server.base, node.key);
    const answer = await peer.connect({ version: 7, versions: { least: 7, most: 9 }, facts });
    assert.deepEqual([answer.type, answer.reason], ["refused", "version"]);
    assert.match(answer.message, /dockhost-node 9\.0\.0 speaks versions 7 to 9 of the channel, and the server version 1\. Update dockhost on /);
    assert.equal((await world.admin.get(`/nodes/${node.id}`)).alarm, answer.message);
    peer.close();
  });

  test("frames and fields of a later node are ignored and named in the log, and it stays connected", async () => {
    peer = new LyingNode(world.server.base, node.key);
    const welcome = await peer.connect({ versions: { least: 1, most: 9 }, features: ["doors", "volumes"], locale: "de", facts });
    assert.deepEqual([welcome.type, welcome.version, welcome.features], ["welcome", 1, ["doors"]]);
    for (let n = 0; n < 100; n++) peer.say({ type: "snapshot", epoch: peer.epoch });
    peer.heartbeat(facts);
    await until("it is heard", () => peer.heard.some(({ type }) => type === "heard"));
    const { liveness, alarm } = await world.admin.get(`/nodes/${node.id}`);
    assert.deepEqual([liveness, alarm], ["online", ""]);
    const log = await readFile(world.server.log, "utf8");
    assert.match(log, /the field hello\.locale|a frame of the type snapshot/);
    assert.ok((log.match(/of the type snapshot/g) ?? []).length <= 8, "a flood fills the log");
  });
});
