// A client of the live feed, small enough to send whatever headers a test wants.
import { randomBytes } from "node:crypto";
import http from "node:http";
import https from "node:https";

/** Asks for a WebSocket; answers with the status when it is refused. */
export function upgrade(base, path, headers = {}) {
  const url = new URL(path, base);
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http;
    const sent = request({
      rejectUnauthorized: false,
      host: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      agent: false,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
        ...headers,
      },
    });
    sent.on("response", (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode });
    });
    sent.on("upgrade", (answer, socket, head) => resolve({ status: answer.statusCode, socket, head }));
    sent.on("error", reject);
    sent.end();
  });
}

/** Sends one frame, masked as a client must. `opcode` 1 is text, 2 is bytes. */
export function sendFrame(socket, payload, opcode = 1) {
  const data = Buffer.from(payload);
  const mask = randomBytes(4);
  const long = data.length > 65535;
  const header = Buffer.alloc(long ? 10 : data.length > 125 ? 4 : 2);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (long ? 127 : data.length > 125 ? 126 : data.length);
  if (long) header.writeBigUInt64BE(BigInt(data.length), 2);
  else if (data.length > 125) header.writeUInt16BE(data.length, 2);
  socket.write(Buffer.concat([header, mask, data.map((byte, at) => byte ^ mask[at % 4])]));
}

/** Calls back with each whole frame; a client sends them masked, a server does not. */
export function onFrames(socket, head, callback) {
  let buffer = Buffer.alloc(0);
  let parts = [];
  const read = (data) => {
    buffer = Buffer.concat([buffer, data]);
    while (buffer.length >= 2) {
      let [length, at] = [buffer[1] & 127, 2];
      if (length === 126) [length, at] = [buffer.length < 4 ? Infinity : buffer.readUInt16BE(2), 4];
      else if (length === 127) [length, at] = [buffer.length < 10 ? Infinity : Number(buffer.readBigUInt64BE(2)), 10];
      const mask = buffer[1] & 128 ? buffer.subarray(at, (at += 4)) : undefined;
      if (buffer.length < at + length) return;
      const [opcode, last, body] = [buffer[0] & 15, (buffer[0] & 128) !== 0, buffer.subarray(at, at + length)];
      const payload = mask ? body.map((byte, place) => byte ^ mask[place % 4]) : body;
      buffer = buffer.subarray(at + length);
      if (opcode >= 8) {
        callback({ opcode, payload });
      } else {
        parts.push(payload);
        if (last) callback({ opcode, payload: Buffer.concat(parts) });
        if (last) parts = [];
      }
    }
  };
  socket.on("data", read);
  socket.on("error", () => {});
  read(head);
}

/** What a page knows: the snapshot with every delta applied. A gap in the revisions is an error. */
export class Live {
  static async open(base, headers) {
    const { status, socket, head } = await upgrade(base, "/api/v1/live", headers);
    if (status !== 101) throw new Error(`the live feed answered ${status}`);
    const live = new Live(socket);
    onFrames(socket, head, ({ opcode, payload }) => {
      if (opcode < 8) live.#hear(JSON.parse(payload.toString()));
    });
    return live;
  }

  constructor(socket) {
    this.socket = socket;
    this.problems = [];
  }

  #hear(event) {
    if (event.live === "snapshot") {
      this.world = event.world;
      this.revision = event.revision;
    } else if (event.live === "changed") {
      if (event.from !== this.revision) this.problems.push(`a delta from ${event.from} after ${this.revision}`);
      this.revision = event.to;
      for (const { change, value } of event.changes) this.#apply(change, value);
    } else if (event.live === "signed_out") {
      this.signedOut = true;
    }
  }

  #apply(change, value) {
    const rows = { instance: "instances", node: "nodes", ssh_key: "ssh_keys", token: "tokens" };
    const gone = change.replace(/_gone$/, "");
    if (change !== gone) delete this.world[rows[gone]][value];
    else if (rows[change]) this.world[rows[change]][value.id] = value;
    else this.world[change] = value;
  }

  close() {
    this.socket.destroy();
  }
}
