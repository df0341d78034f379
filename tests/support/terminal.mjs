// A terminal as a program sees it: the frames of its socket.
import { onFrames, sendFrame, upgrade } from "./live.mjs";
import { until } from "./wait.mjs";

/** Opens a terminal of the instance, a new one or one that is there. */
export async function openTerminal(person, id, { terminal, columns = 80, rows = 24, shows = true } = {}) {
  const ticket = await person.api.post(`/instances/${id}/terminal`, { terminal, columns, rows });
  const opened = new Terminal(person.world.server.base, ticket.secret, shows);
  await opened.opened;
  return opened;
}

export class Terminal {
  constructor(base, ticket, shows = true) {
    Object.assign(this, { output: Buffer.alloc(0), received: 0, taken: 0, shows });
    this.opened = this.#open(base, ticket);
    // Who waits for it hears of it.
    this.opened.catch(() => {});
    this.closed = new Promise((resolve) => (this.over = resolve));
  }

  async #open(base, ticket) {
    const { status, socket, head } = await upgrade(base, `/api/v1/terminal?ticket=${ticket}`);
    if (status !== 101) throw new Error(`the terminal's socket was answered with ${status}`);
    this.socket = socket;
    // As a browser does: otherwise a key waits here until the frame before it is acknowledged.
    socket.setNoDelay(true);
    socket.on("close", this.over);
    onFrames(socket, head, ({ opcode, payload }) => {
      if (opcode === 2) this.#hear(payload);
      if (opcode === 9) sendFrame(socket, payload, 10);
      if (opcode === 8) socket.end();
    });
  }

  #hear(frame) {
    const [kind, content] = [frame[0], frame.subarray(1)];
    if (kind === 0) {
      this.received += content.length;
      this.output = Buffer.concat([this.output, content]).subarray(-(4 << 20));
      if (this.shows) this.#number(2, content.length);
    }
    if (kind === 1) this.state = JSON.parse(content);
    if (kind === 2) this.end = JSON.parse(content);
    if (kind === 3) this.taken += content.readUInt32BE();
  }

  #send(kind, content) {
    this.raw(Buffer.concat([Buffer.from([kind]), content]));
  }

  #number(kind, number) {
    const content = Buffer.alloc(4);
    content.writeUInt32BE(number);
    this.#send(kind, content);
  }

  get text() {
    return this.output.toString("utf8");
  }

  type(text) {
    this.#send(0, Buffer.from(text));
  }

  shown(bytes) {
    this.#number(2, bytes);
  }

  resize(columns, rows) {
    const content = Buffer.alloc(4);
    content.writeUInt16BE(columns);
    content.writeUInt16BE(rows, 2);
    this.#send(1, content);
  }

  close() {
    this.#send(4, Buffer.alloc(0));
  }

  raw(bytes, opcode = 2) {
    if (this.socket.writable) sendFrame(this.socket, bytes, opcode);
  }

  leave() {
    this.socket.end();
    return this.closed;
  }

  waitFor(pattern, seconds = 20) {
    return until(`the terminal shows ${pattern}`, () => (this.end && !pattern.test(this.text) ? Promise.reject(new Error(JSON.stringify(this.end))) : pattern.test(this.text)), seconds);
  }
}
