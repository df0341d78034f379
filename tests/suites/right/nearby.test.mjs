// A node on the server's own machine: it finds, checks and dials the instance, and then is out of the way.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { until, World } from "../../harness.mjs";
import { askTcp, startEcho } from "../../support/echo.mjs";
import { Client } from "../../support/gateway.mjs";

const INSIDE = 7000;

describe("server and node on one machine", () => {
  let world, ada, web, node, client, host;

  before(async () => {
    world = await World.open();
    node = await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    client = await Client.of(ada);
    await client.ready("web-1");
    await startEcho(ada, web.id, (command) => client.ok("web-1", command), INSIDE);
    const { forwards } = await ada.api.post(`/instances/${web.id}/forwards`, { place: "server", container_port: INSIDE });
    host = forwards[0].host;
    await until("the host port answers", () => askTcp(host), 20);
  });
  after(() => world?.close());

  test("streams go on while the node does nothing at all", async () => {
    const session = client.stay(["web-1@dockhost", "cat"]);
    const jump = client.stay([client.nameOf("web-1"), "cat"]);
    for (const one of [session, jump]) {
      one.child.stdin.write("before\n");
      await until("the session echoes", () => one.out.text.includes("before"));
    }
    const held = net.connect({ port: host, host: "127.0.0.1" });
    const ask = (text) => new Promise((resolve) => (held.once("data", (data) => resolve(data.toString())), held.write(text)));
    assert.equal(await ask("before"), "inside before");
    const { pid } = node.process;
    process.kill(pid, "SIGSTOP");
    try {
      for (const one of [session, jump]) {
        one.child.stdin.write("meanwhile\n");
        await until("the session echoes while the node stands still", () => one.out.text.includes("meanwhile"), 5);
      }
      assert.equal(await ask("meanwhile"), "inside meanwhile");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    held.destroy();
    for (const one of [session, jump]) await one.end();
  });

  test("a stream gives its place back, so that there may be more one after the other than at once", async () => {
    for (let round = 0; round < 12; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => askTcp(host)));
      assert.deepEqual([...new Set(answers)], ["inside tcp"]);
    }
  });

  test("it ends when the instance is stopped", async () => {
    const session = client.stay(["web-1@dockhost", "echo in; sleep 600"]);
    await until("the session runs", () => session.out.text.includes("in"));
    const held = net.connect({ port: host, host: "127.0.0.1" });
    const ended = new Promise((resolve) => held.on("close", resolve));
    held.on("error", () => {});
    await ada.api.post(`/instances/${web.id}/stop`);
    await Promise.all([session.ended, ended]);
    assert.match(session.out.error, /is being stopped/);
    await ada.phase(web.id, "stopped");
  });
});
