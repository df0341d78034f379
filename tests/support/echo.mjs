// The program `echo.pl` in an instance, and asking it over TCP and UDP.
import dgram from "node:dgram";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";

import { root } from "./process.mjs";
import { until } from "./wait.mjs";

/** Starts it on that port of the instance. `shell` runs a command there. */
export async function startEcho(person, id, shell, port) {
  const script = await readFile(join(root, "tests/support/echo.pl"));
  const url = `${person.world.server.base}/api/v1/instances/${id}/files?path=echo.pl`;
  const sent = await fetch(url, { method: "PUT", body: script, headers: person.api.headers });
  if (sent.status !== 204) throw new Error(`echo.pl was not taken: ${await sent.text()}`);
  await shell(`nohup perl /root/echo.pl ${port} >/root/echo.log 2>&1 & until ss -Hlun 'sport = :${port}' | grep -q .; do sleep 0.05; done`);
}

/** What the program answers on a connection from that address; an empty text when it is closed without one. */
export function askTcp(port, { host = "127.0.0.1", localAddress, text = "tcp" } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, localAddress, timeout: 15_000 });
    let heard = "";
    const done = () => (socket.destroy(), resolve(heard));
    socket.on("connect", () => socket.write(text));
    socket.on("data", (data) => ((heard += data), done()));
    for (const event of ["error", "close", "timeout"]) socket.on(event, done);
  });
}

/** The same with a datagram, which is sent again until it is answered or the time is over. */
export async function askUdp(port, { host = "127.0.0.1", localAddress, text = "udp", seconds = 10 } = {}) {
  const socket = dgram.createSocket("udp4");
  await new Promise((resolve) => socket.bind(0, localAddress, resolve));
  let heard = "";
  socket.on("message", (message) => (heard = message.toString()));
  socket.on("error", () => {});
  try {
    await until("a datagram is answered", () => (heard || socket.send(text, port, host), heard), seconds);
  } catch {
    return "";
  } finally {
    socket.close();
  }
  return heard;
}
