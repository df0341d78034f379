// A node that only speaks the channel: it takes assignments, says that all of it runs, and beats as it is asked to.
import { randomBytes } from "node:crypto";
import http from "node:http";

import { onFrames } from "../support/live.mjs";

const IMAGES = ["debian-12", "ubuntu-24.04"];
const GB = 2 ** 30;

/** So many connections come from one address; a server takes a bounded number of each. */
const OF_ADDRESS = 100;
let dialled = 0;
const address = () => `127.0.${1 + (Math.floor(dialled / OF_ADDRESS) % 250)}.${1 + (dialled++ % OF_ADDRESS)}`;

/** A WebSocket of that path, from an address of its own. */
export function dial(base, path, headers) {
  const url = new URL(path, base);
  return new Promise((resolve, reject) => {
    const sent = http.request({
      host: url.hostname, port: url.port, path: url.pathname, agent: false, localAddress: address(),
      headers: {
        connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"), ...headers,
      },
    });
    sent.on("upgrade", (_, socket, head) => resolve({ socket, head }));
    sent.on("response", (answer) => reject(new Error(`${path} was answered with ${answer.statusCode}`)));
    sent.on("error", reject);
    sent.end();
  });
}

/** Masked with zeros, which costs neither end anything. */
function send(socket, payload, opcode = 1) {
  const data = Buffer.from(payload);
  const long = data.length > 65_535;
  const header = Buffer.alloc((long ? 10 : data.length > 125 ? 4 : 2) + 4);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (long ? 127 : data.length > 125 ? 126 : data.length);
  if (long) header.writeBigUInt64BE(BigInt(data.length), 2);
  else if (data.length > 125) header.writeUInt16BE(data.length, 2);
  socket.write(Buffer.concat([header, data]));
}

export class FleetNode {
  /** Heartbeats that the server has answered. */
  beats = 0;

  constructor(base, key, number) {
    Object.assign(this, { base, key, number, machine: `fleet-${number}` });
  }

  facts() {
    return {
      system: "Debian GNU/Linux 12 (bookworm)", architecture: "x86_64", cpus: 8, cpu_percent: Math.random() * 100,
      memory_total_bytes: 16 * GB, memory_used_bytes: Math.floor((4 + 8 * Math.random()) * GB),
      disk_total_bytes: 400 * GB, disk_free_bytes: Math.floor((100 + 200 * Math.random()) * GB),
      engine: { engine: "up", version: "29.0.0", api: "1.52" }, node_version: "0.2.0", images: IMAGES,
      components: [{ name: "runc", version: "1.3.3", build: "1.3.3-1" }],
    };
  }

  async connect() {
    this.ended = false;
    Object.assign(this, { sequence: 0, interval: 5_000, reported: new Map() });
    this.counted = { segments: 0, again: 0, delivered_bytes: 0, received_bytes: 0 };
    const { socket, head } = await dial(this.base, "/api/v1/channel", { authorization: `Bearer ${this.key}` });
    this.socket = socket;
    const welcomed = new Promise((resolve, reject) => {
      this.welcomed = resolve;
      socket.on("close", () => {
        if (!this.ended) reject(new Error(`the channel of ${this.machine} ended`));
      });
    });
    onFrames(socket, head, ({ opcode, payload }) => {
      if (opcode === 1) this.hear(JSON.parse(payload));
      if (opcode === 9) send(socket, payload, 10);
    });
    this.say({ type: "hello", version: 1, machine: this.machine, cluster: null, era: 0, generation: 0, facts: this.facts() });
    await welcomed;
    // Spread, as nodes are that were started one by one.
    this.timer = setTimeout(() => this.beat(), Math.random() * this.interval);
  }

  say(message) {
    const text = JSON.stringify(message);
    this.counted.segments += 1;
    this.counted.delivered_bytes += text.length;
    send(this.socket, text);
  }

  beat() {
    this.say({ type: "heartbeat", epoch: this.epoch, facts: this.facts(), counted: this.counted });
    this.timer = setTimeout(() => this.beat(), this.interval);
  }

  hear(message) {
    this.counted.received_bytes += 100;
    switch (message.type) {
      case "welcome":
        Object.assign(this, { epoch: message.epoch, assignment: message.assignment });
        this.welcomed();
        return this.report();
      case "assign":
        this.assignment = message.assignment;
        return this.report();
      case "heard":
        this.beats += 1;
        if (message.heartbeat_ms) this.interval = message.heartbeat_ms;
        return undefined;
      case "refused":
        throw new Error(`${this.machine} was refused: ${message.message}`);
      default:
        return undefined;
    }
  }

  /** What is new of its instances: each is as it is wished, at once. A node that is silent says it later. */
  report() {
    if (this.silent) return;
    const news = [];
    for (const { id, generation, incarnation, desired } of this.assignment.instances) {
      if (this.reported.get(id) === generation) continue;
      this.reported.set(id, generation);
      const state = desired === "running" ? { is: "running" } : { is: "exited", code: 0, out_of_memory: false };
      const present = { seen: "present", container_id: id, incarnation, state, started_at: "2026-11-01T00:00:00Z" };
      const observed = desired === "deleted" ? { seen: "absent" } : present;
      news.push({ instance: id, generation, observed, activity: null, problem: null, unopened: [], closed: [] });
    }
    if (news.length === 0) return;
    this.sequence += 1;
    const { epoch, sequence } = this;
    this.say({ type: "report", epoch, sequence, assignment: this.assignment.generation, instances: news, strangers: [] });
  }

  close() {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket?.destroy();
  }
}
