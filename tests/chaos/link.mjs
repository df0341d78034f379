// The wire between a node and the server, frame by frame: it can be cut, go dead without a word, and bring frames twice,
// late, torn or from an earlier connection.
import net from "node:net";

import { pause } from "../harness.mjs";
import { Splitter, isText, text } from "./frames.mjs";

/** Frames of earlier connections that may come again. */
const KEPT = 40;
const HUGE = 2 << 20;

export class Link {
  /** Passes everything on to the server. `random` gives 0 to 1. */
  static async open(host, port, random) {
    const link = new Link();
    Object.assign(link, { random, host, port, pairs: new Set(), earlier: { up: [], down: [] } });
    link.#calm();
    link.server = net.createServer({ pauseOnConnect: true }, (near) => link.#join(near));
    await new Promise((resolve) => link.server.listen(0, host, resolve));
    link.base = `http://${host}:${link.server.address().port}`;
    return link;
  }

  #calm() {
    Object.assign(this, { dead: false, twice: false, late: 0, slow: false, torn: false });
  }

  #join(near) {
    const far = net.connect({ port: this.port, host: this.host });
    const pair = { near, far, seen: { up: [], down: [] } };
    const end = () => {
      if (!this.pairs.delete(pair)) return;
      // The greetings of either end belong to their connection alone.
      for (const way of ["up", "down"]) this.earlier[way] = [...this.earlier[way], ...pair.seen[way].slice(1)].slice(-KEPT);
      near.destroy();
      far.destroy();
    };
    pair.end = end;
    this.pairs.add(pair);
    this.#carry(pair, near, far, "up");
    this.#carry(pair, far, near, "down");
    for (const socket of [near, far]) {
      // On a dead wire neither end learns that the other is gone.
      socket.on("close", () => this.dead || end());
      socket.on("error", () => {});
    }
    near.resume();
  }

  #carry(pair, from, to, way) {
    let head = Buffer.alloc(0);
    let open = false;
    const splitter = new Splitter();
    // One after the other, so that what is late stays in its order.
    let before = Promise.resolve();
    const frames = (data) => {
      for (const frame of splitter.push(data)) before = before.then(() => this.#deliver(pair, to, frame, way)).catch(pair.end);
    };
    from.on("data", (data) => {
      if (open) return frames(data);
      head = Buffer.concat([head, data]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      open = true;
      if (!this.dead) to.write(head.subarray(0, end + 4));
      frames(head.subarray(end + 4));
    });
  }

  async #deliver(pair, to, frame, way) {
    if (this.late) await pause(this.random() * this.late);
    if (this.dead || to.destroyed) return;
    if (isText(frame)) pair.seen[way] = [...pair.seen[way], frame].slice(-KEPT);
    if (this.torn) {
      this.torn = false;
      to.write(frame.subarray(0, frame.length >> 1), pair.end);
      return;
    }
    if (this.slow) return this.#trickle(to, frame);
    to.write(frame);
    if (this.twice && isText(frame)) to.write(frame);
  }

  /** A thousand bytes in a second. */
  async #trickle(to, frame) {
    for (let at = 0; at < frame.length && !to.destroyed; at += 256) {
      to.write(frame.subarray(at, at + 256));
      await pause(250);
    }
  }

  /** Frames of earlier connections arrive once more, at both ends. */
  replay() {
    for (const { near, far } of this.pairs) {
      for (const frame of this.earlier.up) far.write(frame);
      for (const frame of this.earlier.down) near.write(frame);
    }
  }

  /** What no program of ours says, to both ends. */
  babble() {
    for (const { near, far } of this.pairs) {
      far.write(text('{"type":"nonsense"}', true));
      near.write(text('{"type":"assign","epoch":"x"}', false));
    }
  }

  /** A frame over every limit begins. */
  shout() {
    for (const { near, far } of this.pairs) {
      far.write(text("x".repeat(4096), true, HUGE));
      near.write(text("x".repeat(4096), false, HUGE));
    }
  }

  /** Both ends learn of it at once. */
  cut() {
    for (const pair of [...this.pairs]) pair.end();
  }

  /** Nothing gets through, and nobody is told. */
  die() {
    this.dead = true;
  }

  revive() {
    const harmed = this.dead || this.late || this.slow;
    this.#calm();
    if (harmed) this.cut();
  }

  close() {
    this.cut();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
