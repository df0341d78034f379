// Nodes that nothing can dial: each with an engine of its own in a network of its own, out of which a cable leads to the
// server, and into which nothing is let that was not asked for from inside.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Lab } from "../chaos/lab.mjs";
import { must, run, World } from "../harness.mjs";
import { Engine } from "./engine.mjs";

/** What a world asks of its engine, asked of several. */
class Engines {
  constructor(all) {
    this.all = all;
  }

  async containersOf(instance) {
    return (await Promise.all(this.all.map((engine) => engine.containersOf(instance)))).flat();
  }

  async close() {
    await Promise.all(this.all.map((engine) => engine.close()));
  }
}

/** One node's network. */
class Site {
  static async open(name, dir) {
    const lab = await Lab.open();
    return Object.assign(new Site(), { name, lab, rules: [], engine: new Engine(join(dir, name), { inside: lab.inside }) });
  }

  /** What comes through the cable, to the site itself or through it to an instance, is treated by that rule. */
  async #coming(chain, ...what) {
    const rule = [chain, "-i", "lab0", ...what];
    await this.lab.run("iptables", "-w", "-I", ...rule);
    return () => this.lab.run("iptables", "-w", "-D", ...rule);
  }

  /** Only answers come in. */
  async wall() {
    const unasked = ["-m", "conntrack", "!", "--ctstate", "ESTABLISHED,RELATED", "-j", "DROP"];
    for (const chain of ["INPUT", "FORWARD"]) this.rules.push(await this.#coming(chain, ...unasked));
  }

  async open() {
    for (const takeBack of this.rules.splice(0)) await takeBack();
  }

  /** While it lasts, the server hears of each connection of the node on which it says something that it is reset. */
  async reset(during) {
    const said = ["-p", "tcp", "--sport", String(this.node.world.server.port)];
    const back = await this.#coming("INPUT", ...said, "-j", "REJECT", "--reject-with", "tcp-reset");
    try {
      await during();
    } finally {
      await back();
    }
  }

  /** As much as an ordinary line carries, so that what is sent waits at its sender and not in everybody's buffers. */
  async narrow(rate) {
    const line = ["qdisc", "replace", "dev"];
    const queue = ["root", "tbf", "rate", rate, "burst", "256kb", "latency", "50ms"];
    await this.lab.run("tc", ...line, "lab0", ...queue);
    await must("tc", [...line, this.lab.cable, ...queue]);
    return async () => {
      await this.lab.run("tc", "qdisc", "delete", "dev", "lab0", "root");
      await must("tc", ["qdisc", "delete", "dev", this.lab.cable, "root"]);
    };
  }

  /**
   * Somebody at the outer end of the cable who sends everything into it: our own network has addresses in common with a
   * site's, and would keep what is meant for those. `during` is given how to dial: it answers which of `[host, port]` answer.
   */
  async stranger(during) {
    const { lab } = this;
    const name = `${lab.name}-out`;
    const address = lab.host.replace(/\.255\.1$/, ".254.1");
    const inside = ["nsenter", `--net=/run/netns/${name}`];
    const outside = (...command) => must(inside[0], [...inside.slice(1), ...command]);
    await must("ip", ["netns", "add", name]);
    try {
      await must("ip", ["link", "add", "out0", "link", lab.cable, "netns", name, "type", "macvlan", "mode", "bridge"]);
      await outside("ip", "address", "add", `${address}/32`, "dev", "out0");
      await outside("ip", "link", "set", "out0", "up");
      await outside("ip", "route", "add", `${lab.address}/32`, "dev", "out0");
      await outside("ip", "route", "add", "default", "via", lab.address, "dev", "out0");
      await lab.run("ip", "route", "add", `${address}/32`, "dev", "lab0");
      const script = `import { isOpen } from ${JSON.stringify(new URL("ports.mjs", import.meta.url).href)};
        const all = JSON.parse(process.argv[1]);
        const open = await Promise.all(all.map(([host, port]) => isOpen(port, host)));
        console.log(JSON.stringify(all.filter((_, at) => open[at])));`;
      await during(async (all) => JSON.parse(await outside(process.execPath, "--input-type=module", "--eval", script, JSON.stringify(all))));
    } finally {
      await run("nsenter", [...lab.inside.slice(1), "ip", "route", "delete", `${address}/32`]);
      // Its interface goes with it.
      await must("ip", ["netns", "delete", name]);
    }
  }
}

export class Walled {
  /** The server listens where every site finds it. `names` are those of the nodes. */
  static async open(names, { env } = {}) {
    const walled = new Walled();
    walled.sites = [];
    walled.dir = await mkdtemp(join(tmpdir(), "dockhost-walled-"));
    try {
      for (const name of names) walled.sites.push(await Site.open(name, walled.dir));
      const host = walled.sites[0].lab.host;
      for (const { lab } of walled.sites.slice(1)) await lab.run("ip", "route", "add", `${host}/32`, "via", lab.host);
      await Promise.all(walled.sites.map(({ engine }) => engine.start()));
      walled.world = await World.open({ engine: new Engines(walled.sites.map(({ engine }) => engine)), host, env });
      for (const site of walled.sites) await walled.#node(site);
      return walled;
    } catch (error) {
      await walled.close().catch(() => {});
      throw error;
    }
  }

  async #node(site) {
    const { lab, engine, name } = site;
    site.node = await this.world.register(name, { address: lab.address });
    // It binds every address of its network, so that what keeps others out is the wall and nothing else.
    Object.assign(site.node, { host: lab.address, bind: "0.0.0.0", inside: lab.inside, socket: engine.socket });
    await site.wall();
    await site.node.start();
  }

  /** A world that closes looks from outside whether ports were left open, so the walls go first. */
  async close() {
    try {
      for (const site of this.sites) await site.open();
      if (this.world) await this.world.close();
      else for (const { engine } of this.sites) await engine.close();
    } finally {
      for (const { lab } of this.sites) await lab.close();
      await rm(this.dir, { recursive: true, force: true });
    }
  }
}
