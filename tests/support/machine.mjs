// A machine of its own for a program: a container of Debian's bare base, with neither compiler nor source nor node.
import { must } from "./process.mjs";
import { until } from "./wait.mjs";

const BASE = "debian:12";

export class Machine {
  /** Runs that command line there. `host`: in the network of this machine; else with an address of its own. `binds` are folders. */
  static async start(engine, line, { host = false, binds = [], env = {} } = {}) {
    const machine = new Machine(engine);
    await machine.#base();
    const settings = {
      Image: BASE,
      Entrypoint: ["/bin/sh", "-euc"],
      Cmd: [line],
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Tty: true,
      HostConfig: { Binds: binds, NetworkMode: host ? "host" : "bridge" },
    };
    machine.id = (await engine.call("POST", "/containers/create", settings)).Id;
    await engine.call("POST", `/containers/${machine.id}/start`);
    return machine;
  }

  constructor(engine) {
    this.engine = engine;
  }

  /** Where registries can be reached, nobody has needed the base yet. */
  async #base() {
    const images = await this.engine.call("GET", "/images/json");
    if (images.some((image) => image.RepoTags?.includes(BASE))) return;
    const [name, tag] = BASE.split(":");
    const pull = ["-sS", "--fail", "--unix-socket", this.engine.socket, "-X", "POST", `http://engine/images/create?fromImage=${name}&tag=${tag}`];
    await must("curl", pull, { seconds: 300 });
  }

  #look() {
    return this.engine.call("GET", `/containers/${this.id}/json`);
  }

  async address() {
    return (await this.#look()).NetworkSettings.IPAddress;
  }

  async pid() {
    return (await this.#look()).State.Pid;
  }

  logs() {
    return this.engine.call("GET", `/containers/${this.id}/logs?stdout=1&stderr=1`);
  }

  /** For waits: says what it wrote when it has ended. */
  async check() {
    const { Running, ExitCode } = (await this.#look()).State;
    if (!Running) throw new Error(`it ended with ${ExitCode}:\n${(await this.logs()).split("\n").slice(-20).join("\n")}`);
  }

  /** Answers with what the command line wrote, which must end well. */
  async exec(line) {
    const asked = { Cmd: ["/bin/sh", "-euc", line], AttachStdout: true, AttachStderr: true, Tty: true };
    const { Id } = await this.engine.call("POST", `/containers/${this.id}/exec`, asked);
    const text = await this.engine.call("POST", `/exec/${Id}/start`, { Detach: false, Tty: true });
    const done = await until("the command has ended", async () => {
      const state = await this.engine.call("GET", `/exec/${Id}/json`);
      return !state.Running && state;
    });
    if (done.ExitCode !== 0) throw new Error(`${line}: status ${done.ExitCode}\n${text}`);
    return text.replaceAll("\r\n", "\n").trim();
  }

  restart() {
    return this.engine.call("POST", `/containers/${this.id}/restart?t=20`);
  }

  /** Asks the program to end; answers with its status. */
  async stop() {
    await this.engine.call("POST", `/containers/${this.id}/stop?t=20`);
    return (await this.#look()).State.ExitCode;
  }

  remove() {
    return this.engine.call("DELETE", `/containers/${this.id}?force=1&v=1`);
  }
}
