// The activity log, by curl's means: who is told what, in which order, as it comes, as a file, after a restart and a restore.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, run, session, until, World } from "../../harness.mjs";
import { program } from "../../support/process.mjs";
import { openTerminal } from "../../support/terminal.mjs";

describe("the activity log", () => {
  // `ada` administers; `bob` has the instance.
  let world, bob, eve, admin, web;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    admin = world.admin;
    [bob, eve] = [await world.signUp("bob"), await world.signUp("eve")];
    await bob.addKey();
    web = await bob.phase((await bob.create("web-1")).id, "running");
  });
  after(() => world?.close());

  const lines = async (api, query = "") => (await api.get(`/events?limit=200${query}`)).events;
  const texts = async (api, query) => (await lines(api, query)).map(({ text }) => text);
  const first = async (api, query) => (await lines(api, query))[0];

  test("what happened to an instance, the newest first, with who, how and from where", async () => {
    const all = await lines(bob.api, `&of=${web.id}`);
    assert.match(all.at(-1).text, /^bob asked to create it; it is placed on lab\.$/);
    assert.match(all[0].text, /^It is running\.$/);
    const { cause, subject, kind, details, topic } = all.at(-1);
    assert.deepEqual([cause.who, cause.name, cause.way, cause.address], ["person", "bob", "token", "127.0.0.1"]);
    assert.deepEqual([subject.kind, subject.name, kind, details, topic], ["instance", "web-1", "created", { node: "lab" }, "instances"]);
    assert.deepEqual([all[0].cause.who, all[0].cause.name], ["node", "lab"]);
    const numbers = all.map(({ number }) => number);
    assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a));
  });

  test("nobody is told of somebody else's; an administrator is, and whoever asks for everything must be one", async () => {
    assert.deepEqual(await texts(eve.api, `&of=${web.id}`), []);
    assert.ok((await lines(admin, `&of=${web.id}`)).length >= 3);
    assert.equal((await eve.api.call("GET", "/events?of=everybody")).status, 403);
    const everybody = await lines(admin, "&of=everybody");
    assert.ok(everybody.some(({ subject }) => subject.name === "web-1") && everybody.some(({ subject }) => subject.name === "eve"));
    assert.ok((await lines(eve.api)).every(({ cause, subject }) => cause.name === "eve" || subject.name === "eve"));
  });

  test("who did it is told to the owner, and from where only to whoever it was and to administrators", async () => {
    await admin.ok("PUT", `/instances/${web.id}/start-on-connect`, { allowed: true });
    const seen = await first(bob.api, `&of=${web.id}`);
    assert.match(seen.text, / switched “Start it on SSH login” on\.$/);
    assert.equal(seen.cause.address, undefined);
    assert.equal((await first(admin, `&of=${web.id}`)).cause.address, "127.0.0.1");
  });

  test("an administrator who looks into somebody's terminal or files leaves a line; the owner leaves none", async () => {
    const before = (await lines(bob.api, `&of=${web.id}`)).length;
    const own = await openTerminal(bob, web.id);
    await own.waitFor(/# $/);
    own.close();
    await bob.api.call("GET", `/instances/${web.id}/files?path=/etc/hostname`);
    assert.equal((await lines(bob.api, `&of=${web.id}`)).length, before);
    const look = await openTerminal(world.ada, web.id);
    await look.waitFor(/# $/);
    look.close();
    assert.match((await first(bob.api, `&of=${web.id}`)).text, / opened a terminal of it\.$/);
    await admin.call("GET", `/instances/${web.id}/files?path=/etc/hostname`);
    assert.match((await first(bob.api, `&of=${web.id}`)).text, / took files out of it\.$/);
  });

  test("wrong passwords are one line of an account and hour; a stranger makes none", async () => {
    const wrong = (username) => fetch(`${world.server.base}/api/v1/sign-in`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ username, password: `${PASSWORD}-not` }),
    });
    const before = (await lines(admin, "&of=everybody")).length;
    for (const name of ["eve", "nobody-here", "eve", "eve"]) assert.equal((await wrong(name)).status, 401);
    const told = await until("three are counted", async () => {
      const line = (await lines(eve.api, "&topic=access")).find(({ kind }) => kind === "sign_in_failed");
      return line?.details.times === 3 && line;
    });
    assert.match(told.text, /^Somebody tried 3 times within an hour/);
    assert.equal((await lines(admin, "&of=everybody")).length, before + 1);
  });

  test("page by page backwards and forwards: nothing is left out and nothing comes twice", async () => {
    const all = (await lines(admin, "&of=everybody")).map(({ number }) => number);
    const walk = async (direction, from) => {
      const found = [];
      for (let cursor = from, more = true; more; ) {
        const page = await admin.get(`/events?of=everybody&limit=3${cursor ? `&${direction}=${cursor}` : ""}`);
        found.push(...page.events.map(({ number }) => number));
        ({ cursor, more } = page);
      }
      return found;
    };
    assert.deepEqual(await walk("before"), all);
    const [{ cursor }] = await lines(admin, "&of=everybody");
    const beginning = cursor.replace(/\.\d+$/, ".0");
    assert.deepEqual(await walk("after", beginning), [...all].reverse());
  });

  test("what cannot be asked says why", async () => {
    const [{ cursor }] = await lines(bob.api);
    const bad = async (query, field, words) => {
      const { status, body } = await bob.api.call("GET", `/events?${query}`);
      assert.deepEqual([status >= 400 && status < 500, body.field], [true, field], query);
      assert.match(body.message, words, query);
    };
    await bad("after=x", "after", /cursor/);
    await bad(`after=${cursor.replace(/^c-./, (start) => (start === "c-0" ? "c-1" : "c-0"))}`, "after", /of the installation/);
    await bad(`after=${cursor.replace(/\.(\d+)\./, ".99.")}`, "after", /restored/);
    await bad(`after=${cursor}&before=${cursor}`, "before", /after a cursor, or before/);
    await bad("of=web-1", "of", /id of an instance/);
    await bad("topic=weather", "topic", /instances, access/);
    await bad("limit=0", "limit", /1 to 200/);
    await bad("limit=201", "limit", /1 to 200/);
    await bad("since=1", "since", /no parameter/);
  });

  test("as a stream: each line as it comes, from a cursor on, until the token goes", async () => {
    const [{ cursor }] = await lines(bob.api);
    // No token makes one.
    const browser = new Api(world.server.base, (await session(world.server.base, "bob", PASSWORD)).headers);
    const { secret, id } = await browser.post("/tokens", { name: "stream" });
    const answer = await fetch(`${world.server.base}/api/v1/events/stream?after=${cursor}`, { headers: { authorization: `Bearer ${secret}` } });
    assert.match(answer.headers.get("content-type"), /^text\/event-stream/);
    let text = "";
    const ended = (async () => {
      for await (const piece of answer.body) text += Buffer.from(piece);
    })().catch(() => {});
    await until("the token's line has come", () => /created the token “stream”/.test(text));
    await bob.api.ok("PUT", `/instances/${web.id}/start-on-connect`, { allowed: false });
    await until("the next line comes", () => /switched “Start it on SSH login” off/.test(text));
    const ids = [...text.matchAll(/^id: ?(.*)$/gm)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    await bob.api.remove(`/tokens/${id}`);
    await ended;
    const again = await fetch(`${world.server.base}/api/v1/events/stream`, { headers: { ...bob.api.headers, "last-event-id": ids[0] } });
    const { value } = await again.body.getReader().read();
    assert.ok(Buffer.from(value).toString().includes(`id: ${ids[1]}`), "it goes on behind the last one that was taken");
  });

  test("as a file, a restart later, and out of a backup", async () => {
    const exported = async (api) => {
      const answer = await fetch(`${world.server.base}/api/v1/events/export?of=everybody`, { headers: api.headers });
      assert.equal(answer.status, 200);
      return (await answer.text()).trim().split("\n").map((line) => JSON.parse(line));
    };
    const before = await exported(admin);
    assert.deepEqual(before.map(({ number }) => number), (await lines(admin, "&of=everybody")).map(({ number }) => number).reverse());
    await world.server.restart();
    assert.deepEqual((await exported(admin)).slice(0, before.length), before);
    const file = join(world.dir, "with-activity.backup");
    const made = await run(program("dockhost"), ["backup", "--activity", file], { env: { ...process.env, ...world.server.env } });
    assert.equal(made.status, 0, made.stderr);
    const { activity } = JSON.parse((await readFile(file, "utf8")).split("\n")[1]);
    assert.deepEqual(activity.slice(0, before.length).map(({ number }) => number), before.map(({ number }) => number));
    const without = join(world.dir, "without.backup");
    await run(program("dockhost"), ["backup", without], { env: { ...process.env, ...world.server.env } });
    assert.equal(JSON.parse((await readFile(without, "utf8")).split("\n")[1]).activity, undefined);
  });

  test("what is deleted leaves its lines to its owner", async () => {
    const { id } = await bob.create("gone-soon");
    await bob.phase(id, "running");
    await bob.api.remove(`/instances/${id}`);
    await until("it is gone", async () => (await bob.api.call("GET", `/instances/${id}`)).status === 404, 60);
    const told = await texts(bob.api, `&of=${id}`);
    assert.deepEqual([told[0], told.includes("bob asked to delete it.")], ["It is deleted.", true]);
    assert.deepEqual(await texts(eve.api, `&of=${id}`), []);
  });
});
