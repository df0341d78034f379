// Programs that a test starts, and ends by their id.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

import { Hopeless } from "./wait.mjs";

export const root = resolve(new URL("../..", import.meta.url).pathname);
const cache = process.env.DOCKHOST_CACHE_DIR ?? `${process.env.XDG_CACHE_HOME ?? `${process.env.HOME}/.cache`}/dockhost`;
const target = process.env.CARGO_TARGET_DIR ?? `${cache}/target`;
export const webFiles = process.env.DOCKHOST_TEST_WEB ?? `${target}/dx/dockhost-web/release/web/public`;

/** Where the programs under test are: those of `make build`, or of another folder, such as a release. */
const own = process.env.DOCKHOST_TEST_PROGRAMS ?? `${target}/debug`;
let programs = own;

/** From here on, programs are those of that folder; without one, those under test again. */
export function programsOf(folder = own) {
  programs = folder;
}

export function program(name) {
  const path = `${programs}/${name}`;
  if (!existsSync(path)) throw new Error(`${path} is not built: run make build`);
  return path;
}

/** Runs to the end; answers with status and output, and never throws for a status. */
export function run(command, args, { input = "", seconds = 60, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
    const out = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => (out.stdout += data));
    child.stderr.on("data", (data) => (out.stderr += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, ...out });
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** The same, for what must succeed. */
export async function must(command, args, options) {
  const done = await run(command, args, options);
  if (done.status !== 0) {
    const how = done.signal ? `killed by ${done.signal}` : `status ${done.status}`;
    throw new Error(`${command} ${args.join(" ")}: ${how}\n${done.stdout}${done.stderr}`);
  }
  return done.stdout;
}

/** A program that stays; its output goes to a log. */
export class Daemon {
  constructor(command, args, { log, env = {} }) {
    this.log = log;
    const file = openSync(log, "a");
    this.child = spawn(command, args, { stdio: ["ignore", file, file], env: { ...process.env, ...env } });
    closeSync(file);
    this.ended = new Promise((resolve) => {
      this.child.on("error", (error) => resolve({ status: null, signal: null, error }));
      this.child.on("exit", (status, signal) => resolve({ status, signal }));
    });
    this.ended.then((how) => (this.how = how));
  }

  get pid() {
    return this.child.pid;
  }

  get alive() {
    return this.how === undefined;
  }

  async end(signal = "SIGTERM", seconds = 30) {
    if (!this.alive) return this.how;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), seconds * 1000);
    const how = await this.ended;
    clearTimeout(timer);
    return how;
  }

  tail(lines = 20) {
    return readFileSync(this.log, "utf8").split("\n").slice(-lines).join("\n");
  }

  /** For waits: a condition that can no longer come true should fail at once. */
  check() {
    if (!this.alive) throw new Hopeless(`it ended (${JSON.stringify(this.how)}); its log ends with:\n${this.tail()}`);
  }
}
