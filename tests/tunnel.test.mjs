// Two nodes that nothing can dial, with no published port, each with its engine in a network of its own: everything that
// people do goes through the sockets that the nodes dial, also when the cable is cut and programs are killed.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { isOpen, run, until, World } from "./harness.mjs";
import { Client } from "./support/gateway.mjs";
import { byForward, byJump, RECEIVER, Streams } from "./support/streams.mjs";
import { openTerminal } from "./support/terminal.mjs";
import { Walled } from "./support/walled.mjs";

const root = process.getuid() === 0;
const skip = root ? false : "it needs root: it makes networks of its own and runs an engine in each";
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const memory = async (pid) => Number((await readFile(`/proc/${pid}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)[1]) >> 10;
const MIB = Number(process.env.DOCKHOST_STREAM_MIB ?? 200);
/** Seconds after which a node must have noticed that the other end of a stream is gone. */
const LEFT_OPEN = 75;
const SEED = Number(process.env.SEED ?? 1);

describe("nodes that nothing can dial", { skip }, () => {
  let walled, world, ada, client, sites;

  before(async () => {
    walled = await Walled.open(["north", "south"]);
    ({ world, sites } = walled);
    ada = world.ada;
    await ada.addKey();
    for (const name of ["web-1", "web-2"]) {
      const { node, id } = await ada.phase((await ada.create(name)).id, "running");
      Object.assign(sites.find((site) => site.name === node.name), { instance: name, id });
    }
    client = await Client.of(ada);
    for (const { instance } of sites) await client.ready(instance);
  });
  after(() => walled?.close());

  const files = (id, method, path, body) => fetch(`${world.server.base}/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`, { method, body, headers: { authorization: ada.api.headers.authorization } });

  /** Everything that a person does with an instance. */
  async function works({ instance, id }) {
    assert.equal((await client.ok(instance, "hostname")).trim(), instance);
    const jumped = await client.jump(instance, "hostname");
    assert.equal(jumped.stdout.trim(), instance, jumped.stderr);
    const terminal = await openTerminal(ada, id);
    await terminal.waitFor(/# $/);
    terminal.type("echo it is $(hostname)\r");
    await terminal.waitFor(new RegExp(`it is ${instance}`));
    terminal.close();
    const bytes = randomBytes(3 << 20);
    const sent = await files(id, "PUT", "/root/moved", bytes);
    assert.equal(sent.status, 204, await sent.text());
    const back = await files(id, "GET", "/root/moved");
    assert.equal(sha(Buffer.from(await back.arrayBuffer())), sha(bytes));
  }

  test("nothing can dial in: neither a host port nor anything else that listens there", async () => {
    for (const { lab, node, id } of sites) {
      const { ports } = await ada.api.get(`/instances/${id}`);
      const ssh = ports.find(({ container }) => container === 22).host;
      const listening = (await lab.run("ss", "-Hltn")).trim().split("\n").map((line) => Number(line.split(/\s+/)[3].split(":").pop()));
      assert.ok(listening.includes(ssh), "the node does not listen at all, so that this shows nothing");
      await lab.run("bash", "-c", `head -c 4 </dev/tcp/127.0.0.1/${ssh}`);
      const inside = (await lab.run("ip", "-4", "-o", "address")).match(/(?<=inet )[0-9.]+/g).filter((address) => address !== "127.0.0.1");
      assert.ok(inside.includes(lab.address));
      const seen = await Promise.all(inside.flatMap((address) => listening.map(async (port) => (await isOpen(port, address)) && `${address}:${port}`)));
      assert.deepEqual(seen.filter(Boolean), [], `node ${node.name} can be dialled`);
      // No engine publishes a port, and the engine itself has none.
      for (const container of await walled.sites.find((site) => site.id === id).engine.containersOf(id)) assert.ok(container.Ports.every((port) => port.PublicPort === undefined));
    }
  });

  test("a session, a jump, a terminal and files, on each node", async () => {
    assert.notEqual(sites[0].id, sites[1].id);
    for (const site of sites) await works(site);
  });

  test("the lobby lists both, and makes another", async () => {
    const { stdout } = await client.lobby("ls");
    for (const { instance, name } of sites) assert.match(stdout, new RegExp(`^${instance} +running .* ${name}$`, "m"));
    const made = await client.lobby("new web-3 debian-12");
    assert.equal(made.status, 0, made.stderr);
    assert.equal((await client.ok("web-3", "hostname")).trim(), "web-3");
    assert.equal((await client.lobby("rm web-3 --yes")).status, 0);
  });

  test("a cable that is cut ends what is under way within its bound, and once it is back everything works", async () => {
    const [site, other] = sites;
    const { instance, id } = site;
    await client.ok(instance, "truncate -s 64G /root/endless");
    const session = client.stay([`${instance}@dockhost`, "echo in; sleep 600"]);
    await until("the session runs", () => session.out.text.includes("in"));
    const jump = client.stay(["-o", "ServerAliveInterval=15", `${instance}.dockhost`, "cat /root/endless"]);
    let jumped = 0;
    jump.child.stdout.removeAllListeners("data").on("data", (data) => (jumped += data.length));
    const download = transfer("GET", id, "/root/endless");
    const upload = transfer("PUT", id, "/root/broken");
    const moving = [() => jumped, () => download.moved, () => upload.moved];
    await until("everything moves", () => moving.every((bytes) => bytes() > 4 << 20));

    const cut = Date.now();
    const after = (ended) => ended.then((how) => ({ ...how, seconds: (Date.now() - cut) / 1000 }));
    const all = { session: after(session.ended), jump: after(jump.ended), download: after(download.ended), upload: after(upload.ended) };
    const ends = {};
    for (const [what, ended] of Object.entries(all)) ended.then((how) => (ends[what] = how));
    await site.lab.unplug();
    try {
      await works(other);
      await until("everything that was under way has ended", () => Object.keys(ends).length === 4 || Promise.reject(new Error(`ended so far: ${JSON.stringify(ends)}`)), 110);
    } finally {
      await site.lab.plug();
      await session.end();
      await jump.end();
      for (const one of [download, upload]) one.stop();
      await site.node.online();
    }
    for (const [what, { seconds }] of Object.entries(ends)) console.log(`# the cable is cut: the ${what} ends after ${seconds.toFixed(0)} s`);
    assert.equal(ends.session.status, 255);
    assert.match(session.out.error, /connection to the instance was lost/i);
    assert.equal(ends.jump.status, 255);
    assert.ok(ends.download.error, "a download that broke off looks whole");
    assert.ok(ends.upload.error ?? ends.upload.status >= 400, `the upload was answered with ${ends.upload.status}`);
    await client.ready(instance);
    await works(site);
    assert.equal((await files(id, "GET", "/root/broken")).status, 404, "half of a file has its name");
  });

  /** A transfer without an end, and how it ends all the same. */
  function transfer(method, id, path) {
    const { promise, resolve } = Promise.withResolvers?.() ?? deferred();
    const seen = { moved: 0, ended: promise, stop: () => request.destroy() };
    const url = new URL(`${world.server.base}/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`);
    const headers = { authorization: ada.api.headers.authorization, ...(method === "PUT" && { "content-length": 32 * 2 ** 30 }) };
    const request = http.request(url, { method, headers, agent: false }, (answer) => {
      answer.on("data", (data) => method === "GET" && (seen.moved += data.length));
      answer.on("error", (error) => resolve({ error: error.message }));
      answer.on("end", () => resolve({ status: answer.statusCode }));
    });
    request.on("error", (error) => resolve({ error: error.message }));
    if (method === "GET") request.end();
    else {
      const piece = Buffer.alloc(256 << 10);
      const push = () => {
        while (!request.destroyed && request.write(piece)) seen.moved += piece.length;
        seen.moved += piece.length;
      };
      request.on("drain", push);
      push();
    }
    return seen;
  }

  test("a node that is killed ends its sessions; started again, it takes new ones", async () => {
    for (const site of sites) {
      const session = client.stay([`${site.instance}@dockhost`, "echo in; sleep 600"]);
      const jump = client.stay([`${site.instance}.dockhost`, "echo in; sleep 600"]);
      for (const one of [session, jump]) await until("the session runs", () => one.out.text.includes("in"));
      const killed = Date.now();
      await site.node.end("SIGKILL");
      assert.equal((await session.ended).status, 255);
      assert.match(session.out.error, /connection to the instance was lost/i);
      assert.equal((await jump.ended).status, 255);
      console.log(`# a node is killed: its sessions end after ${Date.now() - killed} ms`);
      const refused = await client.ssh(site.instance, "true");
      assert.equal(refused.status, 255);
      assert.match(refused.stderr, new RegExp(`${site.instance} cannot be reached: its node ${site.name}`));
      await site.node.start();
      await client.ready(site.instance);
      await works(site);
    }
  });

  test("when the server has restarted, nodes come back by themselves and sessions work", async () => {
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      const session = client.stay(["web-1@dockhost", "echo in; sleep 600"]);
      await until("the session runs", () => session.out.text.includes("in"));
      await world.server.restart(signal);
      assert.equal((await session.ended).status, 255);
      // The gateway's port is the system's choice, and another one now.
      client = await Client.of(ada);
      for (const site of sites) {
        await site.node.online();
        await client.ready(site.instance);
        await works(site);
      }
    }
  });

  test("100 streams at once over both nodes: every byte that arrives is of its own stream, whatever is cut", async () => {
    for (const { instance } of sites) {
      await client.ok(instance, "rm -f /root/streams.log; cat >/root/streams.pl", { input: RECEIVER });
      await client.ok(instance, "setsid perl /root/streams.pl >/root/streams.out 2>&1 </dev/null & until ss -Hltn 'sport = :80' | grep -q .; do sleep 0.05; done");
    }
    const share = Math.ceil((MIB << 10) / 100 / 2) << 10;
    const streams = new Streams({ seed: SEED, piece: Math.min(share, 16 << 20) });
    const ways = [];
    for (const { instance } of sites) {
      const forward = await byForward(client, instance);
      for (let n = 0; n < 25; n++) ways.push(byJump(client, instance), forward);
    }
    // Nobody goes on before all have begun, so that there really are a hundred at once.
    let waiting = 0;
    const { promise: together, resolve: go } = deferred();
    const ready = (lane) => {
      lane.from.pause();
      if (++waiting === ways.length) go();
      return together.then(() => lane.from.resume());
    };
    const begun = Date.now();
    const heals = [];
    const cuts = [];
    let ended = false;
    try {
      for (const site of sites) heals.push(await site.narrow("100mbit"));
      const lanes = Promise.all(ways.map((way, number) => streams.lane(way, share, number, ready))).finally(() => (ended = true));
      lanes.catch(() => {});
      await until("all streams are open", () => waiting === ways.length || Promise.reject(new Error(`${waiting} are; refused: ${JSON.stringify([...streams.refused])}`)), 60);
      assert.equal(streams.open, ways.length);
      const planned = Math.max(6, Math.min(24, Math.round(MIB / 400)));
      for (let n = 0; n < planned && !ended; n++) {
        await until("more has been carried", () => ended || streams.received > (share * ways.length * (n + 0.5)) / planned, 600);
        if (ended) break;
        cuts.push(n % 4 < 2 ? "reset" : "unplugged");
        await cut(streams, sites[n % 2], cuts.at(-1));
      }
      await lanes;
    } finally {
      // A lane that failed must not leave the others behind.
      streams.over = true;
      for (const way of new Set(ways)) await way.close();
      for (const heal of heals) await heal();
    }
    const inside = await streams.inside((name, command) => client.ok(name, command), sites.map(({ instance }) => instance), LEFT_OPEN);
    const seconds = (Date.now() - begun) / 1000;
    const bytes = streams.received + inside.received;
    const bad = streams.wrong + inside.wrong;
    console.log(`# wrong streams: ${bytes} bytes in ${streams.begun.size} streams (${streams.most} at once, ${streams.broken} broken off), ${cuts.length} cuts, ${bad} wrong bytes, ${inside.astray.length} astray; ${seconds.toFixed(0)} s, seed ${SEED}`);
    for (const [why, times] of streams.refused) console.log(`#   ${times} were not opened: ${why}`);
    if (inside.open.length) console.log(`#   ${inside.open.length} were still open inside ${LEFT_OPEN} s after their clients had gone`);
    if (streams.unclosed) console.log(`#   ${streams.unclosed} did not close although both ends had said everything`);
    assert.equal(bad, 0);
    assert.deepEqual(inside.astray, []);
    assert.ok(bytes >= MIB << 20);
    assert.ok(cuts.length >= 4, `only ${cuts.length} cuts came in time`);
    assert.ok(streams.broken > 0, "no cut has cut anything");
    assert.deepEqual(inside.open, [], "connections to instances stay open that nobody has the other end of");
    assert.equal(streams.unclosed, 0, "streams stay open although both ends have said everything");
    for (const site of sites) await works(site);
  });

  /** The cable or what goes through it, until the streams of that site have noticed. */
  async function cut(streams, site, how) {
    const moved = () => [...streams.begun.values()].filter(({ name }) => name === site.instance).reduce((all, { moved = 0 }) => all + moved, 0);
    if (how === "reset") {
      const before = streams.broken;
      return site.reset(() => until("a stream has broken off", () => streams.broken > before, 30));
    }
    await site.lab.unplug();
    try {
      let last = -1;
      await until("nothing moves any more", () => { const same = last === moved(); last = moved(); return same; }, 30);
    } finally {
      await site.lab.plug();
    }
  }
});

describe("connections that say nothing", () => {
  let world, client;

  before(async () => {
    world = await World.open({ engine: false });
    await world.ada.addKey();
    client = await Client.of(world.ada);
  });
  after(() => world?.close());

  test("5,000 of them keep nobody out, are closed within the grace, and cost little memory", async () => {
    const { pid } = world.server.process;
    assert.equal((await client.lobby("ls")).status, 0);
    const before = await memory(pid);
    const begun = Date.now();
    const sockets = [];
    let closed = 0;
    // One address may have 256; these come from 25, and people from another.
    for (let n = 0; n < 5000; n++) {
      const socket = net.connect({ port: client.port, host: client.host, localAddress: `127.0.1.${1 + (n % 25)}` });
      socket.on("error", () => {});
      socket.on("close", () => (closed += 1));
      // What the gateway says is read and forgotten.
      socket.resume();
      sockets.push(socket);
      // More at once than the kernel keeps for a listener would wait there, and not at the gateway.
      if (n % 100 === 99) await until("they are connected", () => sockets.every(({ connecting }) => !connecting), 15);
    }
    const timed = [];
    try {
      const open = 5000 - closed;
      const during = await memory(pid);
      const logins = [];
      for (let n = 0; n < 5; n++) {
        const started = Date.now();
        const { status, stderr } = await client.lobby("ls");
        logins.push(status === 0 ? Date.now() - started : stderr.trim());
      }
      console.log(`# half-open: ${open} of 5000 stay open, logins meanwhile: ${logins.join(", ")} ms; server ${before} -> ${during} MiB`);
      timed.push(...logins);
      await until("each is closed", () => closed === 5000 || Promise.reject(new Error(`${5000 - closed} are open`)), 25);
      console.log(`# half-open: the last is closed after ${((Date.now() - begun) / 1000).toFixed(1)} s; server ${await memory(pid)} MiB`);
      assert.ok(during - before < 500, `the server grew by ${during - before} MiB`);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    assert.ok(timed.every((took) => took < 5000), `a login failed meanwhile: ${timed.join(", ")}`);
    assert.equal((await client.lobby("ls")).status, 0);
  });
});

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
