// A server with people, nodes and instances, which is measured from outside: its processor time, its memory, its answers.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { PASSWORD, Server, freePort, must, pause, until } from "../harness.mjs";
import { program } from "../support/process.mjs";
import { withLines } from "./lines.mjs";
import { FleetNode } from "./node.mjs";

const FOLLOWERS = new URL("followers.mjs", import.meta.url).pathname;

/** An account registers so many nodes at the most, and has so many instances. */
const NODES_OF_ONE = 100;
const QUOTA = 1_000;
const RANGE = { first: 30_000, last: 34_999 };
const PER_NODE = 500;
/** People at once, where many are. */
export const CALLERS = 64;

/** Does `work(n)` for each number below `count`, so many at once. */
export async function each(count, atOnce, work) {
  let next = 0;
  const one = async (worker) => {
    while (next < count) await work(next++, worker);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, (_, worker) => one(worker)));
}

/** Somebody with a connection of their own that stays open. */
export class Caller {
  constructor(base, token) {
    Object.assign(this, { url: new URL(base), headers: { authorization: `Bearer ${token}` } });
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  call(method, path, body) {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...this.headers };
    if (payload !== undefined) Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(payload) });
    return new Promise((resolve, reject) => {
      const { hostname: host, port } = this.url;
      const sent = http.request({ host, port, method, path: `/api/v1${path}`, headers, agent: this.agent }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode >= 300) reject(new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`));
          else resolve(text && JSON.parse(text));
        });
      });
      // A server closes a connection that was quiet; what was not begun is begun again.
      sent.on("error", (error) => (sent.reusedSocket && error.code === "ECONNRESET" ? resolve(this.call(method, path, body)) : reject(error)));
      sent.end(payload);
    });
  }
}

export class Fleet {
  people = [];
  nodes = [];

  /** A server with nobody but its administrator. */
  static async open(name) {
    const fleet = new Fleet();
    fleet.name = name;
    fleet.dir = await mkdtemp(join(tmpdir(), `dockhost-fleet-${name}-`));
    const env = { DOCKHOST_FORWARD_LISTEN: "off", DOCKHOST_SIGN_UP: "open", RUST_LOG: "warn" };
    fleet.server = new Server(join(fleet.dir, "data"), await freePort(), { logs: fleet.dir, env });
    await fleet.server.start();
    await fleet.administrators(1);
    await fleet.people[0].call("PUT", "/settings", { sign_up: "open", quota: QUOTA, web_ports_closed: false, refuse_faulty: false });
    return fleet;
  }

  get base() {
    return this.server.base;
  }

  async administrators(count) {
    while (this.people.length < count) {
      const name = `admin-${this.people.length}`;
      await this.server.adminOk(["create-administrator", name, `${name}@example.org`], `${PASSWORD}\n`);
      this.people.push(await this.#caller(name));
    }
  }

  async ordinary(name) {
    const body = { username: name, email: `${name}@example.org`, password: PASSWORD };
    await new Caller(this.base, "").call("POST", "/sign-up", body);
    return this.#caller(name);
  }

  async #caller(name) {
    return new Caller(this.base, await this.server.adminOk(["create-token", name, "fleet"]));
  }

  async register(count) {
    await this.administrators(Math.ceil(count / NODES_OF_ONE));
    await each(count, 16, async (n) => {
      const asked = { name: `node-${n}`, address: "127.0.0.1", host_ports: RANGE, max_instances: PER_NODE };
      const { secret } = await this.people[Math.floor(n / NODES_OF_ONE)].call("POST", "/nodes", asked);
      this.nodes.push(new FleetNode(this.base, secret, n));
    });
    await this.connect();
  }

  async connect() {
    await each(this.nodes.length, 32, (n) => this.nodes[n].connect());
  }

  /** Instances of `callers`, made by all of them at once; answers with their ids and how long each create took. */
  async create(callers, count, name) {
    const made = [];
    const times = [];
    const began = performance.now();
    await each(count, callers.length, async (n, worker) => {
      const begin = performance.now();
      const { id } = await callers[worker].call("POST", "/instances", { name: `${name}-${n}`, image: "debian-12", ssh_keys: [] });
      times.push(performance.now() - begin);
      made.push({ id, caller: callers[worker] });
    });
    return { made, times, seconds: (performance.now() - began) / 1_000 };
  }

  /** So many instances that run. */
  async fill(count) {
    // Of many people: one alone is slowed down who asks for hundreds of things.
    await this.administrators(CALLERS);
    await this.create(this.people.slice(0, CALLERS), count, "box");
    await this.settled(count);
  }

  /** So many of the people; others at each turn, because one alone is slowed down who asks for hundreds of things. */
  callers(count, turn) {
    return Array.from({ length: count }, (_, n) => this.people[(turn * count + n) % this.people.length]);
  }

  async remove(made) {
    await each(made.length, 16, (n) => made[n].caller.call("DELETE", `/instances/${made[n].id}`));
  }

  /** Until the nodes have reported all of them and no other. */
  settled(count) {
    return until(`${count} instances run on ${this.nodes.length} nodes`, async () => {
      const all = await this.people[0].call("GET", "/instances");
      return all.length === count && all.every(({ phase }) => phase === "running");
    }, 300);
  }

  /** Reports are held back, or all that were held back are sent. */
  silence(silent) {
    for (const node of this.nodes) {
      node.silent = silent;
      if (!silent) node.report();
    }
  }

  /** Out of a backup into another folder, with so many lines more in the activity log. */
  async remade(lines) {
    const people = await this.people[0].call("GET", "/people");
    const [plain, full] = ["plain.backup", "full.backup"].map((name) => join(this.dir, name));
    const env = (dir) => ({ env: { ...process.env, ...this.server.env, DOCKHOST_DATA_DIR: dir }, seconds: 7_200 });
    await must(program("dockhost"), ["backup", "--activity", plain], env(this.server.dir));
    await this.server.end();
    await withLines(plain, full, lines, people);
    const dir = join(this.dir, "remade");
    await must(program("dockhost"), ["restore", full], env(dir));
    await rm(full);
    this.server = new Server(dir, await freePort(), { logs: this.dir, env: this.server.env });
    Object.assign(this.server.env, { DOCKHOST_DATA_DIR: dir, DOCKHOST_LISTEN: `127.0.0.1:${this.server.port}` });
    await this.server.start();
    for (const caller of this.people) caller.url = new URL(this.base);
  }

  /** The same rows in a process that has just begun. */
  async restart() {
    this.nodes.forEach((node) => node.close());
    await this.server.restart();
    await this.connect();
  }

  /** Each of the callers opens so many pages. */
  async follow(callers, tabs) {
    this.followers = spawn(process.execPath, [FOLLOWERS], { stdio: ["pipe", "pipe", "inherit"] });
    const headers = callers.map((caller) => caller.headers);
    this.followers.stdin.write(`${JSON.stringify({ base: this.base, headers, tabs })}\n`);
    const failed = once(this.followers, "exit").then(([status]) => assert.fail(`the pages ended with status ${status}`));
    await Promise.race([once(this.followers.stdout, "data"), failed]);
  }

  async unfollow() {
    if (!this.followers) return;
    const ended = once(this.followers, "exit");
    this.followers.stdin.end();
    await ended;
    this.followers = undefined;
  }

  /** Seconds of processor time that the server has taken. */
  cpu() {
    const fields = readFileSync(`/proc/${this.server.process.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** What the server holds, in MB. */
  memory() {
    return Number(readFileSync(`/proc/${this.server.process.pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1_000;
  }

  beats() {
    return this.nodes.reduce((sum, node) => sum + node.beats, 0);
  }

  /** What the server took in that time, and how many heartbeats it answered. */
  async watch(seconds) {
    const [cpu, beats, began] = [this.cpu(), this.beats(), performance.now()];
    await pause(seconds * 1_000);
    return { cpu: this.cpu() - cpu, beats: this.beats() - beats, seconds: (performance.now() - began) / 1_000 };
  }

  async close() {
    await this.unfollow();
    this.nodes.forEach((node) => node.close());
    this.people.forEach(({ agent }) => agent.destroy());
    await this.server.end();
    await rm(this.dir, { recursive: true, force: true });
  }
}
