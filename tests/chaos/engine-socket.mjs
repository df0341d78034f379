// The engine's socket as a node sees it: between the two, answers can fail, be lost or be wrong.
import http from "node:http";
import { rmSync } from "node:fs";

import { pause } from "../harness.mjs";

const LISTING = /^(\/v[\d.]+)?\/containers\/json/;
const LOOK = /^(?:\/v[\d.]+)?\/containers\/([^/]+)\/json/;

/** What may go wrong with one request. Each answers with how the client gets its answer, or not. */
export const MISTAKES = {
  "answers with errors": (asked, answer) => refuse(answer, 500, "the engine of this test fails"),
  "says that a name is in use": (asked, answer) => (/\/containers\/create/.test(asked.url) ? refuse(answer, 409, "Conflict. The container name is already in use") : "pass"),
  // Apart from looks at one container: those are a fault of their own, of one container alone.
  "denies what is there": (asked, answer) => (LOOK.test(asked.url) ? "pass" : refuse(answer, 404, "No such container: nobody")),
  "answers with nonsense": (asked, answer) => answer.writeHead(200, { "content-type": "application/json" }).end("<<<"),
  "does what it is asked and its answer is lost": () => "lose",
  "stops in the middle of an answer": () => "halve",
  "answers slowly": () => "delay",
  "lists nothing": (asked, answer) => (LISTING.test(asked.url) ? answer.writeHead(200, { "content-type": "application/json" }).end("[]") : "pass"),
  "lists a part": (asked) => (LISTING.test(asked.url) ? "part" : "pass"),
};

/** Says of the container of that name that there is none, to whoever looks at it. */
export const denial = (name) => (asked, answer) =>
  LOOK.exec(asked.url)?.[1] === name ? refuse(answer, 404, `No such container: ${name}`) : "pass";

const refuse = (answer, status, message) => answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message }));

export class EngineSocket {
  static async open(path, engine, random) {
    const socket = new EngineSocket();
    Object.assign(socket, { path, engine, random, mistake: undefined });
    socket.server = http.createServer((asked, answer) => socket.#serve(asked, answer));
    socket.server.on("clientError", (_, client) => client.destroy());
    await new Promise((resolve) => socket.server.listen(path, resolve));
    return socket;
  }

  #serve(asked, answer) {
    // Not every request: what is tried again gets through in the end.
    const mistake = this.mistake && this.random() < 0.6 ? this.mistake(asked, answer) : "pass";
    if (typeof mistake !== "string") return asked.resume();
    const { method, url, headers } = asked;
    const sent = http.request({ socketPath: this.engine.socket, method, path: url, headers, agent: false });
    sent.on("error", () => asked.socket.destroy());
    answer.on("close", () => sent.destroy());
    sent.on("response", (got) => this.#pass(mistake, got, asked, answer).catch(() => asked.socket.destroy()));
    asked.pipe(sent);
  }

  async #pass(mistake, got, asked, answer) {
    got.on("error", () => asked.socket.destroy());
    if (mistake === "delay") await pause(500 + this.random() * 3000);
    if (mistake === "pass" || mistake === "delay") {
      answer.writeHead(got.statusCode, got.headers);
      // Headers of a stream that says nothing for now must not wait for its first word.
      answer.flushHeaders();
      return got.pipe(answer);
    }
    if (mistake === "lose") {
      for await (const part of got) void part;
      return asked.socket.destroy();
    }
    const parts = [];
    for await (const part of got) parts.push(part);
    const body = Buffer.concat(parts);
    if (mistake === "part") {
      const part = Buffer.from(JSON.stringify(JSON.parse(body).filter((_, at) => at % 2)));
      return answer.writeHead(got.statusCode, { "content-type": "application/json" }).end(part);
    }
    answer.writeHead(got.statusCode, { "content-type": "application/json", "content-length": body.length + 1 });
    answer.write(body.subarray(0, body.length >> 1), () => asked.socket.destroy());
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.path, { force: true });
  }
}
