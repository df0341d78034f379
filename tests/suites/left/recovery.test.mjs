// The ways out, on a real engine: nodes that are gone, drained, frozen; a backup that is restored.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, run, until } from "../../harness.mjs";
import { program } from "../../support/process.mjs";

describe("recovery", () => {
  let world, node, ada;

  before(async () => {
    world = await World.open();
    ada = world.ada;
    await ada.addKey();
    node = await world.node("lab-1");
  });
  after(() => world?.close());

  const explain = (id) => ada.api.get(`/instances/${id}/explain`);
  const verbs = async (id) => (await explain(id)).ways_out.map(({ verb }) => verb);
  const alarm = (which = node) => world.admin.get(`/nodes/${which.id}`).then((view) => view.alarm);
  const offline = (which = node) =>
    until(`${which.name} is offline`, async () => (await world.admin.get(`/nodes/${which.id}`)).liveness === "offline", 40);
  const dockhost = (args, dir = world.server.dir) =>
    run(program("dockhost"), args, { env: { ...process.env, ...world.server.env, DOCKHOST_DATA_DIR: dir } });
  const running = async (name) => ada.phase((await ada.create(name)).id, "running", 300);

  test("an explanation names the cause, what shows it and when, the next step and the ways out", async () => {
    const { id } = await running("box");
    const told = await explain(id);
    assert.equal(told.phase, "running");
    assert.ok(told.evidence.some(({ text }) => /lab-1 saw it run/.test(text)), JSON.stringify(told));
    assert.ok(told.evidence.every(({ at }) => Date.now() - Date.parse(at) < 600_000));
    assert.match(told.next_step, /Log in/);
    assert.deepEqual(await verbs(id), ["restart", "stop", "delete"]);
    assert.ok(told.ways_out.every(({ effect }) => effect.length > 10));
  });

  test("a node that is away: nothing is stopped; a deletion waits for it or is forgotten", async () => {
    const { id } = await running("left");
    await node.end("SIGKILL");
    await offline();
    const told = await explain(id);
    assert.equal(told.phase, "unknown");
    assert.match(told.cause, /Last seen running/);
    assert.match((await ada.api.call("POST", `/instances/${id}/forget`)).text, /ask to delete it first/);
    await ada.api.remove(`/instances/${id}`);
    assert.deepEqual(await verbs(id), ["forget"]);
    await ada.api.post(`/instances/${id}/forget`);
    assert.equal((await ada.api.call("GET", `/instances/${id}`)).status, 404);
    await node.start();
    const [container] = await world.engine.containersOf(id);
    assert.equal(container.State, "running", "what is left there is not touched");
    await until("its node's owner is told of it", async () => (await alarm()).includes(container.Names[0].slice(1)), 15);
    await world.engine.call("DELETE", `/containers/${container.Id}?force=1`);
    await until("it is noticed that it is gone", async () => (await alarm()) === "", 60);
  });

  test("a drained node ends up with nothing running, and starts nothing", async () => {
    const [box] = await ada.api.get("/instances");
    const before = await world.admin.post(`/nodes/${node.id}/drain`, { stop: false });
    assert.deepEqual([before.availability, before.running], ["draining", 1]);
    await world.admin.post(`/nodes/${node.id}/drain`, { stop: true });
    await ada.phase(box.id, "stopped");
    await until("nothing runs there", async () => (await world.admin.get(`/nodes/${node.id}`)).running === 0);
    assert.match((await ada.api.call("POST", `/instances/${box.id}/start`)).text, /being drained/);
    assert.match((await ada.api.call("POST", "/instances", { name: "none" })).text, /is being drained/);
    await world.admin.post(`/nodes/${node.id}/uncordon`);
    await ada.api.post(`/instances/${box.id}/start`);
    await ada.phase(box.id, "running");
  });

  test("a backup is restored: what it holds goes on, and what came later is left alone", async () => {
    const [box] = await ada.api.get("/instances");
    await ada.sshOk(box, "echo kept > note && sync");
    const file = join(world.dir, "copy.dockhost");
    const made = await dockhost(["backup", file]);
    assert.equal(made.status, 0, made.stderr);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match((await dockhost(["backup", file])).stderr, /replaces nothing/);
    const later = await running("later");
    const [stray] = await world.engine.containersOf(later.id);
    const old = join(world.dir, "by-hand");
    await world.server.end();
    await cp(world.server.dir, old, { recursive: true });
    assert.match((await dockhost(["restore", file])).stderr, /already/);
    await rm(join(world.server.dir, "store"), { recursive: true });
    const restored = await dockhost(["restore", file]);
    assert.equal(restored.status, 0, restored.stderr);
    await world.server.start();
    await node.online();
    await ada.phase(box.id, "running");
    assert.equal(await ada.sshOk(box, "cat note"), "kept");
    assert.deepEqual((await ada.api.get("/instances")).map(({ name }) => name), ["box"]);
    await until("what came later is shown", async () => (await alarm()).includes(stray.Names[0].slice(1)), 15);
    assert.equal((await world.engine.containersOf(later.id))[0].State, "running");
    await world.engine.call("DELETE", `/containers/${stray.Id}?force=1`);

    // The database as it was before the restore, copied back by hand.
    await world.server.end();
    await rm(join(world.server.dir, "store"), { recursive: true });
    await cp(join(old, "store"), join(world.server.dir, "store"), { recursive: true });
    await world.server.start();
    await until("the node refuses to be told less than it knows", async () => /older than they were/.test(await alarm()), 60);
    await world.server.end();
    await rm(join(world.server.dir, "store"), { recursive: true });
    assert.equal((await dockhost(["restore", file])).status, 0);
    await world.server.start();
    await node.online();
    assert.doesNotMatch(await alarm(), /older/, "the same backup may be restored twice");
    assert.equal(await ada.sshOk(await ada.phase(box.id, "running"), "cat note"), "kept");
  });

  test("a damaged or foreign file is not restored, and leaves nothing behind", async () => {
    const empty = join(world.dir, "empty");
    const done = await dockhost(["restore", process.execPath], empty);
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, /cannot be restored|cannot read/);
  });

  test("machines that take turns with one key are all refused until a person decides", async () => {
    const shared = await world.node("lab-2");
    const dirs = [shared.dir, `${shared.dir}-b`];
    const takeOver = async (turn) => {
      await shared.process.end("SIGKILL");
      await until("the end of the other is known", async () => (await world.admin.get(`/nodes/${shared.id}`)).liveness !== "online");
      shared.process = shared.launch({ dir: dirs[turn] });
    };
    for (const turn of [1, 0]) {
      await takeOver(turn);
      await shared.online();
    }
    await takeOver(1);
    const frozen = await until("the key is frozen", async () => {
      const view = await world.admin.get(`/nodes/${shared.id}`);
      return view.frozen && view;
    }, 40);
    assert.match(frozen.alarm, /took turns/);
    await world.admin.post(`/nodes/${shared.id}/unfreeze`);
    await shared.online();
    await shared.process.end();
    await offline(shared);
    await world.admin.post(`/nodes/${shared.id}/forget`);
    assert.equal((await world.admin.call("GET", `/nodes/${shared.id}`)).status, 404);
  });
});
