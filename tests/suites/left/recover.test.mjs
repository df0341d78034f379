// Rows are made again from what nodes report: after an older backup, and after the database is lost altogether.
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, run, until } from "../../harness.mjs";
import { program } from "../../support/process.mjs";

describe("recover", () => {
  let world, node, box;

  before(async () => {
    world = await World.open();
    await world.ada.addKey();
    node = await world.node("lab-1");
  });
  after(() => world?.close());

  const dockhost = (args, input = "") =>
    run(program("dockhost"), args, { input, env: { ...process.env, ...world.server.env } });
  const recover = async (args = [], input) => {
    const done = await dockhost(["recover", ...args], input);
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const proposed = (name) =>
    until(`${name} is proposed`, async () => {
      const told = await recover();
      return told.includes(`lab-1: ${name} (`) && told;
    }, 40);
  const loseStore = () => rm(join(world.server.dir, "store"), { recursive: true });

  test("what was made after the backup is proposed, and becomes the instance that it was", async () => {
    const file = join(world.dir, "copy.dockhost");
    assert.equal((await dockhost(["backup", file])).status, 0);
    box = await world.ada.phase((await world.ada.create("box")).id, "running", 300);
    await world.ada.sshOk(box, "echo kept > note && sync");
    const idle = await world.ada.phase((await world.ada.create("idle")).id, "running");
    await world.ada.api.post(`/instances/${idle.id}/stop`);
    await world.ada.phase(idle.id, "stopped");
    await world.server.end();
    assert.match((await dockhost(["recover"])).stderr, /no server is running/);
    await loseStore();
    assert.equal((await dockhost(["restore", file])).status, 0);
    await world.server.start();
    await node.online();
    const left = await proposed("box");
    assert.match(left, /0 of 2 taken back/, "without an answer nothing is taken back");
    assert.deepEqual(await world.ada.api.get("/instances"), []);
    const taken = await recover([], "y\nn\n");
    assert.match(taken, /1 of 2 taken back/);
    const first = taken.indexOf("box") < taken.indexOf("idle") ? box : idle;
    assert.match(taken, new RegExp(`It is ${first.name} of ada again: ssh -p ${first.ports[0].host} `));
    assert.match(await recover(["--yes"]), /1 of 1 taken back/);
    assert.match(await recover(), /every container on the connected nodes belongs to an instance/);
    await world.ada.phase(idle.id, "stopped");
    const again = await world.ada.phase(box.id, "running");
    assert.deepEqual([again.ports, again.image], [box.ports, box.image]);
    assert.equal(await world.ada.sshOk(again, "cat note"), "kept", "with its host key and its data");
    await world.ada.api.remove(`/instances/${idle.id}`);
    await world.ada.gone(idle.id);
  });

  test("a database that is lost altogether is made anew, and the node gives back what it has", async () => {
    const [container] = await world.engine.containersOf(box.id);
    const installation = container.Labels["dockhost.cluster"];
    const begin = async () => {
      await world.server.start();
      await world.server.adminOk(["create-administrator", "grace", "grace@example.org"], `${PASSWORD}\n`);
      world.ada = await world.personOf("grace");
      const body = { name: "lab-1", address: "127.0.0.1", host_ports: node.range };
      const { secret, ...view } = await world.admin.post("/nodes", body);
      Object.assign(node, { view, key: secret });
    };
    await node.end();
    await world.server.end();
    await loseStore();
    await begin();
    node.process = node.launch();
    const way = `dockhost recover --installation ${installation}`;
    await until("the node says what to do", async () => (await readFile(node.log, "utf8")).includes(way), 30);
    await node.end();
    await world.server.end();
    assert.match((await dockhost(["recover", "--installation", installation])).stderr, /already/);
    await loseStore();
    assert.match(await recover(["--installation", installation]), /register each node again/);
    await begin();
    await node.start();
    assert.match(await proposed("box"), /is not known here; say whose it shall be/);
    assert.match(await recover([], "grace\n"), /grace has no SSH key/);
    await world.ada.addKey();
    assert.match(await recover([], "grace\n"), /It is box of grace again/);
    const again = await world.ada.phase(box.id, "running");
    assert.equal((await world.engine.containersOf(box.id))[0].Id, container.Id, "it is the same container");
    assert.equal(await world.ada.sshOk(again, "cat note"), "kept");
  });
});
