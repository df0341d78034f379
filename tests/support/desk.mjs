// A person's own computer: a home of its own, an agent with their SSH key, and the program `dockhost`.
import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { must, program, run } from "./process.mjs";
import { until } from "./wait.mjs";

export class Desk {
  /** `dockhost` is that program there; both of that name have the verbs. */
  static async open(dir, { dockhost = program("dockhost-cli") } = {}) {
    const desk = Object.assign(new Desk(), { dir, home: join(dir, "home of ada"), children: [] });
    mkdirSync(join(dir, "bin"), { recursive: true });
    mkdirSync(desk.home);
    symlinkSync(dockhost, join(dir, "bin/dockhost"));
    const { DISPLAY, WAYLAND_DISPLAY, XDG_CONFIG_HOME, SSH_AUTH_SOCK, ...inherited } = process.env;
    desk.env = { ...inherited, HOME: desk.home, PATH: `${join(dir, "bin")}:${inherited.PATH}` };
    return desk;
  }

  get config() {
    return join(this.home, ".config/dockhost");
  }

  /** An agent that holds the person's key, as most have one. */
  async agent(identity) {
    const socket = join(this.dir, "agent.sock");
    this.#spawn("ssh-agent", ["-D", "-a", socket]);
    this.env.SSH_AUTH_SOCK = socket;
    await until("the agent has the key", async () => (await run("ssh-add", ["-q", identity], { env: this.env })).status === 0, 20);
  }

  #spawn(command, args) {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: this.env });
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (out.stdout += data));
    child.stderr.on("data", (data) => (out.stderr += data));
    const ended = new Promise((resolve) => child.on("close", (status, signal) => resolve({ status, signal, ...out })));
    this.children.push({ child, ended });
    return { child, out, ended };
  }

  run(args, { env = {}, ...more } = {}) {
    return run("dockhost", args, { env: { ...this.env, ...env }, cwd: this.home, seconds: 150, ...more });
  }

  /** For what must succeed: answers with standard output. */
  ok(args, more) {
    return must("dockhost", args, { env: this.env, cwd: this.home, seconds: 150, ...more });
  }

  async json(args) {
    return JSON.parse(await this.ok([...args, "--json"]));
  }

  /** A program that stays, such as one that waits for a person. */
  stay(args) {
    return this.#spawn("dockhost", args);
  }

  login(base, token, more = []) {
    return this.run(["login", base, "--token", ...more], { input: `${token}\n` });
  }

  /** What a shell does there. */
  shell(command, words, more) {
    return run(command, words, { env: this.env, cwd: this.home, ...more });
  }

  async close() {
    for (const { child, ended } of this.children) {
      child.kill("SIGTERM");
      await ended;
    }
  }
}
