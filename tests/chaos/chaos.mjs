// A whole installation that is harmed while people work with it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { World, must, pause, run, until } from "../harness.mjs";
import { differences, quiet } from "./check.mjs";
import { Link } from "./link.mjs";
import { People } from "./people.mjs";

/** Longest time until nothing moves any more after the last fault: a pause before a container that keeps ending is
    started again grows to five minutes. */
const PATIENCE = Number(process.env.PATIENCE ?? 330);
const MOST_FORGED = 3;

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
    chaos.random = numbers(seed);
    Object.assign(chaos, { seed, removed: new Set(), forged: new Set(), broken: new Set(), disks: [], worked: 0, slowest: 0 });
    chaos.dir = mkdtempSync(join(tmpdir(), "dockhost-chaos-"));
    try {
      chaos.world = await World.open({ prepare: (world) => chaos.#disk(join(world.dir, "data"), "128m") });
      const { world } = chaos;
      await world.admin.call("PUT", "/settings", { sign_up: "open", quota: 10 });
      for (let n = 1; n <= nodes; n++) {
        const node = await world.register(`lab-${n}`, { max_instances: 10 });
        await chaos.#disk(node.dir, "2m");
        node.link = await Link.open(world.server.port);
        chaos.launch(node);
        await node.online();
      }
      const persons = [];
      for (let n = 1; n <= people; n++) {
        const person = await world.signUp(`person-${n}`);
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

  pick(all) {
    return all[Math.floor(this.random() * all.length)];
  }

  pid(file) {
    return Number(readFileSync(join(this.world.engine.dir, file), "utf8"));
  }

  /** A small disk of its own, so that it can be full. */
  async #disk(at, size) {
    const mount = join(this.dir, `disk-${this.disks.length}`);
    mkdirSync(mount);
    await must("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", mount]);
    this.disks.push(mount);
    symlinkSync(mount, at);
  }

  launch(node, crashAt = "") {
    node.process = node.launch({ server: node.link.base, env: { DOCKHOST_CRASH_AT: crashAt } });
  }

  /** A container that says it is ours and that nobody asked for. */
  async forge() {
    const { engine } = this.world;
    const [model] = await engine.containers("dockhost.cluster");
    if (!model || this.forged.size >= MOST_FORGED) return;
    const id = `i-${(this.forged.size + 1).toString(16).padStart(16, "f")}`;
    const body = { Image: model.Image, Cmd: ["sleep", "infinity"], Labels: { ...model.Labels, "dockhost.instance": id } };
    const made = await engine.call("POST", `/containers/create?name=dockhost-${id}-1`, body);
    this.forged.add(made.Id);
    await engine.call("POST", `/containers/${made.Id}/start`);
  }

  /** Harm while people work; then they rest, everything heals, and what is there is compared with what was promised. */
  async round(name, harm) {
    const begun = Date.now();
    this.people.work();
    let heals = [];
    try {
      heals = await harm();
    } finally {
      for (const heal of heals) await heal();
      await this.#revive();
      this.worked += Date.now() - begun;
      await this.people.rest();
    }
    const healed = Date.now();
    const rows = await quiet(this, PATIENCE).catch((error) => ({ error }));
    if (rows.error) {
      console.log(`STUCK: ${name}\n  ${rows.error.message}`);
      return [{ kind: "stuck", what: rows.error.message }];
    }
    const took = (Date.now() - healed) / 1000;
    this.slowest = Math.max(this.slowest, took);
    const found = await differences(this, rows);
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
      if (!node.process.alive) this.launch(node);
    }
  }

  /** What was removed by hand, and what the engine cannot start any more, makes room. */
  async #clear(rows) {
    for (const row of rows.filter(({ id, phase }) => phase === "lost" || this.broken.has(id))) {
      const one = this.people.promised.get(row.id);
      one.mayGo = true;
      await one.person.api.remove(`/instances/${row.id}`);
      await one.person.gone(row.id);
      one.deleted = true;
    }
  }

  /** The server ends itself at the nth passing of that point; answers whether it came to it. */
  async crashServer(point, times) {
    const { server } = this.world;
    await server.end();
    server.env.DOCKHOST_CRASH_AT = `${point}:${times}`;
    // It may come to the point before it is ready.
    await server.start().catch(() => {});
    return this.#ended(server.process);
  }

  async crashNode(node, point, times) {
    await node.end();
    this.launch(node, `${point}:${times}`);
    return this.#ended(node.process);
  }

  async #ended(process, seconds = 20) {
    await Promise.race([process.ended, pause(seconds * 1000)]);
    if (!process.alive) return process.how.signal === "SIGABRT";
    return false;
  }

  async close() {
    const { world } = this;
    for (const id of this.forged) await world.engine.call("DELETE", `/containers/${id}?force=1`).catch(() => {});
    await world?.close();
    for (const node of world?.nodes ?? []) await node.link?.close();
    for (const disk of this.disks) await until(`${disk} is unmounted`, async () => (await run("umount", [disk])).status === 0);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
