// Rows are made again from what nodes report: after an older backup, without the folder of an instance, and after the
// database is lost altogether.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
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
  const fileOf = ({ id }) => join(node.dir, "instances", id, "instance.json");
  const written = (instance, what, holds) =>
    until(`the file of ${instance.name} has ${what}`, async () => holds(JSON.parse(await readFile(fileOf(instance), "utf8")).row), 30);
  /** What the owner of an instance set, and where it is reached. */
  const settings = ({ ports, image, limits, start_on_connect, ssh_keys, doors, urls, forwards }) => ({
    ports, image, limits, start_on_connect, ssh_keys,
    doors: doors.map(({ port, open }) => [port, open]),
    urls: urls.map(({ port, access, url }) => [port, access, url]),
    forwards: forwards.map(({ place, protocol, host, container, allow }) => [place, protocol, host, container, allow]),
  });
  /** The server comes back with the rows of that backup. */
  const restore = async (file) => {
    await world.server.end();
    await loseStore();
    assert.equal((await dockhost(["restore", file])).status, 0);
    await world.server.start();
    await node.online();
  };
  const loseStore = () => rm(join(world.server.dir, "store"), { recursive: true });

  test("what was made after the backup is proposed, and becomes the instance that it was", async () => {
    const file = join(world.dir, "copy.dockhost");
    assert.equal((await dockhost(["backup", file])).status, 0);
    box = await world.ada.phase((await world.ada.create("box")).id, "running", 300);
    await world.ada.sshOk(box, "echo kept > note && sync");
    await world.ada.api.ok("PUT", `/instances/${box.id}/ports/3000`, { url: "signed-in" });
    await world.ada.api.ok("PUT", `/instances/${box.id}/doors/443`, { open: false });
    await world.ada.api.post(`/instances/${box.id}/forwards`, { container_port: 3000, allow: ["192.0.2.0/24"] });
    await world.ada.api.ok("PUT", `/instances/${box.id}/start-on-connect`, { allowed: true });
    await written(box, "all that was set", ({ doors, rest }) => rest.start_on_connect && rest.ports.length === 2 && doors.forwards.length === 1 && doors.closed.length === 1);
    const before = settings(await world.ada.api.get(`/instances/${box.id}`));
    const [{ Labels }] = await world.engine.containersOf(box.id);
    assert.deepEqual(
      Object.keys(Labels).filter((name) => name.startsWith("dockhost.") && name !== "dockhost.image").sort(),
      ["dockhost.cluster", "dockhost.handshake", "dockhost.incarnation", "dockhost.instance", "dockhost.node", "dockhost.spec-hash"],
    );
    const idle = await world.ada.phase((await world.ada.create("idle")).id, "running");
    await world.ada.api.post(`/instances/${idle.id}/stop`);
    await world.ada.phase(idle.id, "stopped");
    await world.server.end();
    assert.match((await dockhost(["recover"])).stderr, /no server is running/);
    await restore(file);
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
    assert.deepEqual(settings(again), before, "with all that was set");
    assert.equal(await world.ada.sshOk(again, "cat note"), "kept", "with its host key and its data");
    await world.ada.api.remove(`/instances/${idle.id}`);
    await world.ada.gone(idle.id);
  });

  test("without its folder a person says what it was, and is told what is lost", async () => {
    const file = join(world.dir, "second.dockhost");
    assert.equal((await dockhost(["backup", file])).status, 0);
    const bare = await world.ada.phase((await world.ada.create("bare")).id, "running");
    await world.ada.sshOk(bare, "echo kept > note && sync");
    const torn = await world.ada.phase((await world.ada.create("torn")).id, "running");
    await restore(file);
    await proposed("bare");
    await proposed("torn");
    await rm(join(node.dir, "instances", bare.id), { recursive: true });
    await writeFile(fileOf(torn), "{");
    // The node looks again every half minute.
    const told = await until("both are told", async () => {
      const said = await recover();
      return said.includes("no file in its folder") && said.includes("is damaged") && said;
    }, 60);
    assert.match(told, /lab-1: container dockhost-i-[0-9a-f]{16}-1 \(running\)/);
    assert.match(await recover(["--yes"]), /0 of 2 taken back/, "nothing is guessed");
    const first = bare.id < torn.id ? "" : "\n";
    const taken = await recover([], `${first}ada\nbare\n${bare.image}\n`);
    assert.match(taken, /limits and host ports are not known any more/);
    assert.match(taken, /lets in its SSH keys once it was restarted/);
    assert.match(taken, /It is bare of ada again/);
    await world.ada.phase(bare.id, "running");
    await world.ada.api.post(`/instances/${bare.id}/restart`);
    await written(bare, "its new row", ({ name }) => name === "bare");
    const again = await world.ada.api.get(`/instances/${bare.id}`);
    const shown = await until("bare lets in again", async () => {
      // It shows another host key, once it was restarted.
      await rm(join(world.dir, "known_hosts"), { force: true });
      const done = await world.ada.ssh(again, "cat note");
      return done.status === 0 && done.stdout.trim();
    }, 90);
    assert.equal(shown, "kept", "with its data");
    assert.match(await recover([], `ada\ntorn\n${torn.image}\n`), /It is torn of ada again/);
    for (const { id } of [bare, torn]) {
      await world.ada.api.remove(`/instances/${id}`);
      await world.ada.gone(id);
    }
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
