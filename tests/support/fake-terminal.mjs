// The server's side of the web terminal without a server: hands out the page's files and speaks the protocol as a
// test tells it to.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { extname, join } from "node:path";

import { onFrames } from "./live.mjs";
import { root } from "./process.mjs";
import { until } from "./wait.mjs";

const TYPES = { ".css": "text/css", ".mjs": "text/javascript", ".woff2": "font/woff2" };
/** So far the real server sends ahead of what was acknowledged. */
const WINDOW = 256 * 1024;
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
  + "form-action 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'; script-src 'self' 'wasm-unsafe-eval'";
const LOOK = "body { margin: 0 } main { height: 100dvh }";
const PAGE = `<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><title>Terminal</title>
  <link rel="icon" href="data:,"><link rel="stylesheet" href="/dockhost.css">
  <link rel="stylesheet" href="/look.css"><body><main id="home"></main></body></html>`;

/** One socket, as the server sees it. */
class Wire {
  constructor(socket, head, ticket) {
    Object.assign(this, { socket, ticket, input: Buffer.alloc(0), pieces: [], sizes: [], acknowledged: 0, sent: 0, acknowledgements: [] });
    onFrames(socket, head, ({ opcode, payload }) => {
      if (opcode === 8) this.closed = payload.readUInt16BE(0);
      else this.#hear(payload[0], payload.subarray(1));
    });
  }

  #hear(kind, body) {
    if (kind === 0) {
      this.pieces.push(body.length);
      this.input = Buffer.concat([this.input, body]);
      if (!this.stuck) this.take(body.length);
    } else if (kind === 1) {
      this.sizes.push([body.readUInt16BE(0), body.readUInt16BE(2)]);
    } else if (kind === 2) {
      this.acknowledgements.push(body.readUInt32BE(0));
      this.acknowledged += body.readUInt32BE(0);
      this.room?.();
    }
  }

  /** Servers do not mask. */
  #frame(kind, body) {
    const length = 1 + body.length;
    const header = Buffer.alloc(length > 65535 ? 10 : length > 125 ? 4 : 2);
    header[0] = 0x82;
    header[1] = length > 65535 ? 127 : length > 125 ? 126 : length;
    if (length > 65535) header.writeBigUInt64BE(BigInt(length), 2);
    else if (length > 125) header.writeUInt16BE(length, 2);
    this.socket.write(Buffer.concat([header, Buffer.from([kind]), body]));
  }

  /** Says that so much input was taken. */
  take(bytes) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(bytes);
    this.#frame(3, count);
  }

  output(data) {
    const bytes = Buffer.from(data);
    this.sent += bytes.length;
    this.#frame(0, bytes);
  }

  state(state) {
    this.#frame(1, Buffer.from(JSON.stringify(state)));
  }

  end(reason, resumable = false) {
    this.#frame(2, Buffer.from(JSON.stringify({ reason, resumable })));
  }

  /** All of it, never further ahead than the window. */
  async flood(data) {
    for (let at = 0; at < data.length; at += 16 * 1024) {
      while (this.sent - this.acknowledged >= WINDOW) await new Promise((resolve) => (this.room = resolve));
      this.output(data.subarray(at, at + 16 * 1024));
    }
  }

  text() {
    return this.input.toString();
  }

  drop() {
    this.socket.destroy();
  }
}

export class FakeTerminal {
  static async open() {
    const fake = new FakeTerminal();
    fake.server = http.createServer((request, response) => fake.#answer(request, response));
    fake.server.on("upgrade", (request, socket, head) => fake.#upgrade(request, socket, head));
    await new Promise((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    fake.base = `http://127.0.0.1:${fake.server.address().port}`;
    return fake;
  }

  constructor() {
    /** What was asked for a ticket; what is answered, when not a ticket; every socket there was. */
    Object.assign(this, { asked: [], refusal: undefined, wires: [] });
  }

  async #answer(request, response) {
    const path = new URL(request.url, this.base).pathname;
    const say = (status, type, body) => response.writeHead(status, { "content-type": type, "content-security-policy": POLICY, "x-content-type-options": "nosniff" }).end(body);
    if (path === "/ticket") {
      const parts = [];
      for await (const part of request) parts.push(part);
      this.asked.push(JSON.parse(Buffer.concat(parts).toString()));
      return say(200, "application/json", JSON.stringify(this.refusal ?? { secret: `ticket-${this.asked.length}` }));
    }
    const type = TYPES[extname(path)];
    if (!type) return say(200, "text/html", PAGE);
    if (path === "/look.css") return say(200, type, LOOK);
    return readFile(join(root, "public", path)).then((body) => say(200, type, body), () => say(404, "text/plain", "not built"));
  }

  #upgrade(request, socket, head) {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: ${accept}\r\n\r\n`);
    this.wires.push(new Wire(socket, head, new URL(request.url, this.base).searchParams.get("ticket")));
  }

  /** The socket that was opened as the `count`th. */
  wire(count) {
    return until(`socket ${count} is open`, () => this.wires[count - 1], 20);
  }

  close() {
    this.wires.forEach((wire) => wire.drop());
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
