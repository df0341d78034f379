// The place where nodes and their engine live: a network of its own, joined to ours by one cable.
import { must, run } from "../harness.mjs";

export class Lab {
  static async open() {
    const lab = new Lab();
    const used = (await must("ip", ["-4", "route"])) + (await must("ip", ["-4", "address"]));
    const n = [240, 241, 242, 243, 244, 245].find((n) => !used.includes(`10.${n}.`));
    if (!n) throw new Error("no free network for a lab: 10.240.0.0/16 to 10.245.0.0/16 are all in use here");
    Object.assign(lab, { name: `dockhost-lab${n}`, cable: `dhlab${n}`, host: `10.${n}.255.1`, address: `10.${n}.255.2` });
    lab.inside = ["nsenter", `--net=/run/netns/${lab.name}`];
    await must("ip", ["netns", "add", lab.name]);
    try {
      await must("ip", ["link", "add", lab.cable, "type", "veth", "peer", "name", "lab0", "netns", lab.name]);
      await must("ip", ["address", "add", `${lab.host}/30`, "dev", lab.cable]);
      await lab.run("ip", "address", "add", `${lab.address}/30`, "dev", "lab0");
      // An address of IPv6 would come a second later, and a browser takes that for another network.
      await must("ip", ["link", "set", lab.cable, "addrgenmode", "none"]);
      await lab.run("ip", "link", "set", "lab0", "addrgenmode", "none");
      for (const device of ["lo", "lab0"]) await lab.run("ip", "link", "set", device, "up");
      await lab.plug();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  /** Within the lab's network. */
  run(...command) {
    const [first, ...rest] = [...this.inside, ...command];
    return must(first, rest);
  }

  unplug() {
    return must("ip", ["link", "set", this.cable, "down"]);
  }

  plug() {
    return must("ip", ["link", "set", this.cable, "up"]);
  }

  /** A rule for what comes through the cable; answers with how it is taken back. */
  async rule(chain, ...what) {
    const rule = [chain, chain === "INPUT" ? "-i" : "-o", "lab0", ...what];
    await this.run("iptables", "-w", "-I", ...rule);
    return () => this.run("iptables", "-w", "-D", ...rule);
  }

  /** As through a telephone line. */
  async narrow() {
    await this.run("tc", "qdisc", "add", "dev", "lab0", "root", "tbf", "rate", "64kbit", "burst", "4kb", "latency", "800ms");
    return () => this.run("tc", "qdisc", "del", "dev", "lab0", "root");
  }

  /** Both directions of the cable carry so much from now on. All that is under way finds room, so none of it is lost. */
  async line(rate) {
    const queue = (device) => ["qdisc", "replace", "dev", device, "root", "tbf", "rate", rate, "burst", "256kb", "latency", "3s"];
    await this.run("tc", ...queue("lab0"));
    await must("tc", queue(this.cable));
  }

  /** Segments cross it one by one from now on, so that it is segments that can be lost. */
  async segments() {
    const single = (device) => ["link", "set", "dev", device, "gso_max_segs", "1"];
    await this.run("ip", ...single("lab0"));
    await must("ip", single(this.cable));
  }

  /** What has no place in the lab goes to us and on, past the engine's own wall; answers with how that is taken back. */
  async route() {
    await this.run("ip", "route", "add", "default", "via", this.host);
    const rule = (how) => must("iptables", ["-w", how, "FORWARD", "-i", this.cable, "-j", "ACCEPT"]);
    await rule("-I");
    return () => rule("-D");
  }

  /** A share of what arrives at either end is lost there; answers with how that is taken back. Not every kernel has netem. */
  async lossy(share) {
    const lost = ["-m", "statistic", "--mode", "random", "--probability", String(share), "-j", "DROP"];
    const here = (how) => must("iptables", ["-w", how, "INPUT", "-i", this.cable, ...lost]);
    const back = await this.rule("INPUT", ...lost);
    await here("-I");
    return async () => {
      await here("-D");
      await back();
    };
  }

  async close() {
    await run("ip", ["link", "delete", this.cable]);
    await run("ip", ["netns", "delete", this.name]);
  }
}
