// The wire between a node and the server: it can be cut, and it can go dead without a word.
import net from "node:net";

export class Link {
  /** Passes everything on to that port of this machine. */
  static async open(port) {
    const link = new Link();
    link.pairs = new Set();
    link.server = net.createServer({ pauseOnConnect: true }, (near) => link.#join(near, port));
    await new Promise((resolve) => link.server.listen(0, "127.0.0.1", resolve));
    link.base = `http://127.0.0.1:${link.server.address().port}`;
    return link;
  }

  #join(near, port) {
    const far = net.connect({ port, host: "127.0.0.1" });
    const pair = [near, far];
    const end = () => {
      this.pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on("data", (data) => this.dead || to.write(data));
      // On a dead wire neither end learns that the other is gone.
      from.on("close", () => this.dead || end());
      from.on("error", () => {});
    }
    this.pairs.add(pair);
    near.resume();
  }

  /** Both ends learn of it at once. */
  cut() {
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Nothing gets through, and nobody is told. */
  die() {
    this.dead = true;
  }

  revive() {
    this.dead = false;
    this.cut();
  }

  close() {
    this.cut();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
