// Connections to the SSH gateway that say nothing: they must not keep out those who have something to say.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { until, World } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";

const SILENT = 5000;
const memory = async (pid) => Number((await readFile(`/proc/${pid}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)[1]) >> 10;

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
    for (let n = 0; n < SILENT; n++) {
      const socket = net.connect({ port: client.port, host: client.host, localAddress: `127.0.1.${1 + (n % 25)}` });
      socket.on("error", () => {});
      socket.on("close", () => (closed += 1));
      // What the gateway says is read and forgotten.
      socket.resume();
      sockets.push(socket);
      // More at once than the kernel keeps for a listener would wait there, and not at the gateway.
      if (n % 100 === 99) await until("they are connected", () => sockets.every(({ connecting }) => !connecting), 15);
    }
    try {
      const open = SILENT - closed;
      const during = await memory(pid);
      const logins = [];
      for (let n = 0; n < 5; n++) {
        const started = Date.now();
        const { status, stderr } = await client.lobby("ls");
        logins.push(status === 0 ? Date.now() - started : stderr.trim());
      }
      console.log(`# half-open: ${open} of ${SILENT} stay open, logins meanwhile: ${logins.join(", ")} ms; server ${before} -> ${during} MiB`);
      assert.ok(logins.every((took) => took < 5000), `a login failed meanwhile: ${logins.join(", ")}`);
      assert.ok(open > 0, "none was open meanwhile, so that this shows nothing");
      await until("each is closed", () => closed === SILENT || Promise.reject(new Error(`${SILENT - closed} are open`)), 25);
      console.log(`# half-open: the last is closed after ${((Date.now() - begun) / 1000).toFixed(1)} s; server ${await memory(pid)} MiB`);
      assert.ok(during - before < 500, `the server grew by ${during - before} MiB`);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    assert.equal((await client.lobby("ls")).status, 0);
  });
});
