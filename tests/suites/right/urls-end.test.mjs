// What ends a stream: each kind of stream against each way of losing the right to it. All end within moments, in both
// directions, and none looks whole.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { PASSWORD, until } from "../../harness.mjs";
import { ask, door, enter, follow, open, signIn, worldWithApp } from "../../support/apps.mjs";
import { onFrames, sendFrame, upgrade } from "../../support/live.mjs";
import { Terminal } from "../../support/terminal.mjs";

/** How soon, in milliseconds. */
const SOON = 3_000;

describe("streams end with the right to them", () => {
  let world, ada, eve, web, address;
  const slowest = { what: "", ms: 0 };

  before(async () => {
    ({ world, ada, eve, web, address } = await worldWithApp("owner"));
    // Long and empty: it takes no room. An archive keeps holes, so the folder has to have something in it.
    await ada.sshOk(web, "truncate -s 60G /root/large; mkdir -p /root/folder; head -c 500M /dev/zero >/root/folder/full");
  });
  after(async () => {
    console.log(`the slowest end of a stream: ${slowest.what}, ${Math.round(slowest.ms)} ms`);
    await world?.close();
  });

  /** A request whose body goes on until it is cut. `moved` counts bytes, `over` says how it ended. */
  function stream(host, path, headers, { method = "GET", endless = false, length, slow = false } = {}) {
    const state = { moved: 0 };
    state.over = new Promise((resolve) => {
      const sent = http.request({ host: "127.0.0.1", port: world.server.port, path, method, agent: false,
        headers: { host, ...headers, ...(endless && (length ? { "content-length": length } : { "transfer-encoding": "chunked" })) } }, (answer) => {
        state.status = answer.statusCode;
        answer.on("data", (piece) => {
          state.moved += endless ? 0 : piece.length;
          if (slow && !state.hurries) setTimeout(() => answer.resume(), 5, answer.pause());
        });
        answer.on("error", () => {});
        answer.on("close", () => resolve({ whole: answer.complete, status: answer.statusCode }));
      });
      sent.on("error", () => resolve({ whole: false }));
      state.end = () => sent.destroy();
      if (!endless) return void sent.end();
      const piece = Buffer.alloc(16 << 10);
      const more = () => {
        if (sent.destroyed) return;
        state.moved += piece.length;
        if (sent.write(piece)) setImmediate(more);
        else sent.once("drain", more);
      };
      more();
    });
    return state;
  }

  async function socket(headers) {
    const { status, socket: opened, head } = await upgrade(world.server.base, "/ws", { host: address.host, origin: address.origin, ...headers });
    assert.equal(status, 101);
    const state = { moved: 0 };
    onFrames(opened, head, ({ payload }) => {
      state.moved += payload.length;
      sendFrame(opened, "more");
    });
    sendFrame(opened, "more");
    state.over = new Promise((resolve) => opened.on("close", () => resolve({ whole: false })));
    state.end = () => opened.destroy();
    return state;
  }

  async function terminal(who) {
    const { secret } = await who.api.post(`/instances/${web.id}/terminal`, { columns: 80, rows: 24 });
    const opened = new Terminal(world.server.base, secret);
    await opened.opened;
    opened.type("while :; do echo tick; sleep 0.05; done\r");
    return { get moved() { return opened.received; }, over: opened.closed.then(() => ({ whole: false })), end: () => opened.close() };
  }

  const visitor = { origin: "" };
  /** Every stream of somebody who is let in to the app by that cookie. */
  const ofApp = (cookie) => [
    ["events", () => stream(address.host, "/ticks", { ...visitor, cookie })],
    ["an answer with a length", () => stream(address.host, "/bytes/100000000000", { ...visitor, cookie })],
    ["an upload in pieces", () => stream(address.host, "/upload", { ...visitor, cookie }, { method: "POST", endless: true })],
    ["a socket", () => socket({ cookie })],
  ];
  /** Every stream of somebody who is signed in at the console. */
  const ofConsole = (who) => {
    const { host } = new URL(world.server.base);
    const at = `/api/v1/instances/${web.id}/files?path=`;
    return [
      ["a file on its way out", () => stream(host, `${at}large`, who.api.headers)],
      ["a folder on its way out", () => stream(host, `${at}folder`, who.api.headers, { slow: true })],
      ["a file on its way in", () => stream(host, `${at}arriving`, who.api.headers, { method: "PUT", endless: true, length: 60_000_000_000 })],
      ["a terminal", () => terminal(who)],
    ];
  };

  /** Begins all, does it, and finds each ended. */
  async function end(what, kinds, deed) {
    visitor.origin = address.origin;
    const begun = [];
    for (const [kind, begin] of kinds) begun.push([kind, await begin()]);
    for (const [kind, state] of begun) {
      const now = state.moved;
      await until(`${kind} flows before ${what}`, () => state.moved > now, 20);
    }
    await deed();
    const from = performance.now();
    // What was on its way to a slow reader is not to count.
    for (const [, state] of begun) state.hurries = true;
    for (const [kind, state] of begun) {
      const late = Symbol("late");
      let timer;
      const ended = await Promise.race([state.over, new Promise((resolve) => (timer = setTimeout(resolve, SOON + 5_000, late)))]);
      clearTimeout(timer);
      const ms = performance.now() - from;
      state.end();
      assert.notEqual(ended, late, `${kind} goes on after ${what}`);
      assert.ok(ms < SOON, `${kind} ended ${Math.round(ms)} ms after ${what}`);
      assert.ok(!ended.whole || ended.status >= 300, `${kind} looks whole after ${what}`);
      if (ms > slowest.ms) Object.assign(slowest, { what: `${kind} after ${what}`, ms });
    }
  }

  const inside = async (who) => (await enter(world, address.host, who)).cookie;

  test("signing out", async () => {
    const session = await signIn(world, ada);
    await end("a sign-out", [...ofApp(await inside(session)), ...ofConsole(session)], () => session.end());
    assert.equal((await ada.sshOk(web, "ls /root/arriving* 2>/dev/null | wc -l")), "0", "half a file is there");
  });

  test("a session that its person ends from elsewhere, and another password", async () => {
    const [one, two] = [await signIn(world, ada), await signIn(world, ada)];
    const { id } = (await one.api.get("/sessions")).find(({ current }) => current);
    await end("the end of the session", [...ofApp(await inside(one)), ...ofConsole(one)], () => two.api.remove(`/sessions/${id}`));
    const [kept, other] = [await signIn(world, ada), await signIn(world, ada)];
    await end("another password", [...ofApp(await inside(other)), ...ofConsole(other)], () => kept.api.post("/me/password", { current: PASSWORD, new: "another-long-password-7" }));
    await kept.api.post("/me/password", { current: "another-long-password-7", new: PASSWORD });
  });

  test("a token that is removed", async () => {
    const secret = await world.server.adminOk(["create-token", "ada", "short"]);
    const { id } = (await ada.api.get("/tokens")).find(({ name }) => name === "short");
    const { Api } = await import("../../harness.mjs");
    const program = { api: new Api(world.server.base, { authorization: `Bearer ${secret}` }) };
    await end("the end of the token", [...ofApp(await inside(program)), ...ofConsole(program)], () => ada.api.remove(`/tokens/${id}`));
  });

  test("the port of an app: closed, withdrawn, for others than before", async () => {
    const session = await signIn(world, ada);
    await end("closing the port", ofApp(await inside(session)), () => open(ada, web, 8080, "off"));
    await open(ada, web, 8080, "owner");
    await end("withdrawing it", ofApp(await inside(session)), () => ada.api.remove(`/instances/${web.id}/ports/8080`));
    await open(ada, web, 8080, "signed-in");
    await end("keeping it for its owner", ofApp(await inside(eve)), () => open(ada, web, 8080, "owner"));
    await open(ada, web, 8080, "public");
    await end("closing it to strangers", ofApp(""), () => open(ada, web, 8080, "owner"));
    await end("the end of a guest's link", ofApp((await follow(ada, web, 8080)).cookie), async () => {
      const { api } = await signIn(world, ada);
      await api.ok("POST", "/me/password", { current: PASSWORD, new: "another-long-password-7" });
      await api.ok("POST", "/me/password", { current: "another-long-password-7", new: PASSWORD });
    });
  });

  test("a suspended account, and a link that it gave away", async () => {
    await open(ada, web, 8080, "signed-in");
    const visit = ofApp(await inside(await signIn(world, eve)));
    await end("the suspension of a visitor", visit, () => world.server.adminOk(["suspend", "eve"]));
    await world.server.adminOk(["resume", "eve"]);
    // Somebody has to administer meanwhile.
    await world.server.adminOk(["make-administrator", "eve"]);
    const session = await signIn(world, ada);
    const link = (await follow(ada, web, 8080)).cookie;
    const kinds = [...ofApp(await inside(session)), ...ofApp(link), ...ofConsole(session)];
    await end("the suspension of whoever has it", kinds, () => world.server.adminOk(["suspend", "ada"]));
    await world.server.adminOk(["resume", "ada"]);
    await world.server.adminOk(["no-longer-administrator", "eve"]);
    // Her node dials again by itself, after a minute.
    await world.nodes[0].end();
    await world.nodes[0].start();
    await open(ada, web, 8080, "owner");
  });

  test("a change of level that leaves somebody in leaves them in", async () => {
    const session = await signIn(world, ada);
    const ticks = stream(address.host, "/ticks", { ...visitor, cookie: await inside(session) });
    await until("it flows", () => ticks.moved > 0);
    for (const level of ["signed-in", "public", "owner"]) {
      await open(ada, web, 8080, level);
      const seen = ticks.moved;
      await until(`it flows on at ${level}`, () => ticks.moved > seen + 200);
    }
    ticks.end();
    await session.end();
  });

  test("a ticket of somebody who signed out since opens nothing", async () => {
    const session = await signIn(world, ada);
    const file = await session.api.post(`/instances/${web.id}/files/ticket`);
    const shell = await session.api.post(`/instances/${web.id}/terminal`, { columns: 80, rows: 24 });
    const { asked, browser } = await door(world, address.host);
    const app = await session.api.post("/visit", asked);
    await session.end();
    const { status } = await ask(world, new URL(world.server.base).host, `/api/v1/instances/${web.id}/files?path=app.pl&ticket=${file.secret}`);
    assert.equal(status, 401);
    assert.equal((await upgrade(world.server.base, `/api/v1/terminal?ticket=${shell.secret}`)).status, 401);
    const url = new URL(app.url);
    assert.equal(url.pathname, "/.dockhost/enter");
    const entered = await ask(world, url.host, url.pathname + url.search, { headers: { cookie: browser } });
    const cookie = entered.headers["set-cookie"]?.map((line) => line.split(";")[0]).join("; ") ?? "";
    assert.equal((await ask(world, url.host, "/", { headers: { cookie, origin: address.origin } })).status, 401);
  });

  test("stopping and deleting the instance", async () => {
    const session = await signIn(world, ada);
    const files = ofConsole(session).filter(([kind]) => kind !== "a terminal");
    await end("stopping", [...ofApp(await inside(session)), ...files], () => ada.api.post(`/instances/${web.id}/stop`));
    await ada.phase(web.id, "stopped");
    await ada.api.post(`/instances/${web.id}/start`);
    await ada.phase(web.id, "running");
    await ada.sshOk(web, "(setsid perl /root/app.pl 8080 >/root/app.log 2>&1 </dev/null &); echo started");
    const cookie = await inside(session);
    await until("the app is back", async () => (await ask(world, address.host, "/", { headers: { cookie, origin: address.origin } })).status === 200, 20);
    await end("deleting", [...ofApp(cookie), ...ofConsole(session)], () => ada.api.remove(`/instances/${web.id}`));
    await ada.gone(web.id);
  });
});
