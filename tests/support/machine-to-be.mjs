// A machine that becomes a node: a network of its own, and folders of its own where the installing script writes. It has the
// shell of root, into which a line is pasted.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";

import { must } from "../harness.mjs";
import { Hopeless, until } from "./wait.mjs";

const SETTINGS = "/etc/dockhost-node";

export class MachineToBe {
  /** `env` is what its shell has in the environment. */
  static async open(lab, env = {}) {
    const machine = Object.assign(new MachineToBe(), { lab, env, shells: [], made: !existsSync(SETTINGS) });
    // Something to mount upon.
    if (machine.made) mkdirSync(SETTINGS);
    try {
      // Something that stays, so that every shell enters the same machine.
      const mounts = `mount -t tmpfs own /usr/local/bin && mount -t tmpfs -o mode=700 own ${SETTINGS}`;
      machine.keeper = machine.#spawn([...lab.inside, "unshare", "--mount", "--propagation", "private", "sh", "-c", `${mounts} && echo there && exec sleep infinity`]);
      await until("the machine is there", () => {
        const { said, status } = machine.keeper;
        if (status !== undefined) throw new Hopeless(`its keeper ended with ${status}: ${said}`);
        return said.includes("there");
      }, 20);
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  #spawn([command, ...args], input) {
    const child = spawn(command, args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"], detached: true, env: { ...process.env, ...this.env } });
    const shell = { child, said: "" };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (shell.said += data));
    shell.ended = new Promise((resolve) => child.on("close", (status) => resolve((shell.status = status))));
    if (input !== undefined) child.stdin.on("error", () => {}).end(input);
    this.shells.push(shell);
    return shell;
  }

  #inside(...command) {
    return ["nsenter", `--mount=/proc/${this.keeper.child.pid}/ns/mnt`, ...this.lab.inside, ...command];
  }

  /** As somebody pastes a line into a shell: it is in no list of processes. */
  paste(line) {
    return this.#spawn(this.#inside("sh"), `${line}\n`);
  }

  /** The same, for what ends by itself. */
  async pasted(line) {
    const shell = this.paste(line);
    await shell.ended;
    return shell;
  }

  run(...command) {
    const [first, ...rest] = this.#inside(...command);
    return must(first, rest, { env: { ...process.env, ...this.env } });
  }

  /** The programs of a shell by their ids, each with its arguments. */
  programs(shell) {
    const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
      try {
        const group = Number(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[2]);
        return { pid: Number(pid), group, args: readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1) };
      } catch {
        // It has ended meanwhile.
        return { group: 0 };
      }
    });
    return all.filter(({ group }) => group === shell.child.pid);
  }

  /** As Ctrl-C does. */
  async interrupt(shell, signal = "SIGINT") {
    try {
      process.kill(-shell.child.pid, signal);
    } catch {
      // All of it has ended.
    }
    await until("the shell has ended", () => this.programs(shell).length === 0, 30);
  }

  async close() {
    for (const shell of this.shells.reverse()) await this.interrupt(shell, "SIGTERM");
    if (this.made) rmdirSync(SETTINGS);
  }
}
