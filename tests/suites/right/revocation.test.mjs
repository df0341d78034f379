// Two hundred streams of one person, of every kind and by every credential, are open and carry bytes when an administrator
// suspends them. Each must have ended within five seconds.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, World, session, until } from "../../harness.mjs";
import { enter, follow, open, placeApp, signIn } from "../../support/apps.mjs";
import { Client } from "../../support/gateway.mjs";
import { Live, sendFrame, upgrade } from "../../support/live.mjs";
import { openTerminal } from "../../support/terminal.mjs";

/** Milliseconds within which everything has ended. */
const SOON = 5_000;
const KINDS = {
  "live feeds of a browser": 25,
  "live feeds of a token": 25,
  "event streams": 20,
  terminals: 10,
  uploads: 20,
  downloads: 5,
  "sockets of an app, by a link": 35,
  "sockets of an app, by a visit": 35,
  "logins by SSH": 20,
  lobbies: 5,
};

describe("what somebody has open", () => {
  let world, ada, eve, box, client, browser, newest, url, link, visit;
  const base = () => world.server.base;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    eve = await world.signUp("eve");
    await eve.addKey();
    box = await eve.phase((await eve.create("box")).id, "running");
    client = await Client.of(eve);
    await client.ready("box");
    browser = new Api(base(), (await session(base(), "eve", PASSWORD)).headers);
    url = await placeApp(eve, box);
    await open(eve, box, 8080, "owner");
    ({ cookie: link } = await follow(eve, box, 8080));
    ({ cookie: visit } = await enter(world, url.host, await signIn(world, eve)));
    await client.ok("box", "truncate -s 60G /root/zeros");
    newest = (await eve.api.get("/events?limit=1")).events[0].cursor;
  });
  after(() => world?.close());

  // Each answers once it carries bytes, with a promise of its end: in an object, because a bare one would be waited for.
  const end = (socket) => ({ closed: new Promise((resolve) => ["end", "close"].forEach((name) => socket.on(name, resolve))) });

  const feed = async (headers) => {
    const feed = await Live.open(base(), headers);
    await until("the feed tells", () => feed.world);
    return end(feed.socket);
  };

  const events = async () => {
    const answer = await fetch(`${base()}/api/v1/events/stream?after=${newest}`, { headers: eve.api.headers });
    assert.equal(answer.status, 200);
    const reader = answer.body.getReader();
    const all = async () => {
      while (!(await reader.read()).done);
    };
    return { closed: all().catch(() => {}) };
  };

  const shell = async () => {
    const terminal = await openTerminal(eve, box.id);
    await terminal.waitFor(/# $/);
    return { closed: terminal.closed };
  };

  const place = (path) => new URL(`/api/v1/instances/${box.id}/files?path=${path}`, base());

  /** A kilobyte now and then, of a file that is never whole. */
  const upload = (n) => new Promise((resolve) => {
    const sent = http.request(place(`/root/up-${n}`), { method: "PUT", agent: false, headers: { ...eve.api.headers, "content-length": 1 << 30 } });
    sent.on("error", () => {});
    sent.on("socket", (socket) => {
      const more = setInterval(() => sent.write(Buffer.alloc(1024)), 50);
      socket.on("close", () => clearInterval(more));
      socket.on("connect", () => resolve(end(socket)));
    });
  });

  const download = () => new Promise((resolve, reject) => {
    http.get(place("/root/zeros"), { agent: false, headers: eve.api.headers }, (answer) => {
      answer.on("error", () => {});
      answer.once("data", () => resolve(end(answer)));
    }).on("error", reject);
  });

  const socket = async (cookie) => {
    const { status, socket } = await upgrade(base(), "/ws", { host: url.host, origin: url.origin, cookie });
    assert.equal(status, 101, "the app's socket was not opened");
    socket.on("error", () => {});
    sendFrame(socket, "hello");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.resume();
    return end(socket);
  };

  const login = async (words, typed, text) => {
    const { child, out, ended } = client.stay(words);
    child.stdin.write(typed);
    await until("the login answers", () => out.text.includes(text), 60);
    return { closed: ended };
  };

  const OPEN = {
    "live feeds of a browser": () => feed(browser.headers),
    "live feeds of a token": () => feed(eve.api.headers),
    "event streams": events,
    terminals: shell,
    uploads: upload,
    downloads: download,
    "sockets of an app, by a link": () => socket(link),
    "sockets of an app, by a visit": () => socket(visit),
    "logins by SSH": () => login(["box@dockhost", "cat"], "in\n", "in\n"),
    lobbies: () => login(["lobby@dockhost"], "whoami\n", "eve"),
  };

  test("ends when they are suspended: every stream of two hundred, within five seconds", async () => {
    const streams = [];
    for (const [kind, count] of Object.entries(KINDS)) {
      for (let n = 0; n < count; n++) {
        const stream = { kind, ended: undefined };
        const { closed } = await OPEN[kind](n);
        closed.then(() => (stream.ended = performance.now()));
        streams.push(stream);
      }
    }
    assert.equal(streams.length, 200);
    await until("every upload has begun", async () => {
      const begun = await client.ok("box", "ls -A /root | grep -c '^[.]dockhost-' || true");
      return Number(begun) === KINDS.uploads;
    }, 20);
    assert.deepEqual(streams.filter(({ ended }) => ended !== undefined).map(({ kind }) => kind), [], "all are open");
    const { id } = (await ada.api.get("/people")).find(({ username }) => username === "eve");
    const asked = performance.now();
    await ada.api.ok("POST", `/people/${id}/suspend`, {});
    const answered = performance.now() - asked;
    const open = () => streams.filter(({ ended }) => ended === undefined);
    await until("all have ended", () => open().length === 0, (2 * SOON) / 1000).catch(() => {});
    const took = streams.filter(({ ended }) => ended !== undefined).map(({ ended }) => ended - asked).sort((a, b) => a - b);
    const late = streams.filter(({ ended }) => ended === undefined || ended - asked > SOON);
    console.log(`${streams.length - late.length} of ${streams.length} open streams ended within ${SOON / 1000} s of the request (median ${took[took.length >> 1].toFixed(0)} ms, last ${took.at(-1).toFixed(0)} ms; answered after ${answered.toFixed(0)} ms)`);
    assert.deepEqual(late.map(({ kind }) => kind), []);
    assert.equal((await ada.api.get(`/instances/${box.id}`)).phase, "running");
  });
});
