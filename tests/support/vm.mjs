// The virtual machine that `scripts/vm.sh` started: a computer of its own, with a kernel, a systemd and an engine of its own.
// It is about ten times slower than this one where it is emulated, so the waits are long.
import { readFileSync } from "node:fs";

import { World } from "../harness.mjs";
import { must, run } from "./process.mjs";
import { Hopeless, until } from "./wait.mjs";

const SETTING = "DOCKHOST_VM_";
/** Seconds for what takes a few here. */
export const PATIENCE = 600;

/** What the README asks of a node's firewall: nobody comes in but by ssh, and nothing from outside is forwarded. */
const FIREWALL = `
table inet firewall
delete table inet firewall
table inet firewall {
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    ct state established,related accept
    tcp dport 22 accept
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "en*" ct state new drop
  }
}
`;

export class Vm {
  static get() {
    const of = (name) => {
      const value = process.env[SETTING + name];
      if (!value) throw new Error(`${SETTING}${name} is not set: run scripts/vm.sh, which starts the virtual machine`);
      return value;
    };
    const [first, last] = of("PORTS").split("-").map(Number);
    return Object.assign(new Vm(), { server: of("SERVER"), port: Number(of("PORT")), address: of("ADDRESS"), key: of("KEY"), console: of("CONSOLE"), range: { first, last } });
  }

  /** One login carries all commands, as each takes an emulated machine many seconds. It ends with the machine. */
  #ssh(command, options, more = []) {
    const settings = ["BatchMode=yes", "StrictHostKeyChecking=accept-new", `UserKnownHostsFile=${this.key}.known`, "LogLevel=ERROR", "ConnectTimeout=60",
      "ControlMaster=auto", `ControlPath=${this.key}.control`, "ControlPersist=yes", "ServerAliveInterval=15", "ServerAliveCountMax=4"];
    return ["ssh", ["-F", "none", ...more, ...settings.flatMap((setting) => ["-o", setting]), "-i", this.key, `root@${this.address}`, command], { seconds: PATIENCE, ...options }];
  }

  /** For what must succeed: answers with what it wrote. */
  async run(command, options) {
    return (await must(...this.#ssh(command, options))).trim();
  }

  try(command, options) {
    return run(...this.#ssh(command, options));
  }

  write(path, text) {
    return this.run(`cat >${path}`, { input: text });
  }

  bootId() {
    return this.run("cat /proc/sys/kernel/random/boot_id", { seconds: 90 });
  }

  /** As its operator does it; answers once it says that it is up. */
  async reboot() {
    const before = await this.bootId();
    const restarts = () => readFileSync(this.console, "utf8").split("reboot: Restarting system").length;
    const earlier = restarts();
    // The connection may end before the command does.
    await this.try("systemctl reboot", { seconds: 90 });
    await until("its kernel restarts the computer", () => restarts() > earlier, PATIENCE);
    // Nobody tells a connection that its other end has gone.
    await run(...this.#ssh("true", {}, ["-O", "exit"]));
    await until("the computer has started anew", async () => (await this.bootId()) !== before, PATIENCE);
    await this.run("systemctl is-system-running --wait");
  }

  async firewall() {
    await this.write("/etc/nftables.conf", FIREWALL);
    await this.run("systemctl enable --now nftables && systemctl reload nftables && nft list chain inet firewall input | grep -q 'policy drop'");
  }

  /** A server on this machine, of which the virtual one reaches one port. */
  world() {
    return World.open({ host: this.server, port: this.port, scheme: "https", ports: this.address, engine: false });
  }

  /** By the line of the page, with the switch *Run it as a systemd service*. Answers with the node's row. */
  async becomeNode(world, name) {
    const { id } = await world.admin.post("/nodes", { name, address: this.address, host_ports: this.range });
    const { secret, server_key_pin: pin } = await world.admin.post(`/nodes/${id}/enrolment-code`);
    const { base } = world.server;
    const line = `(curl -fsS -k --pinnedpubkey ${pin} ${base}/install-node && echo install_node ${base} ${secret} --systemd) | sh`;
    await this.run("sh", { input: `${line}\n` });
    return this.online(world, id);
  }

  online(world, id) {
    return until("the node is online", async () => {
      world.server.process.check();
      const view = await world.admin.get(`/nodes/${id}`);
      return view.liveness === "online" && view.was_ready && view.facts?.engine.engine === "up" && view;
    }, PATIENCE);
  }

  /** Takes it out again, by the words of the README; also what a test that failed left on it. */
  async noNode() {
    await this.try("systemctl disable --now dockhost-node");
    await this.run("rm -rf /var/lib/dockhost-node /etc/dockhost-node /usr/local/bin/dockhost-node /etc/systemd/system/dockhost-node.service && systemctl daemon-reload");
  }
}
