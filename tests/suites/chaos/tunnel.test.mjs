// Two nodes that nothing can dial, with no published port, each with its engine in a network of its own: everything that
// people do goes through the sockets that the nodes dial, also when the cable is cut and programs are killed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../../harness.mjs";
import { endless } from "../../support/endless.mjs";
import { Client } from "../../support/gateway.mjs";
import { byForward, byJump, RECEIVER, Streams } from "../../support/streams.mjs";
import { Walled } from "../../support/walled.mjs";
import { APP_PORT, askApp, files, openSocket, placeApp, works } from "../../support/works.mjs";

const root = process.getuid() === 0;
const skip = root ? false : "it needs root: it makes networks of its own and runs an engine in each";
const MIB = Number(process.env.DOCKHOST_STREAM_MIB ?? 200);
/** What each cable carries while there are many streams. */
const RATE = "100mbit";
/** Seconds after which a node must have noticed that the other end of a stream is gone. */
const LEFT_OPEN = 75;
const SEED = Number(process.env.SEED ?? 1);

describe("nodes that nothing can dial", { skip }, () => {
  let walled, world, ada, client, sites;

  before(async () => {
    walled = await Walled.open(["north", "south"], { env: { DOCKHOST_APPS_DOMAIN: "apps.localhost" } });
    ({ world, sites } = walled);
    ada = world.ada;
    await ada.addKey();
    const made = await Promise.all(["web-1", "web-2"].map(async (name) => ada.create(name)));
    client = await Client.of(ada);
    for (const { id } of made) {
      const { node, name } = await ada.phase(id, "running");
      const site = Object.assign(sites.find((site) => site.name === node.name), { instance: name, id });
      await client.ready(name);
      site.url = await placeApp(client, site);
    }
  });
  after(() => walled?.close());

  test("nothing can dial in: neither a host port, nor anything else that listens there, nor an instance", async () => {
    await Promise.all(sites.map(async (site) => {
      const { lab, id } = site;
      const { ports } = await ada.api.get(`/instances/${id}`);
      const ssh = ports.find(({ container }) => container === 22).host;
      const listening = (await lab.run("ss", "-Hltn")).trim().split("\n").map((line) => Number(line.split(/\s+/)[3].split(":").pop()));
      assert.ok(listening.includes(ssh), "the node does not listen at all, so that this shows nothing");
      const addresses = (await lab.run("ip", "-4", "-o", "address")).match(/(?<=inet )[0-9.]+/g).filter((address) => address !== "127.0.0.1");
      assert.ok(addresses.includes(lab.address) && addresses.length > 1, `the site has ${addresses}`);
      const containers = await site.engine.containersOf(id);
      assert.equal(containers.length, 1);
      const [{ IPAddress: instance }] = Object.values(containers[0].NetworkSettings.Networks);
      const everything = [...addresses.flatMap((address) => listening.map((port) => [address, port])), [instance, 22], [instance, APP_PORT]];
      const host = addresses.map((address) => [address, ssh]);
      await site.stranger(async (dial) => {
        assert.deepEqual(await dial(everything), [], `node ${site.name} can be dialled`);
        // Without the wall the same dialling does get there, so that what it met was the wall.
        await site.open();
        assert.deepEqual(await dial(host), host);
        await site.wall();
        assert.deepEqual(await dial(host), []);
      });
      // No engine publishes a port, and the engine itself has none.
      assert.ok(containers[0].Ports.every((port) => port.PublicPort === undefined));
    }));
  });

  test("a session, a jump, a terminal, files, requests and WebSockets, on each node", async () => {
    assert.notEqual(sites[0].id, sites[1].id);
    for (const site of sites) await works(client, site);
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
    const { instance, id, url } = site;
    await client.ok(instance, "truncate -s 64G /root/endless");
    const session = client.stay([`${instance}@dockhost`, "echo in; sleep 600"]);
    await until("the session runs", () => session.out.text.includes("in"));
    const jump = client.stay(["-o", "ServerAliveInterval=15", client.nameOf(instance), "cat /root/endless"]);
    let jumped = 0;
    jump.child.stdout.removeAllListeners("data").on("data", (data) => (jumped += data.length));
    const transfer = (method, path) => endless(world.server.base, method, `/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`, { authorization: ada.api.headers.authorization });
    const [download, upload] = [transfer("GET", "/root/endless"), transfer("PUT", "/root/broken")];
    const answer = endless(world.server.base, "GET", `/bytes/${64 * 2 ** 30}`, { host: url.host });
    const socket = await openSocket(world, url);
    socket.say("hello");
    const moving = [() => jumped, ...[download, upload, answer].map((one) => () => one.moved)];
    await until("everything moves", () => socket.heard.length === 1 && moving.every((bytes) => bytes() > 4 << 20));

    const cut = Date.now();
    const ends = {};
    const all = { session: session.ended, jump: jump.ended, download: download.ended, upload: upload.ended, answer: answer.ended, socket: socket.closed };
    for (const [what, ended] of Object.entries(all)) ended.then((how) => (ends[what] = { how, seconds: (Date.now() - cut) / 1000 }));
    await site.lab.unplug();
    try {
      await works(client, other);
      await until("everything that was under way has ended", () => Object.keys(ends).length === 6 || Promise.reject(new Error(`ended so far: ${JSON.stringify(ends)}`)), 90);
    } finally {
      await site.lab.plug();
      for (const one of [session, jump]) await one.end();
      for (const one of [download, upload, answer]) one.stop();
      socket.end();
      await site.node.online();
    }
    console.log(`# the cable is cut: ${Object.entries(ends).map(([what, { seconds }]) => `the ${what} ends after ${seconds.toFixed(0)} s`).join(", ")}`);
    assert.equal(ends.session.how.status, 255);
    assert.match(session.out.error, /connection to the instance was lost/i);
    assert.equal(ends.jump.how.status, 255);
    assert.ok(ends.download.how.error && ends.answer.how.error, "a download that broke off looks whole");
    assert.ok(ends.upload.how.error ?? ends.upload.how.status >= 400, `the upload was answered with ${ends.upload.how.status}`);
    await client.ready(instance);
    await until("nothing goes on reading for a download that broke off", async () => (await client.ssh(instance, "pgrep -f '^cat -- /root/endless'")).status === 1, 10);
    await works(client, site);
    assert.equal((await files(ada, id, "GET", "/root/broken")).status, 404, "half of a file has its name");
  });

  test("a node that is killed ends its sessions; started again, it takes new ones", async () => {
    for (const site of sites) {
      const session = client.stay([`${site.instance}@dockhost`, "echo in; sleep 600"]);
      const jump = client.stay([client.nameOf(site.instance), "echo in; sleep 600"]);
      for (const one of [session, jump]) await until("the session runs", () => one.out.text.includes("in"));
      const socket = await openSocket(world, site.url);
      const killed = Date.now();
      await site.node.end("SIGKILL");
      assert.equal((await session.ended).status, 255);
      assert.match(session.out.error, /connection to the instance was lost/i);
      assert.equal((await jump.ended).status, 255);
      await socket.closed;
      console.log(`# a node is killed: its sessions end after ${Date.now() - killed} ms`);
      const refused = await client.ssh(site.instance, "true");
      assert.equal(refused.status, 255);
      assert.match(refused.stderr, new RegExp(`${site.instance} cannot be reached: its node ${site.name}`));
      const page = await askApp(world, site.url, "GET", "/");
      assert.equal(page.status, 503);
      assert.match(page.text, /cannot be reached/);
      await site.node.start();
      await client.ready(site.instance);
      await works(client, site);
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
        await works(client, site);
      }
    }
  });

  test("100 streams at once over both nodes: every byte that arrives is of its own stream, whatever is cut", async () => {
    for (const { instance } of sites) {
      await client.ok(instance, "rm -f /root/streams.log; cat >/root/streams.pl", { input: RECEIVER });
      await client.ok(instance, "setsid perl /root/streams.pl >/root/streams.out 2>&1 </dev/null & until ss -Hltn 'sport = :80' | grep -q .; do sleep 0.05; done");
    }
    const share = Math.ceil((MIB << 10) / 100 / 2) << 10;
    const streams = new Streams({ seed: SEED, piece: Math.min(share, 8 << 20) });
    const ways = [];
    for (const { instance } of sites) {
      const forward = await byForward(client, instance);
      for (let n = 0; n < 25; n++) ways.push(byJump(client, instance), forward);
    }
    const begun = Date.now();
    const heals = [];
    const cuts = [];
    let ended = false;
    try {
      for (const site of sites) heals.push(await site.narrow(RATE));
      const lanes = streams.carry(ways, share).finally(() => (ended = true));
      lanes.catch(() => {});
      await until("all streams are open", () => streams.together || Promise.reject(new Error(`${streams.open} are; refused: ${JSON.stringify([...streams.refused])}`)), 60);
      assert.equal(streams.open, ways.length);
      const planned = Math.max(6, Math.min(24, Math.round(MIB / 400)));
      while (cuts.length < planned && !ended) {
        const enough = (share * ways.length * (cuts.length + 0.5)) / planned;
        await until("more has been carried", () => ended || streams.received > enough, 600);
        const how = cuts.length % 4 < 2 ? "reset" : "unplugged";
        if (await cut(streams, cuts.length % 2, how, () => ended)) cuts.push(how);
      }
      await lanes;
    } finally {
      // A lane that failed must not leave the others behind.
      streams.over = true;
      for (const way of new Set(ways)) await way.close();
      for (const heal of heals) await heal();
    }
    const carried = (Date.now() - begun) / 1000;
    const inside = await streams.inside((name, command) => client.ok(name, command), sites.map(({ instance }) => instance), LEFT_OPEN);
    const seconds = (Date.now() - begun) / 1000;
    const bytes = streams.received + inside.received;
    const bad = streams.wrong + inside.wrong;
    console.log(`# wrong streams: ${bytes} bytes in ${streams.begun.size} streams (${streams.most} at once, ${streams.broken} broken off), ${cuts.length} cuts, ${bad} wrong bytes, ${inside.astray.length} astray; ${carried.toFixed(0)} s, ${seconds.toFixed(0)} s until the last has ended inside; seed ${SEED}`);
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
    for (const site of sites) await works(client, site);
  });

  /** The cable of a site over which streams are under way, or what goes through it, until they have noticed. */
  async function cut(streams, first, how, isOver) {
    const busy = () => [sites[first], sites[1 - first]].find(({ instance }) => streams.underWay(instance).length > 0);
    await until("streams are under way", () => isOver() || busy(), 60);
    const site = busy();
    if (!site) return false;
    const under = streams.underWay(site.instance);
    if (how === "reset") {
      await site.reset(() => until("a stream has broken off, or the last has just ended", () => under.every(({ done }) => done) || under.some(({ broken }) => broken), 30));
      return under.some(({ broken }) => broken);
    }
    await site.lab.unplug();
    try {
      const moved = () => under.reduce((all, { moved }) => all + moved, 0);
      let last = -1;
      await until("nothing moves any more", () => { const same = last === moved(); last = moved(); return same; }, 30);
    } finally {
      await site.lab.plug();
    }
    return true;
  }
});
