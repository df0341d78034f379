// A data directory and running containers of an earlier version, opened by the programs of today. It needs the earlier
// programs: `make upgrade-test FROM=COMMIT` builds them and names their folder.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, freePort, must } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { programsOf } from "../../support/process.mjs";
import { until } from "../../support/wait.mjs";

const earlier = process.env.DOCKHOST_EARLIER_PROGRAMS;

describe("upgrade", { skip: earlier ? false : "DOCKHOST_EARLIER_PROGRAMS names no folder" }, () => {
  let world, node, ada, bob, called, running, stopped, forward, seen;

  const container = async (id) => {
    const [{ Id }] = await world.engine.containersOf(id);
    const { State, RestartCount } = await world.engine.call("GET", `/containers/${Id}/json`);
    return { Id, startedAt: State.StartedAt, status: State.Status, RestartCount };
  };
  const look = async () => ({
    me: await ada.api.get("/me"),
    tokens: (await ada.api.get("/tokens")).map(({ id, name }) => [id, name]),
    keys: (await ada.api.get("/ssh-keys")).map(({ id, name, fingerprint }) => [id, name, fingerprint]),
    nodes: (await ada.api.get("/nodes")).map(({ id, name, address, host_ports }) => [id, name, address, host_ports]),
    instances: (await ada.api.get("/instances"))
      .map(({ id, name, phase, ports, urls, forwards, ssh_keys }) => [id, name, phase, ports, urls.map(({ port, url, access }) => [port, url, access]), forwards, ssh_keys])
      .sort(),
    events: await ada.api.get(`/instances/${running.id}/events`),
    container: await container(running.id),
  });

  before(async () => {
    programsOf(earlier);
    world = await World.open({ env: { DOCKHOST_SSH_LISTEN: `127.0.0.1:${await freePort()}`, DOCKHOST_SIGN_UP: "open" } });
    ada = world.ada;
    await ada.addKey();
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "shared", "-f", `${world.dir}/shared`]);
    // Names that mean something to the gateway were given away by the first versions.
    const given = (name, other, make) => make(name).catch((error) => (/reserved/.test(error.message) ? make(other) : Promise.reject(error)));
    [bob, called] = [await world.signUp("bob"), await given("lobby", "carol", (name) => world.signUp(name))];
    for (const person of [bob, called]) {
      person.identity = `${world.dir}/shared`;
      await person.addKey("shared");
    }
    node = await world.node("lab-1");
    const key = (await ada.api.get("/ssh-keys"))[0].id;
    running = await ada.create("web-1", { ssh_keys: [key] });
    stopped = await given("gateway", "web-2", (name) => ada.create(name, { ssh_keys: [key] }));
    await ada.phase(stopped.id, "running", 300);
    await ada.phase(running.id, "running", 300);
    await ada.sshOk(await ada.api.get(`/instances/${running.id}`), "echo kept > /root/kept");
    await ada.sshOk(await ada.api.get(`/instances/${stopped.id}`), "echo kept > /root/kept");
    await ada.api.ok("PUT", `/instances/${running.id}/ports/8080`, { url: "signed-in" });
    await ada.api.post(`/instances/${running.id}/forwards`, { container_port: 22 });
    await ada.api.post(`/instances/${stopped.id}/stop`);
    await ada.phase(stopped.id, "stopped");
    await until("its forward is open", async () => {
      [forward] = (await ada.api.get(`/instances/${running.id}`)).forwards;
      return forward;
    });
    seen = await look();
    await node.end();
    await world.server.end();
    programsOf();
    await world.server.start();
    await node.start();
    await ada.phase(running.id, "running");
  });
  after(() => {
    programsOf();
    return world?.close();
  });

  test("people, tokens, keys, nodes, ports, URLs, forwards and events are as they were", async () => {
    const now = await look();
    const known = new Set(seen.events.map(({ id }) => id));
    now.events = now.events.filter(({ id }) => known.has(id));
    // Fields and actions that came later say nothing of what was there.
    now.me = Object.fromEntries(Object.keys(seen.me).map((field) => [field, now.me[field]]));
    if (now.me.may) now.me.may = now.me.may.filter((action) => seen.me.may.includes(action));
    assert.deepEqual(now, seen);
    const people = await world.server.adminOk(["people"]);
    for (const name of ["ada", "bob", called.username]) assert.match(people, new RegExp(`^${name}\\b`, "m"));
  });

  test("the container was not restarted, and its data are there", async () => {
    assert.deepEqual(await container(running.id), seen.container);
    assert.equal(await ada.sshOk(await ada.api.get(`/instances/${running.id}`), "cat /root/kept"), "kept");
    assert.deepEqual(await container(running.id), seen.container);
  });

  test("each container has its file at the first look, with all that its owner had set", async () => {
    for (const { id, name } of [running, stopped]) {
      const file = `${node.dir}/instances/${id}/instance.json`;
      const { instance, row } = await until(`the file of ${name} is there`, async () => JSON.parse(await readFile(file, "utf8")), 30);
      assert.deepEqual([instance, row.name, row.doors.ssh_keys.length], [id, name, 1]);
      if (id !== running.id) continue;
      assert.deepEqual(row.rest.ports.map(({ port, url }) => [port, url]), [[80, "owner"], [8080, "signed-in"]]);
      assert.deepEqual(row.doors.forwards.map(({ host }) => host), [forward.host]);
    }
    assert.deepEqual(await container(running.id), seen.container);
  });

  test("a person signs in anew with the password they had", async () => {
    const answer = await world.admin.call("POST", "/sign-in", { username: "bob", password: PASSWORD }, { authorization: "" });
    assert.equal(answer.status, 200, answer.text);
  });

  test("a key of one account lets in at the gateway; one that two accounts have opens nothing", async () => {
    const client = await Client.of(ada);
    assert.equal((await client.ok("web-1", "cat /root/kept")).trim(), "kept");
    const shared = await Client.of(bob);
    for (const user of ["lobby", "bob", "web-1"]) {
      const done = await shared.ssh(user, "whoami");
      assert.notEqual(done.status, 0, `${user}: ${done.stdout}`);
      assert.doesNotMatch(done.stdout, new RegExp(`bob|${called.username}`));
    }
  });

  test("the running instance shows a certificate with its owner's name, without a restart", async () => {
    const client = await Client.of(ada);
    await until("it is known as web-1.ada.dockhost", async () => {
      const done = await client.jump("web-1.ada", "cat /root/kept");
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout.trim() === "kept";
    });
    assert.deepEqual(await container(running.id), seen.container);
  });

  test("a stopped instance starts with its data and its ports", async () => {
    const before = seen.instances.find(([id]) => id === stopped.id);
    await ada.api.post(`/instances/${stopped.id}/start`);
    const view = await ada.phase(stopped.id, "running");
    assert.deepEqual(view.ports, before[3]);
    assert.equal(await ada.sshOk(view, "cat /root/kept"), "kept");
  });
});
