// Host ports beside the block, opened and closed while an instance runs: on the node and on the server, TCP and UDP.
import assert from "node:assert/strict";
import dgram from "node:dgram";
import net from "node:net";
import { after, afterEach, before, describe, test } from "node:test";

import { closeListener, isOpen, listen, until, World } from "../../harness.mjs";
import { askTcp, askUdp, startEcho } from "../../support/echo.mjs";
import { Client } from "../../support/gateway.mjs";

const INSIDE = 5353;
const PLACES = ["node", "server"];

describe("host ports that come and go", () => {
  let world, ada, bob, web, node, container;

  before(async () => {
    world = await World.open();
    node = await world.node("lab");
    ada = world.ada;
    bob = await world.signUp("bob");
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), INSIDE);
    container = (await world.engine.containersOf(web.id))[0];
  });
  after(() => world?.close());
  afterEach(async () => {
    for (const forward of (await now()).forwards) await shut(forward);
  });

  const path = () => `/instances/${web.id}/forwards`;
  const now = () => ada.api.get(`/instances/${web.id}`);
  const open = async (place, more = {}) => (await ada.api.post(path(), { place, container_port: INSIDE, ...more })).forwards;
  const shut = ({ place, protocol, host }) => ada.api.remove(`${path()}/${place}/${protocol}/${host}`);
  const refusal = (body, person = ada) => person.api.call("POST", path(), { container_port: INSIDE, ...body });
  const answers = (port, more) => until(`host port ${port} answers`, () => askTcp(port, more), 20);
  const closed = (port) => until(`host port ${port} is closed`, async () => !(await isOpen(port)), 20);

  /** Nothing of it was restarted. */
  async function untouched() {
    const [same] = await world.engine.containersOf(web.id);
    assert.deepEqual([same.Id, same.State], [container.Id, "running"]);
    assert.equal((await ada.sshOk(web, "cat /root/echo.log")).trim(), "");
  }

  for (const place of PLACES) {
    test(`${place}: a host port is opened while the instance runs, carries connections and datagrams, and is closed`, async () => {
      const [tcp] = await open(place);
      const [, udp] = await open(place, { protocol: "udp" });
      assert.notEqual(tcp.host, udp.host, "two free ones are two");
      assert.match(tcp.address, new RegExp(`:${tcp.host}$`));
      assert.equal(await answers(tcp.host), "inside tcp");
      assert.equal(await askUdp(udp.host), "inside udp");
      const large = "x".repeat(1_400);
      assert.equal(await askUdp(udp.host, { text: large }), `inside ${large}`);
      // Many senders at once, each with an answer of its own.
      const many = await Promise.all(Array.from({ length: 30 }, (_, n) => askUdp(udp.host, { text: `from ${n}` })));
      assert.deepEqual(many, Array.from({ length: 30 }, (_, n) => `inside from ${n}`));
      await untouched();
      for (const forward of [tcp, udp]) await shut(forward);
      await closed(tcp.host);
      await until("no datagram is answered any more", async () => (await askUdp(udp.host, { seconds: 1 })) === "", 20);
      assert.deepEqual((await now()).forwards, []);
      await untouched();
    });

    test(`${place}: the same wish twice is one host port, and changing it keeps its number`, async () => {
      const [first] = await open(place);
      const again = await open(place);
      assert.deepEqual(again, [first]);
      const [narrowed] = await open(place, { host_port: first.host, allow: ["127.0.0.2"] });
      assert.deepEqual([narrowed.host, narrowed.allow], [first.host, ["127.0.0.2/32"]]);
      await until("who is not on the list is not let in", async () => (await askTcp(first.host, { localAddress: "127.0.0.3" })) === "", 20);
      assert.equal(await answers(first.host, { localAddress: "127.0.0.2" }), "inside tcp");
      const [udp] = (await open(place, { protocol: "udp", host_port: first.host, allow: ["127.0.0.2/32"] })).filter(({ protocol }) => protocol === "udp");
      assert.equal(await askUdp(udp.host, { localAddress: "127.0.0.2" }), "inside udp");
      await until("its datagrams neither", async () => (await askUdp(udp.host, { localAddress: "127.0.0.3", seconds: 1 })) === "", 20);
      for (const forward of (await now()).forwards) await shut(forward);
      await closed(first.host);
    });

    test(`${place}: one that nobody asked for by number gives way to a foreign program; one that was asked for is given up`, async () => {
      const range = place === "node" ? node.range : world.range;
      const foreign = [await listen(range.last), await listen(range.last - 1)];
      await open(place);
      const moved = await until("another one was found", async () => {
        const [forward] = (await now()).forwards;
        return forward.host === range.last - 2 && !forward.problem && forward;
      }, 30);
      assert.equal(await answers(moved.host), "inside tcp");
      const events = (await ada.api.get(`/instances/${web.id}/events`)).map(({ text }) => text);
      assert.ok(events.some((text) => text.includes(`TCP host port ${range.last} is taken by another program`)), events.join("\n"));
      await open(place, { host_port: range.last });
      const told = await until("it is told", async () => (await now()).forwards.find(({ given_up }) => given_up), 20);
      assert.equal(told.host, range.last);
      assert.match(told.problem, new RegExp(`Another program had host port ${range.last}`));
      assert.equal((await now()).phase, "running", "a host port that is taken is no trouble of the instance");
      for (const one of foreign) await closeListener(one);
      assert.equal(await isOpen(range.last), false, "nobody waits for it");
      await open(place, { host_port: range.last });
      await until("it was tried again", async () => (await now()).forwards.every(({ problem }) => !problem), 30);
      assert.equal(await answers(range.last), "inside tcp");
      for (const forward of (await now()).forwards) await shut(forward);
      await closed(range.last);
    });
  }

  test("it listens where it was told to, and nowhere where the operator does not allow it", async () => {
    const [forward] = await open("node", { bind: "127.0.0.1" });
    assert.equal(forward.bind, "127.0.0.1");
    assert.equal(await answers(forward.host), "inside tcp");
    await open("node", { host_port: forward.host, bind: "127.0.0.2" });
    const told = await until("it is told", async () => (await now()).forwards.find(({ problem }) => problem), 20);
    assert.match(told.problem, /instances may listen on 127\.0\.0\.1 only, and not on 127\.0\.0\.2/);
    assert.equal(await isOpen(forward.host), false);
    await shut(forward);
    await open("server", { bind: "0.0.0.0" });
    const wide = await until("it is told", async () => (await now()).forwards.find(({ problem }) => problem), 20);
    assert.match(wide.problem, /may listen on 127\.0\.0\.1 only/);
    await shut(wide);
  });

  test("it outlives a stop of the instance and a restart of node and server, and takes no connection while nothing runs", async () => {
    const forwards = [];
    for (const place of PLACES) forwards.push(...(await open(place)).slice(-1));
    const hosts = (await now()).forwards.map(({ host }) => host);
    await ada.api.post(`/instances/${web.id}/stop`);
    await ada.phase(web.id, "stopped");
    for (const host of hosts) assert.equal(await askTcp(host), "");
    await ada.api.post(`/instances/${web.id}/start`);
    web = await ada.phase(web.id, "running");
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), INSIDE);
    for (const host of hosts) assert.equal(await answers(host), "inside tcp");
    await node.end("SIGKILL");
    await node.start();
    for (const host of hosts) assert.equal(await answers(host), "inside tcp");
    await world.server.restart("SIGKILL");
    // Those of the node need no server; those of the server come back with it.
    for (const host of hosts) assert.equal(await answers(host), "inside tcp");
    await node.online();
    assert.deepEqual((await now()).forwards.map(({ host }) => host), hosts);
    for (const forward of (await now()).forwards) await shut(forward);
    for (const host of hosts) await closed(host);
  });

  test("a connection that is open when its host port is closed ends; those of another go on", async () => {
    for (const place of PLACES) {
      const [one] = (await open(place)).filter((forward) => forward.place === place);
      const [, other] = (await open(place, { host_port: one.host - 1 })).filter((forward) => forward.place === place).sort((a, b) => b.host - a.host);
      const held = await Promise.all([one, other].map(({ host }) => hold(host)));
      await shut(one);
      await held[0].ended;
      assert.equal(await held[1].ask("still"), "inside still");
      held[1].end();
      await shut(other);
      await closed(other.host);
    }
  });

  async function hold(port) {
    await answers(port);
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    const ask = (text) => new Promise((resolve) => (socket.once("data", (data) => resolve(data.toString())), socket.write(text)));
    assert.equal(await ask("held"), "inside held");
    return { ask, ended: new Promise((resolve) => socket.on("close", resolve)), end: () => socket.destroy() };
  }

  test("bad wishes name their field, and somebody else's instance is absent", async () => {
    const first = web.ports[0].host;
    for (const [field, body] of [
      ["container_port", { container_port: 0 }],
      ["host_port", { host_port: 1 }],
      ["host_port", { host_port: first }],
      ["host_port", { place: "server", host_port: world.range.last + 1 }],
      ["bind", { bind: "localhost" }],
      ["allow", { allow: ["10.0.0.0/40"] }],
      ["allow", { allow: ["\u001b]0;x\u0007"] }],
    ]) {
      const { status, body: said } = await refusal(body);
      assert.deepEqual([status, said.field], [400, field], JSON.stringify(body));
      assert.doesNotMatch(said.message, /[\u0000-\u001f]/);
    }
    for (const body of [{ container_port: 70000 }, { protocol: "sctp" }, { place: "moon" }, { host_port: "x" }]) {
      assert.equal((await refusal(body)).status, 400, JSON.stringify(body));
    }
    const foreign = await refusal({}, bob);
    const absent = await bob.api.call("POST", `/instances/i-0000000000000000/forwards`, { container_port: 1 });
    assert.deepEqual([foreign.status, foreign.text], [404, absent.text]);
    assert.equal((await bob.api.call("DELETE", `${path()}/node/tcp/${first}`)).status, 404);
    assert.equal((await ada.api.call("DELETE", `${path()}/node/tcp/99999`)).status, 400);
    assert.deepEqual((await now()).forwards, []);
  });

  test("scripts that call the server's place `gateway` still open and close there", async () => {
    const [forward] = await open("gateway");
    assert.equal(forward.place, "server");
    assert.equal(await answers(forward.host), "inside tcp");
    await shut({ ...forward, place: "gateway" });
    await closed(forward.host);
    assert.deepEqual((await now()).forwards, []);
  });

  test("an instance has at most sixteen", async () => {
    for (let n = 0; n < 16; n++) await ada.api.post(path(), { container_port: 9000 + n });
    const { status, body } = await refusal({ container_port: 9999 });
    assert.deepEqual([status, body.code], [409, "conflict"]);
    for (const forward of (await now()).forwards) await shut(forward);
  });

  test("the lobby opens, lists and closes them", async () => {
    const client = await Client.of(ada);
    const opened = await client.lobby(`open web-1 ${INSIDE}/udp --on-server --from 127.0.0.0/8 --json`);
    assert.equal(opened.status, 0, opened.stderr);
    const [forward] = JSON.parse(opened.stdout).forwards;
    assert.deepEqual([forward.place, forward.protocol, forward.allow], ["server", "udp", ["127.0.0.0/8"]]);
    assert.equal(await askUdp(forward.host), "inside udp");
    const listed = await client.lobby("ports web-1");
    assert.match(listed.stdout, new RegExp(`^${INSIDE}/udp +127\\.0\\.0\\.1:${forward.host} +127\\.0\\.0\\.0/8$`, "m"));
    const wrong = await client.lobby(`open web-1 ${INSIDE} --from nowhere`);
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /10\.0\.0\.0\/8/);
    const shut = await client.lobby(`close web-1 ${forward.host}/udp --on-server`);
    assert.equal(shut.status, 0, shut.stderr);
    assert.deepEqual((await now()).forwards, []);
  });

  test("a flood of datagrams from many senders stays within its bound, and the next sender is served", async () => {
    const [forward] = await open("server", { protocol: "udp" });
    await until("it answers", () => askUdp(forward.host), 20);
    const sockets = Array.from({ length: 700 }, () => dgram.createSocket("udp4"));
    try {
      for (const socket of sockets) {
        socket.on("error", () => {});
        await new Promise((resolve) => socket.send("flood", forward.host, "127.0.0.1", resolve));
      }
      await shut(forward);
      const [again] = await open("server", { protocol: "udp" });
      assert.equal(await until("it answers again", () => askUdp(again.host), 20), "inside udp");
      await shut(again);
    } finally {
      for (const socket of sockets) socket.close();
    }
    assert.equal((await now()).phase, "running");
  });
});
