// A whole installation that is harmed while people work with it: a server, and in a network of their own an engine and
// the nodes that use it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { World, pause, until } from "../harness.mjs";
import { Engine } from "../support/engine.mjs";
import { differences, quiet, runs } from "./check.mjs";
import { Clock } from "./clock.mjs";
import { Disks } from "./disks.mjs";
import { EngineSocket } from "./engine-socket.mjs";
import { all } from "./faults/heal.mjs";
import { Lab } from "./lab.mjs";
import { Link } from "./link.mjs";
import { People } from "./people.mjs";

/** Longest time until nothing moves any more after the last fault: a pause before a container that keeps ending is
    started again grows to five minutes. */
const PATIENCE = Number(process.env.PATIENCE ?? 330);
const MAX_FORGED = 3;
/** How long the page may say of a container what is no longer so. */
const NOTICED = 60_000;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let n = Math.imul(state ^ (state >>> 15), 1 | state);
    n = (n + Math.imul(n ^ (n >>> 7), 61 | n)) ^ n;
    return ((n ^ (n >>> 14)) >>> 0) / 4294967296;
  };
}

export class Chaos {
  static async open(seed, { nodes = 2, people = 3 } = {}) {
    const chaos = new Chaos();
    // What is drawn to happen is drawn apart, so that one seed brings the same faults in the same order; when exactly each
    // comes depends on the machine.
    chaos.fate = numbers(seed);
    chaos.random = numbers(seed + 1);
    Object.assign(chaos, { seed, removed: new Set(), renamed: new Set(), denied: new Set(), forged: new Set(), broken: new Set(), restarts: 0, worked: 0, slowest: 0, children: [] });
    chaos.dir = mkdtempSync(join(tmpdir(), "dockhost-chaos-"));
    chaos.disks = new Disks(chaos.dir);
    try {
      chaos.lab = await Lab.open();
      await chaos.#engine();
      await chaos.#server();
      for (let n = 1; n <= nodes; n++) await chaos.#node(`lab-${n}`);
      const persons = [];
      for (let n = 1; n <= people; n++) {
        const person = await chaos.world.signUp(`person-${n}`);
        await person.addKey();
        persons.push(person);
      }
      chaos.people = new People(persons, chaos.random);
      return chaos;
    } catch (error) {
      await chaos.close().catch(() => {});
      throw error;
    }
  }

  async #engine() {
    const dir = join(this.dir, "engine");
    this.engine = new Engine(dir, { inside: this.lab.inside });
    await this.disks.large("3G", join(dir, "data"));
    writeFileSync(join(dir, "engine.json"), "{}");
    await this.engine.start();
  }

  async #server() {
    this.clocks = { server: new Clock(this.dir, "server") };
    const prepare = async (world) => {
      world.logs = await this.disks.small("256m");
      symlinkSync(await this.disks.small("128m"), join(world.dir, "data"));
    };
    this.world = await World.open({ engine: this.engine, host: this.lab.host, env: this.clocks.server.env, prepare });
    await this.world.admin.call("PUT", "/settings", { sign_up: "open", quota: 10 });
  }

  async #node(name) {
    const { world, lab, random } = this;
    const node = await world.register(name, { max_instances: 10 });
    symlinkSync(await this.disks.small("2m"), node.dir);
    node.link = await Link.open(lab.host, world.server.port, random);
    node.engine = await EngineSocket.open(join(this.dir, `${name}.sock`), this.engine, random);
    node.clock = new Clock(this.dir, name);
    Object.assign(node, { host: lab.address, bind: "0.0.0.0", inside: lab.inside, socket: node.engine.path });
    this.launch(node);
    await node.online();
  }

  pick(all) {
    return all[Math.floor(this.random() * all.length)];
  }

  pid(file) {
    return Number(readFileSync(join(this.engine.dir, file), "utf8"));
  }

  launch(node, crashAt = "") {
    node.process = node.launch({ server: node.link.base, env: { ...node.clock.env, DOCKHOST_CRASH_AT: crashAt } });
  }

  /** A container that says it is ours and that nobody asked for. Answers whether there is one more now. */
  async forge() {
    const [model] = await this.engine.containers("dockhost.cluster");
    if (!model || this.forged.size >= MAX_FORGED) return false;
    const id = `i-${(this.forged.size + 1).toString(16).padStart(16, "f")}`;
    const body = { Image: model.Image, Cmd: ["sleep", "infinity"], Labels: { ...model.Labels, "dockhost.instance": id } };
    const made = await this.engine.call("POST", `/containers/create?name=dockhost-${id}-1`, body);
    this.forged.add(made.Id);
    await this.engine.call("POST", `/containers/${made.Id}/start`);
    return true;
  }

  /** Harm while people work; then they rest, everything heals, and what is there is compared with what was promised.
      After gentle harm nothing may have been interrupted that nobody touched. */
  async round(name, harm, gentle = false) {
    const begun = Date.now();
    const before = gentle ? await runs(this) : new Map();
    this.people.work();
    this.heals = [];
    try {
      await harm(this.heals);
    } finally {
      try {
        await all(this.heals.splice(0));
      } finally {
        await this.#revive();
        this.worked += Date.now() - begun;
        await this.people.rest();
      }
    }
    const healed = Date.now();
    let rows = await quiet(this, PATIENCE).catch((error) => ({ error }));
    if (rows.error) {
      console.log(`STUCK: ${name}\n  ${rows.error.message}`);
      return [{ kind: "stuck", what: rows.error.message }];
    }
    const took = (Date.now() - healed) / 1000;
    this.slowest = Math.max(this.slowest, took);
    // A container may end at any moment, and one that was denied is there again; its node then has a minute to notice. Nothing
    // else is ever excused.
    const grave = new Map();
    let untrue;
    for (const begun = Date.now(); ; rows = await quiet(this, PATIENCE)) {
      const seen = await differences(this, rows, before);
      untrue = seen.filter(({ kind }) => kind === "untrue");
      for (const one of seen.filter(({ kind }) => kind !== "untrue")) grave.set(one.what, one);
      if (!untrue.length || Date.now() - begun > NOTICED) break;
      await pause(1000);
    }
    const found = [...grave.values(), ...untrue];
    await this.#clear(rows);
    console.log(`${found.length ? "VIOLATED" : "held"} after ${took.toFixed(1)} s: ${name}`);
    for (const { kind, what } of found) console.log(`  ${kind}: ${what}`);
    return found;
  }

  /** Whatever is down is started again. */
  async #revive() {
    const { world } = this;
    delete world.server.env.DOCKHOST_CRASH_AT;
    if (!world.server.process.alive) await world.server.start();
    for (const node of world.nodes) {
      node.link.revive();
      node.engine.mistake = undefined;
      if (!node.process.alive) this.launch(node);
    }
  }

  /** What was removed by hand, what nobody owns since it was renamed, and what the engine cannot start any more, makes
      room. */
  async #clear(rows) {
    for (const container of await this.engine.containers("dockhost.cluster")) {
      const id = container.Labels["dockhost.instance"];
      if (this.renamed.has(id) && !rows.some((row) => row.id === id)) await this.engine.call("DELETE", `/containers/${container.Id}?force=1`);
    }
    for (const row of rows.filter(({ id, phase }) => phase === "lost" || this.broken.has(id))) {
      const one = this.people.promised.get(row.id);
      one.mayGo = true;
      await one.person.api.remove(`/instances/${row.id}`);
      await one.person.gone(row.id);
      one.deleted = true;
    }
    for (const excused of [this.removed, this.renamed, this.denied, this.broken]) excused.clear();
  }

  /** The server ends itself at the nth passing of that point; answers whether it came to it. */
  async crashServer(point, times) {
    const { server } = this.world;
    await server.end();
    server.env.DOCKHOST_CRASH_AT = `${point}:${times}`;
    // It may come to the point before it is ready.
    await server.start().catch(() => {});
    if (await this.#ended(server.process)) return true;
    // Armed, it would end itself in somebody else's round.
    delete server.env.DOCKHOST_CRASH_AT;
    await server.restart();
    return false;
  }

  async crashNode(node, point, times) {
    await node.end();
    this.launch(node, `${point}:${times}`);
    if (await this.#ended(node.process)) return true;
    await node.end();
    this.launch(node);
    return false;
  }

  async #ended(process, seconds = 20) {
    await Promise.race([process.ended, pause(seconds * 1000)]);
    if (!process.alive) return process.how.signal === "SIGABRT";
    return false;
  }

  async close() {
    const { world } = this;
    for (const child of this.children) child.kill("SIGKILL");
    await all(this.heals?.splice(0) ?? []).catch(() => {});
    for (const id of this.forged) await this.engine.call("DELETE", `/containers/${id}?force=1`).catch(() => {});
    try {
      if (world) await world.close();
      else await this.engine?.close();
    } finally {
      for (const node of world?.nodes ?? []) {
        await node.link?.close();
        await node.engine?.close();
      }
      await this.lab?.close();
      await this.disks.close();
      Clock.clear();
      rmSync(this.dir, { recursive: true, force: true });
    }
  }
}
