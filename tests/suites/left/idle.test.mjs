// What is silent for longer than a proxy waits: the proxy stands in front of the server, for the node and for browsers.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { freePort, isOpen, until, World } from "../../harness.mjs";
import { startEcho } from "../../support/echo.mjs";
import { Client } from "../../support/gateway.mjs";
import { Terminal } from "../../support/terminal.mjs";

/** Seconds after which the proxy closes a connection on which nobody says anything. Two of them are 90 s. */
const WAITS = 45;
/** A program listens there that never closes a connection by itself. */
const ECHO = 5353;

describe("behind a proxy that closes what is silent", () => {
  let world, ada, web, client, base, proxy;
  const stays = [];

  before(async () => {
    world = await World.open();
    ada = world.ada;
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    proxy = net.createServer((near) => {
      // From another address than the server's own, so that no connection is handed over beside the proxy.
      const far = net.connect({ port: world.server.port, host: "127.0.0.1", localAddress: "127.0.0.9" });
      for (const [from, to] of [[near, far], [far, near]]) {
        from.setTimeout(WAITS * 1000, () => (near.destroy(), far.destroy()));
        from.on("error", () => to.destroy()).on("close", () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise((resolve) => proxy.listen(port, "127.0.0.1", resolve));
    await ada.addKey();
    const node = await world.register("lab");
    await node.start({ server: base });
    web = await ada.phase((await ada.create("web")).id, "running");
    client = await Client.of(ada);
    await client.ready("web");
    await startEcho(ada, web.id, (command) => ada.sshOk(web, command), ECHO);
  });
  after(async () => {
    for (const one of stays) await one.end();
    await world?.close();
    proxy?.close();
  });

  test("a session, a jump and a terminal live on; what carries no protocol of ours is closed, as README says", async () => {
    for (const to of ["web@dockhost", client.nameOf("web")]) stays.push(client.stay([to, "cat"]));
    const ticket = await ada.api.post(`/instances/${web.id}/terminal`, { columns: 80, rows: 24 });
    const terminal = new Terminal(base, ticket.secret);
    await terminal.opened;
    const says = async (word) => {
      for (const { child } of stays) child.stdin.write(`${word}\n`);
      terminal.type(`echo ${word}-$((6 * 7))\r`);
      await terminal.waitFor(new RegExp(`${word}-42`));
      await until(`each says ${word}`, () => stays.every(({ out }) => out.text.includes(word)), 20);
    };
    await says("first");

    const { forwards } = await ada.api.post(`/instances/${web.id}/forwards`, { place: "server", container_port: ECHO });
    const [host, port] = forwards.at(-1).address.split(":");
    await until("it listens", () => isOpen(Number(port), host), 20);
    const silent = async () => {
      const socket = net.connect(Number(port), host);
      const state = { heard: "", closed: false };
      socket.on("data", (data) => (state.heard += data)).on("error", () => {}).on("close", () => (state.closed = true));
      socket.on("connect", () => socket.write("you there"));
      await until("it leads to the instance", () => state.heard === "inside you there" || (state.closed && Promise.reject(new Error("closed"))), 20);
      return state;
    };
    for (let n = 0; n < 2; n++) {
      const begun = Date.now();
      const state = await silent();
      await until("the proxy has closed it", () => state.closed, WAITS + 20);
      assert.ok(Date.now() - begun > WAITS * 900, "it was closed before it was silent for long");
    }
    await says("second");
    terminal.close();
    await terminal.closed;
  });
});
