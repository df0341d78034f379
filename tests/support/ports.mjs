// Free ports, foreign listeners, and whether anybody listens.
import net from "node:net";

export function listen(port, host = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => {
      // Whoever asked may be gone before the answer.
      socket.on("error", () => {});
      socket.end("foreign\r\n");
    });
    server.once("error", reject);
    server.listen(port, host, () => resolve(server));
  });
}

export const close = (server) => new Promise((resolve) => server.close(resolve));

export function isOpen(port, host = "127.0.0.1") {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host, timeout: 2000 });
    const done = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("timeout", () => done(false));
    socket.once("error", () => done(false));
  });
}

/** The first bytes that somebody sends, such as an SSH banner. */
export function firstBytes(port, host = "127.0.0.1", seconds = 10) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host, timeout: seconds * 1000 });
    const fail = (error) => {
      socket.destroy();
      reject(error);
    };
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString("latin1"));
    });
    socket.once("error", fail);
    socket.once("timeout", () => fail(new Error(`no byte from port ${port} in ${seconds} s`)));
    socket.once("end", () => fail(new Error(`port ${port} closed without a byte`)));
  });
}

// Suites that run beside each other have each their own.
const [FIRST, END] = (process.env.DOCKHOST_TEST_PORTS ?? "11000-32000").split("-").map(Number);
let next = FIRST + Math.floor((Math.random() * (END - FIRST)) / 140) * 120;

/** A range of host ports for one node, free at the moment and used by no other suite of this process. */
export async function freeRange(length = 60) {
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = next;
    next = next + 2 * length > END ? FIRST : next + length;
    const free = [];
    try {
      for (let port = first; port < first + length; port++) free.push(await listen(port, "0.0.0.0"));
      return { first, last: first + length - 1 };
    } catch {
      // Somebody has one of them: the next range.
    } finally {
      await Promise.all(free.map(close));
    }
  }
  throw new Error(`no ${length} free ports in a row between ${FIRST} and ${END}`);
}

/**
 * Below the ports that the kernel gives to outgoing connections (`ip_local_port_range`, from 32768): while a server is down
 * that will be started again, such a connection could take its port.
 */
export const freePort = async () => (await freeRange(1)).first;
