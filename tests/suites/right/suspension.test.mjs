// An administrator suspends somebody: what they have open ends within five seconds by every way in, what runs goes on, and
// after a word of the administrator the same credentials open again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, World, session, until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { Live } from "../../support/live.mjs";

/** Seconds within which everything has ended. */
const SOON = 5;

describe("somebody is suspended", () => {
  let world, ada, eve, box, own, client, row, browser;
  const rowOf = async () => (await ada.api.get("/people")).find(({ username }) => username === "eve");

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    eve = await world.signUp("eve");
    await eve.addKey();
    box = await eve.phase((await eve.create("box")).id, "running");
    const { secret } = await eve.api.post("/nodes", { name: "eves-own" });
    own = await world.adopt("eves-own", secret);
    await own.start();
    client = await Client.of(eve);
    await client.ready("box");
    row = await rowOf();
    browser = new Api(world.server.base, (await session(world.server.base, "eve", PASSWORD)).headers);
  });
  after(() => world?.close());

  test("the list tells who she is and what she has", () => {
    assert.deepEqual([row.email, row.administrator, row.instances, row.nodes], ["eve@example.org", false, 1, 1]);
    assert.ok(row.last_seen_at && !row.suspended, JSON.stringify(row));
  });

  test("what is open ends, and what runs goes on", async () => {
    const feeds = await Promise.all([browser, eve.api].map(({ headers }) => Live.open(world.server.base, headers)));
    await until("both feeds tell", () => feeds.every((feed) => feed.world));
    const shells = [client.stay(["box@dockhost", "echo in; cat"]), client.stay([client.nameOf("box"), "echo in; cat"])];
    const lobby = client.stay(["lobby@dockhost"]);
    lobby.child.stdin.write("whoami\n");
    await until("she is in by SSH", () => shells.every(({ out }) => out.text === "in\n") && lobby.out.text.startsWith("eve"), 30);

    await ada.api.ok("POST", `/people/${row.id}/suspend`, {});
    const ended = Promise.all([...shells, lobby].map((shell) => shell.ended));
    await until("the feeds end", () => feeds.every((feed) => feed.signedOut), SOON);
    let over = false;
    ended.then(() => (over = true));
    await until("the SSH connections end", () => over, SOON);
    assert.match(lobby.out.error, /suspended/);
    await until("her node's channel ends", async () => (await ada.api.get(`/nodes/${own.id}`)).liveness !== "online", SOON);

    for (const api of [browser, eve.api]) {
      const answer = await api.call("GET", "/me");
      assert.equal(answer.status, 401, answer.text);
    }
    const signIn = await new Api(world.server.base).call("POST", "/sign-in", { username: "eve", password: PASSWORD });
    assert.equal(signIn.status, 401, signIn.text);
    assert.notEqual((await client.ssh("box", "true")).status, 0);
    assert.equal((await ada.api.get(`/instances/${box.id}`)).phase, "running");
    assert.ok((await rowOf()).suspended);
  });

  test("what she had opens again once she is resumed, but for her browsers", async () => {
    await ada.api.ok("POST", `/people/${row.id}/resume`);
    assert.equal((await eve.api.get("/me")).username, "eve");
    assert.equal((await browser.call("GET", "/me")).status, 401);
    await client.ok("box", "true");
    // Her node dials again by itself, after a minute.
    await own.end();
    await own.start();
  });

  test("the last administrator can be neither suspended, nor demoted, nor removed", async () => {
    const { id } = (await ada.api.get("/people")).find(({ username }) => username === "ada");
    // By a session: no token says who administers.
    const adas = new Api(world.server.base, (await session(world.server.base, "ada", PASSWORD)).headers);
    for (const [method, path, body] of [["POST", "/suspend", {}], ["PUT", "/administrator", { administrator: false }], ["DELETE", "", { instances: "delete", nodes: "delete" }]]) {
      const answer = await adas.call(method, `/people/${id}${path}`, body);
      assert.deepEqual([answer.status, answer.body.code], [409, "conflict"], answer.text);
    }
  });

  test("she is removed once it is said what becomes of what she has", async () => {
    const silent = await ada.api.call("DELETE", `/people/${row.id}`, {});
    assert.deepEqual([silent.status, silent.body.field], [409, "instances"], silent.text);
    await ada.api.ok("DELETE", `/people/${row.id}`, { instances: { give: "ada" }, nodes: { give: "ada" } });
    assert.equal(await rowOf(), undefined);
    assert.equal((await ada.api.get(`/instances/${box.id}`)).owner, "ada");
    assert.equal((await ada.api.get(`/nodes/${own.id}`)).owner, "ada");
    assert.equal((await eve.api.call("GET", "/me")).status, 401);
  });
});
