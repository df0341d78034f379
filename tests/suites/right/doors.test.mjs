// Who gets in by which host port: those of 80 and 443 can be closed while an instance runs, and no instance gets a number
// that is somebody else's, least of all the server's own.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { closeListener, freePort, freeRange, isOpen, listen, run, Server, until, World } from "../../harness.mjs";
import { askTcp, startEcho } from "../../support/echo.mjs";
import { Client } from "../../support/gateway.mjs";

/** How often a node dials in vain in more than a lease: its pauses grow to 15 s. */
const DIALS = 8;

describe("doors", () => {
  let world, node, ada, bob, web, container;

  before(async () => {
    world = await World.open({ env: { DOCKHOST_SIGN_UP: "open" } });
    node = await world.node("lab");
    ada = world.ada;
    bob = await world.signUp("bob");
    await ada.addKey();
    await bob.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), 80);
    [container] = await world.engine.containersOf(web.id);
  });
  after(() => world?.close());

  const now = (id = web.id) => ada.api.get(`/instances/${id}`);
  const host = (port) => web.ports.find(({ container }) => container === port).host;
  const door = async (port, id) => (await now(id)).doors.find((door) => door.port === port);
  const set = (port, open) => ada.api.ok("PUT", `/instances/${web.id}/doors/${port}`, { open });
  const forwards = (id = web.id) => `/instances/${id}/forwards`;
  const open = async (person, id, body) => person.api.call("POST", forwards(id), { container_port: 80, ...body });
  const answers = () => until("port 80 answers", () => askTcp(host(80), { host: node.host }), 20);
  const shut = (port) => until(`host port ${port} is closed`, async () => !(await isOpen(port, node.host)), 20);
  const settled = (port) => until(`${port} is as it is wished`, async () => (await door(port)).problem === "", 20);

  function refused(port) {
    return new Promise((resolve) => {
      const socket = net.connect({ port, host: node.host });
      socket.on("connect", () => (socket.destroy(), resolve("connected")));
      socket.on("error", ({ code }) => resolve(code));
    });
  }

  /** Neither a program that shares its number nor one that does not, here nor on every address, gets it. */
  async function nobodyElseGets(port) {
    for (const [address, shares] of [[node.host, 1], [node.host, 0], ["0.0.0.0", 1], ["0.0.0.0", 0]]) {
      const script = "import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,int(sys.argv[3])); s.bind((sys.argv[1],int(sys.argv[2]))); s.listen(1)";
      const done = await run("python3", ["-c", script, address, `${port}`, `${shares}`]);
      assert.match(done.stderr, /Address already in use/, `${address}:${port} was taken with SO_REUSEADDR ${shares}`);
    }
  }

  test("closed: who is in goes at once, nobody comes in, the number stays; nothing is restarted", async () => {
    await answers();
    const held = net.connect({ port: host(80), host: node.host });
    held.on("error", () => {});
    const ended = new Promise((resolve) => held.on("close", resolve));
    await new Promise((resolve) => (held.once("data", resolve), held.write("held")));
    const view = await set(80, false);
    assert.deepEqual([view.phase, view.ports], ["running", web.ports]);
    await ended;
    await shut(host(80));
    assert.equal(await refused(host(80)), "ECONNREFUSED");
    await nobodyElseGets(host(80));
    assert.equal((await door(80)).open, false);
    await settled(80);
    // 443 and 22 are as they were.
    assert.deepEqual([(await door(443)).open, await isOpen(host(443), node.host)], [true, true]);
    assert.equal(await ada.sshOk(web, "echo in"), "in");
    await set(443, false);
    await shut(host(443));
    await set(80, true);
    assert.equal(await answers(), "inside tcp");
    assert.equal(await refused(host(443)), "ECONNREFUSED");
    await set(443, true);
    await until("443 is open again", () => isOpen(host(443), node.host), 20);
    const [same] = await world.engine.containersOf(web.id);
    assert.deepEqual([same.Id, same.State], [container.Id, "running"]);
    const events = (await ada.api.get(`/instances/${web.id}/events`)).map(({ text }) => text);
    assert.ok(events.some((text) => text.includes(`ada closed host port ${host(80)} of lab, which leads to port 80`)), events.join("\n"));
  });

  test("closed outlives node and server, and a stop of the instance", async () => {
    await set(80, false);
    await settled(80);
    await node.end("SIGKILL");
    // While the node is away the number is anybody's on that machine; it is not there to listen.
    await world.server.end("SIGKILL");
    // From its ledger alone.
    node.process = node.launch();
    await until("22 listens again", () => isOpen(host(22), node.host), 30);
    assert.equal(await refused(host(80)), "ECONNREFUSED");
    await nobodyElseGets(host(80));
    await world.server.start();
    await node.online();
    assert.deepEqual([(await door(80)).open, await refused(host(80))], [false, "ECONNREFUSED"]);
    await ada.api.post(`/instances/${web.id}/stop`);
    await ada.phase(web.id, "stopped");
    await nobodyElseGets(host(80));
    await ada.api.post(`/instances/${web.id}/start`);
    await ada.phase(web.id, "running");
    assert.equal(await refused(host(80)), "ECONNREFUSED");
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), 80);
    await set(80, true);
    assert.equal(await answers(), "inside tcp");
  });

  test("22 stays, others have none, and somebody else's instance is absent", async () => {
    const ask = (person, port, body) => person.api.call("PUT", `/instances/${web.id}/doors/${port}`, body);
    for (const port of [22, 8080, 0]) {
      const { status, body } = await ask(ada, port, { open: false });
      assert.deepEqual([status, body.field], [400, "port"], JSON.stringify(body));
    }
    for (const body of [{}, { open: "no" }, { closed: true }, []]) assert.equal((await ask(ada, 80, body)).status, 400, JSON.stringify(body));
    assert.equal((await ask(ada, 70000, { open: false })).status, 400);
    assert.equal((await ask(bob, 80, { open: false })).status, 404);
    assert.equal((await door(80)).open, true);
  });

  test("the lobby closes and opens them, and says who gets in", async () => {
    const client = await Client.of(ada);
    const closed = await client.lobby("door web-1 80 close");
    assert.equal(closed.status, 0, closed.stderr);
    await shut(host(80));
    await settled(80);
    const listed = (await client.lobby("ports web-1")).stdout;
    assert.match(listed, new RegExp(`^80 +\\S+:${host(80)} +nobody$`, "m"));
    assert.match(listed, new RegExp(`^22 +\\S+:${host(22)} +holders of its keys$`, "m"));
    for (const line of ["door web-1 22 close", "door web-1 80", "door web-1 80 ajar", "door nobody 80 close"]) {
      assert.equal((await client.lobby(line)).status, 1, line);
    }
    const opened = JSON.parse((await client.lobby("door web-1 80 open --json")).stdout);
    assert.equal(opened.doors.find(({ port }) => port === 80).open, true);
    assert.equal(await answers(), "inside tcp");
  });

  test("an administrator settles how new instances begin", async () => {
    const settings = await ada.api.get("/settings");
    assert.equal(settings.web_ports_closed, false);
    await ada.api.ok("PUT", "/settings", { ...settings, web_ports_closed: true });
    const made = await bob.phase((await bob.create("shy")).id, "running");
    assert.deepEqual(made.doors.map(({ port, open }) => [port, open]), [[22, true], [80, false], [443, false]]);
    for (const at of [1, 2]) assert.equal(await refused(made.ports[at].host), "ECONNREFUSED");
    assert.equal(await isOpen(made.ports[0].host, node.host), true);
    assert.equal((await now()).doors[1].open, true, "those that are there stay as they are");
    await ada.api.ok("PUT", "/settings", settings);
    await bob.api.remove(`/instances/${made.id}`);
    await bob.gone(made.id);
  });

  /** Registered for a range with the server's own numbers, as a node of usual settings is. */
  async function wide(ports) {
    const [first, last] = [Math.min(...ports), Math.max(...ports)];
    const { name, max_instances } = node.view;
    await ada.api.ok("PUT", `/nodes/${node.id}`, { name, address: node.host, max_instances, host_ports: { first: Math.min(first, node.range.first), last: Math.max(last, node.range.last) } });
  }
  const narrow = () => wide([node.range.first]);
  const gatewayPort = async () => Number((await ada.api.get("/gateway")).address.split(":").at(-1));
  const inVain = async () => (await readFile(node.log, "utf8")).split("\n").filter((line) => line.includes("no connection to the server")).length;

  /** The server listens there from its next start on. */
  function move(port) {
    Object.assign(world.server, { port, base: `http://${world.host}:${port}` });
    world.server.env.DOCKHOST_LISTEN = `${world.host}:${port}`;
    for (const person of [ada, bob]) person.api.base = world.server.base;
  }

  test("a tenant gets neither the console's number nor the gateway's, and the server starts again after a kill", async () => {
    const own = [world.server.port, await gatewayPort()];
    await wide([...own, world.range.first, world.range.last, 5432]);
    for (const host_port of [...own, world.range.first]) {
      for (const more of [{}, { protocol: "udp" }, { bind: node.bind }]) {
        const { status, body } = await open(ada, web.id, { host_port, ...more });
        assert.deepEqual([status, body.field], [400, "host_port"], `${host_port}: ${JSON.stringify(body)}`);
        assert.match(body.message, /server/);
      }
    }
    // A database service's, on a node that says nothing of it.
    const { status, body } = await open(ada, web.id, { host_port: 5432 });
    assert.deepEqual([status, body.field], [400, "host_port"]);
    assert.match(body.message, /kept for another service of lab/);
    await node.end();
    node.process = node.launch({ env: { RUST_LOG: "info,node::channel=debug" } });
    await node.online();
    const before = await inVain();
    await world.server.end("SIGKILL");
    await until("the node has long been without its server", async () => (await inVain()) >= before + DIALS, 120);
    for (const port of own) assert.equal(await isOpen(port, node.host), false, `somebody listens on ${port}`);
    await world.server.start();
    await node.online();
    await narrow();
  });

  test("one that was chosen before the server moved there is given up by the node, with and without its server", async () => {
    const port = await freePort();
    const before = world.server.port;
    await wide([port]);
    await node.end();
    const { status } = await open(ada, web.id, { host_port: port });
    assert.equal(status, 200);
    // The server moves there, and its node comes back.
    await world.server.end();
    move(port);
    await world.server.start();
    await node.start();
    const told = await until("it is given up", async () => (await now()).forwards.find(({ given_up }) => given_up), 30);
    assert.match(told.problem, new RegExp(`Another program had host port ${port}`));
    await world.server.end("SIGKILL");
    assert.equal(await isOpen(port, node.host), false);
    await node.end("SIGKILL");
    node.process = node.launch();
    await until("22 listens again", () => isOpen(host(22), node.host), 30);
    assert.equal(await isOpen(port, node.host), false, "its ledger knows what is the server's");
    await world.server.start();
    await node.online();
    for (const { place, protocol, host: number } of (await now()).forwards) await ada.api.remove(`${forwards()}/${place}/${protocol}/${number}`);
    await world.server.end();
    move(before);
    await world.server.start();
    await node.end();
    await node.start();
    await narrow();
  });

  test("a number that a foreign program has is not waited for, and is tried again when somebody asks", async () => {
    for (const place of ["node", "server"]) {
      const address = place === "node" ? node.host : world.host;
      const port = place === "node" ? node.range.last : world.range.last;
      const foreign = await listen(port, address);
      assert.equal((await open(ada, web.id, { place, host_port: port })).status, 200);
      await until("it is given up", async () => (await now()).forwards.some(({ given_up }) => given_up), 30);
      await closeListener(foreign);
      // Whatever is started anew finds it given up.
      if (place === "node") {
        await node.end("SIGKILL");
        await node.start();
      } else {
        await world.server.restart("SIGKILL");
        await node.online();
      }
      await until("22 listens", () => isOpen(host(22), node.host), 30);
      assert.equal(await isOpen(port, address), false, "nobody asked for it again");
      // The program has it again.
      await closeListener(await listen(port, address));
      assert.equal((await open(ada, web.id, { place, host_port: port })).status, 200);
      await until("it answers", () => askTcp(port, { host: address }), 30);
      assert.equal((await now()).forwards[0].problem, "");
      await ada.api.remove(`${forwards()}/${place}/tcp/${port}`);
    }
  });

  test("a range of host ports with the server's own in it ends the start with a sentence", async () => {
    const port = await freePort();
    const { first } = await freeRange(3);
    await mkdir(`${world.dir}/refused`, { recursive: true });
    for (const [env, own] of [
      [{ DOCKHOST_FORWARD_LISTEN: `127.0.0.1:${port - 1}-${port + 1}` }, port],
      [{ DOCKHOST_FORWARD_LISTEN: `0.0.0.0:${port}-${port}` }, port],
      [{ DOCKHOST_FORWARD_LISTEN: `127.0.0.1:${first}-${first + 2}`, DOCKHOST_SSH_LISTEN: `127.0.0.1:${first + 1}` }, first + 1],
    ]) {
      const server = new Server(`${world.dir}/refused/data`, port, { logs: `${world.dir}/refused`, env });
      server.launch();
      assert.notEqual((await server.process.ended).status, 0);
      assert.match(server.process.tail(), new RegExp(`contain 127\\.0\\.0\\.1:${own}, where this server listens itself`));
    }
  });
});
