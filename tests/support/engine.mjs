// A Docker engine of the tests' own, which they may stop and start.
import { spawn } from "node:child_process";
import { existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { request } from "./http.mjs";
import { must, root } from "./process.mjs";
import { until } from "./wait.mjs";

export class Engine {
  /** The one that `make test` started, or one for this suite alone. */
  static async get() {
    const given = process.env.DOCKHOST_TEST_ENGINE;
    const dir = given ?? (await mkdtemp(join(tmpdir(), "dockhost-engine-")));
    const engine = new Engine(dir, { own: !given });
    if (!existsSync(engine.socket)) await engine.start();
    return engine;
  }

  /** `inside` is what a command begins with that is to run in the engine's network. */
  constructor(dir, { own = true, inside = [] } = {}) {
    Object.assign(this, { dir, own, inside, socket: join(dir, "docker.sock") });
  }

  #script(name, args, seconds) {
    const [command, ...rest] = [...this.inside, `${root}/scripts/${name}.sh`, ...args];
    return must(command, rest, { seconds });
  }

  async start() {
    await this.#script("engine", ["private", this.dir], 300);
    await this.#script("base-image", [this.socket], 900);
  }

  async close() {
    if (this.own) await this.#script("engine", ["stop", this.dir], 120);
  }

  async call(method, path, body) {
    const answer = await request("http://engine", method, path, { socketPath: this.socket, body });
    if (answer.status >= 400) throw new Error(`engine: ${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  containers(label) {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    return this.call("GET", `/containers/json?all=true&filters=${filters}`);
  }

  containersOf(instance) {
    return this.containers(`dockhost.instance=${instance}`);
  }

  async volumes() {
    return (await this.call("GET", "/volumes")).Volumes ?? [];
  }

  networks() {
    return this.call("GET", "/networks");
  }

  /** As an operator would with `docker stop`, behind our back. */
  stop(container) {
    return this.call("POST", `/containers/${container}/stop?t=5`);
  }

  /** As when its machine is restarted: whatever runs ends, and what only memory held is gone. */
  reboot() {
    return this.restart("SIGTERM", async () => {
      await this.#script("engine", ["shims", this.dir], 60);
      await rm(join(this.dir, "run/containerd"), { recursive: true, force: true });
    });
  }

  /** Ends dockerd and starts it as it was; `between` is done while it is away. */
  async restart(signal = "SIGTERM", between = async () => {}) {
    const pid = Number(readFileSync(join(this.dir, "dockerd.pid"), "utf8"));
    const [command, ...args] = [...this.inside, ...readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1)];
    process.kill(pid, signal);
    await until("dockerd has ended", () => !existsSync(`/proc/${pid}`), 60);
    await between();
    const log = openSync(join(this.dir, "dockerd.log"), "a");
    let child;
    // One that was killed may leave a containerd that is just ending, and the next one gives up: a supervisor tries again.
    await until("dockerd answers again", () => {
      if (!child || child.exitCode !== null) child = spawn(command, args, { detached: true, stdio: ["ignore", log, log] });
      child.unref();
      return this.call("GET", "/version");
    }, 120);
  }
}
