// A whole installation for one suite: a server, nodes, a Docker engine, people with keys. What it starts it
// ends, and `close` fails when anything is left.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine } from "./support/engine.mjs";
import { Api, request } from "./support/http.mjs";
import { freePort, freeRange, isOpen } from "./support/ports.mjs";
import { Daemon, must, program, root, run, webFiles } from "./support/process.mjs";
import { until } from "./support/wait.mjs";

export { Api, request, session, SESSION_KEY } from "./support/http.mjs";
export { close as closeListener, firstBytes, freePort, freeRange, isOpen, listen } from "./support/ports.mjs";
export { must, root, run } from "./support/process.mjs";
export { pause, until } from "./support/wait.mjs";

export const PASSWORD = "correct-horse-battery-9";
export const IMAGE = "debian-12";
export const output = process.env.DOCKHOST_TEST_OUTPUT ?? join(root, "test-output");

/** The main server, in a folder and on a port of its own. */
export class Server {
  constructor(dir, port, { host = "127.0.0.1", logs = join(dir, ".."), env = {}, scheme = "http" } = {}) {
    Object.assign(this, { dir, port, base: `${scheme}://${host}:${port}`, log: join(logs, "server.log") });
    this.env = {
      DOCKHOST_LISTEN: `${host}:${port}`,
      // A port of the system's choice: the gateway says in every instance where it is found.
      DOCKHOST_SSH_LISTEN: `${host}:0`,
      DOCKHOST_DATA_DIR: dir,
      DIOXUS_PUBLIC_PATH: webFiles,
      RUST_LOG: "info,dioxus_server=warn,surrealdb=warn,surrealdb_core::kvs::tasks=off",
      ...env,
    };
  }

  launch() {
    this.process = new Daemon(program("dockhost"), ["serve"], { log: this.log, env: this.env });
  }

  async start() {
    this.launch();
    await until("the server is ready", async () => {
      this.process.check();
      return (await request(this.base, "GET", "/readyz")).status === 200;
    });
  }

  end(signal) {
    return this.process.end(signal);
  }

  async restart(signal) {
    await this.end(signal);
    await this.start();
  }

  admin(args, input = "") {
    return run(program("dockhost"), ["admin", ...args], { input, env: { ...process.env, ...this.env } });
  }

  async adminOk(args, input) {
    const done = await this.admin(args, input);
    assert.equal(done.status, 0, `dockhost admin ${args.join(" ")}: ${done.stderr}`);
    return done.stdout.trim();
  }
}

/** One node program. `view` is its row as it was registered, `key` its API key. */
class Node {
  constructor(world, name, registered, range) {
    const { secret, ...view } = registered;
    Object.assign(this, { world, name, view, key: secret, range });
    this.dir = join(world.dir, `node-${name}`);
    this.log = join(world.logs, `node-${name}.log`);
    // Where its host ports are reached, and what its program's command begins with.
    Object.assign(this, { host: world.ports, bind: world.ports, inside: [], socket: world.engine?.socket });
  }

  get id() {
    return this.view.id;
  }

  launch({ key = this.key, dir = this.dir, log = this.log, server = this.world.server.base, env: more = {} } = {}) {
    const args = ["--server", server, "--data-dir", dir, "--bind", this.bind, "--images", IMAGE, "--docker-socket", this.socket];
    // A node's key goes over the wire in the clear only where that is asked for.
    const insecure = /^http:\/\/(?!127\.|localhost)/.test(server) ? { DOCKHOST_INSECURE_SERVER: "true" } : {};
    const env = { DOCKHOST_API_KEY: key, ...insecure, ...more };
    const [command, ...rest] = [...this.inside, program("dockhost-node"), ...args];
    const daemon = new Daemon(command, rest, { log, env });
    this.world.daemons.push(daemon);
    return daemon;
  }

  async start(options) {
    this.process = this.launch(options);
    await this.online();
  }

  online() {
    return until(`node ${this.name} is online`, async () => {
      this.process.check();
      const view = await this.world.admin.get(`/nodes/${this.id}`);
      return view.liveness === "online" && view.facts?.engine.engine === "up" && view;
    });
  }

  end(signal) {
    return this.process.end(signal);
  }
}

/** A person with an API token and an SSH key. */
class Person {
  constructor(world, username, api) {
    Object.assign(this, { world, username, api, identity: join(world.dir, `id-${username}`) });
  }

  /** `by` adds it: a token, unless somebody says otherwise, and then the key is worth no more than that. */
  async addKey(name = "laptop", by = this.api) {
    if (!existsSync(this.identity)) {
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `${this.username}@test`, "-f", this.identity]);
    }
    this.publicKey = (await readFile(`${this.identity}.pub`, "utf8")).trim();
    return by.post("/ssh-keys", { name, public_key: this.publicKey });
  }

  create(name, more = {}, headers) {
    return this.api.post("/instances", { name, image: IMAGE, ...more }, headers);
  }

  /** Waits until the instance has that phase, and answers with it. */
  phase(id, phase, seconds = 120) {
    return until(
      `instance ${id} is ${phase}`,
      async () => {
        const view = await this.api.get(`/instances/${id}`);
        if (view.phase === "error" && phase !== "error") throw new Error(`it is in error: ${view.message}`);
        return view.phase === phase && view;
      },
      seconds,
    );
  }

  gone(id, seconds = 60) {
    return until(`instance ${id} is gone`, async () => (await this.api.call("GET", `/instances/${id}`)).status === 404, seconds);
  }

  /** The command that the page shows, with what keeps a test from asking and from touching `~/.ssh`. */
  ssh(instance, command, { identity = this.identity } = {}) {
    const [program, ...rest] = instance.ssh_command.split(/\s+/);
    assert.equal(program, "ssh", `the shown command is not ssh: ${instance.ssh_command}`);
    const options = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", "ConnectTimeout=10",
      `UserKnownHostsFile=${join(this.world.dir, "known_hosts")}`, "LogLevel=ERROR"].flatMap((option) => ["-o", option]);
    return run("ssh", ["-F", "none", ...options, "-i", identity, ...rest, command], { seconds: 30 });
  }

  /** The same until it works: sshd may need a moment after the container is up. */
  sshOk(instance, command) {
    return until(`ssh to ${instance.name} runs: ${command}`, async () => {
      const done = await this.ssh(instance, command);
      if (done.status !== 0) throw new Error(`status ${done.status}: ${done.stderr}`);
      return { text: done.stdout.trim() };
    }, 30).then(({ text }) => text);
  }
}

export class World {
  /**
   * `prepare` sees the world's folder before anything starts. `people` signs up an administrator `ada`; without it, nobody has an account.
   * `ports` is the address of the nodes' ports; where it is the server's own, the server counts a browser's cookie as known to tenants.
   */
  static async open({ people = true, engine = true, env = {}, host = "127.0.0.1", ports = "127.0.0.1", port, scheme = "http", listen, prepare } = {}) {
    const world = new World();
    world.dir = await mkdtemp(join(tmpdir(), "dockhost-e2e-"));
    Object.assign(world, { host, ports, logs: world.dir, daemons: [], nodes: [], persons: [] });
    try {
      if (engine) world.engine = engine === true ? await Engine.get() : engine;
      await prepare?.(world);
      world.range = await freeRange(20);
      const own = { DOCKHOST_FORWARD_LISTEN: `${ports === "127.0.0.1" ? host : ports}:${world.range.first}-${world.range.last}` };
      // Where others reach it, a new installation lets in whoever was invited, and TLS is what it speaks.
      if (!host.startsWith("127.")) Object.assign(own, { DOCKHOST_SIGN_UP: "open" });
      if (!host.startsWith("127.") && scheme === "http") Object.assign(own, { DOCKHOST_INSECURE_HTTP: "true" });
      if (listen) Object.assign(own, { DOCKHOST_LISTEN: `${listen}:${(port ??= await freePort())}` });
      world.server = new Server(join(world.dir, "data"), port ?? (await freePort()), { host, scheme, logs: world.logs, env: { ...own, ...env } });
      await world.server.start();
      if (people) {
        await world.server.adminOk(["create-administrator", "ada", "ada@example.org"], `${PASSWORD}\n`);
        const token = await world.server.adminOk(["create-token", "ada", "tests"]);
        world.ada = world.#person("ada", token);
      }
      return world;
    } catch (error) {
      await world.#end();
      throw error;
    }
  }

  get admin() {
    return this.ada.api;
  }

  #person(username, token) {
    const person = new Person(this, username, new Api(this.server.base, { authorization: `Bearer ${token}` }));
    this.persons.push(person);
    return person;
  }

  async signUp(username) {
    const visitor = new Api(this.server.base);
    await visitor.post("/sign-up", { username, email: `${username}@example.org`, password: PASSWORD });
    return this.personOf(username);
  }

  /** Somebody who signed up by other means, such as in a browser. */
  async personOf(username) {
    return this.#person(username, await this.server.adminOk(["create-token", username, "tests"]));
  }

  /** The program for a node that was registered by other means. */
  async adopt(name, secret) {
    const row = (await this.admin.get("/nodes")).find((node) => node.name === name);
    const range = await freeRange();
    const body = { name, address: this.ports, max_instances: row.max_instances, host_ports: range };
    const view = await this.admin.ok("PUT", `/nodes/${row.id}`, body);
    const node = new Node(this, name, { ...view, secret }, range);
    this.nodes.push(node);
    return node;
  }

  async register(name, more = {}) {
    const range = await freeRange();
    const registered = await this.admin.post("/nodes", { name, address: this.ports, host_ports: range, ...more });
    const node = new Node(this, name, registered, range);
    this.nodes.push(node);
    return node;
  }

  /** `env` is the program's own, beside what every node has. */
  async node(name, more, env) {
    const node = await this.register(name, more);
    await node.start({ env });
    return node;
  }

  /** Deletes every instance, ends everything, and finds out whether anything is left. */
  async close() {
    const left = [];
    try {
      if (this.ada && this.server.process?.alive) left.push(...(await this.#emptyOut()));
    } catch (error) {
      left.push(`the instances could not be deleted: ${error.message}`);
    }
    left.push(...(await this.#end()));
    assert.deepEqual(left, [], "something is left behind");
  }

  async #emptyOut() {
    const left = [];
    const ids = [];
    // An administrator sees everybody's.
    for (const { id } of await this.admin.get("/instances")) {
      await this.admin.remove(`/instances/${id}`);
      ids.push(id);
    }
    await until("nobody has instances", async () => (await this.admin.get("/instances")).length === 0, 90);
    for (const id of ids) {
      const containers = this.engine ? await this.engine.containersOf(id) : [];
      left.push(...containers.map((container) => `container ${container.Names}`));
    }
    for (const node of this.nodes) {
      for (let port = node.range.first; port <= node.range.last; port++) {
        if (await isOpen(port, node.host)) left.push(`host port ${port} of node ${node.name} still listens`);
      }
    }
    for (let port = this.range.first; port <= this.range.last; port++) {
      if (await isOpen(port, this.host) || await isOpen(port, this.ports)) left.push(`host port ${port} of the server still listens`);
    }
    return left;
  }

  async #end() {
    const left = [];
    for (const daemon of this.daemons) await this.#endOne("a node", daemon, left);
    if (this.server?.process) await this.#endOne("the server", this.server.process, left);
    if (this.server && (await isOpen(this.server.port, this.host))) left.push(`port ${this.server.port} of the server still listens`);
    if (process.env.DOCKHOST_TEST_OUTPUT || left.length > 0) await this.#keepLogs();
    await this.engine?.close();
    await rm(this.dir, { recursive: true, force: true });
    return left;
  }

  async #endOne(what, daemon, left) {
    const asked = daemon.alive;
    const how = await daemon.end();
    if (asked && how.signal === "SIGKILL") left.push(`${what} did not end when asked: ${daemon.tail(3)}`);
  }

  async #keepLogs() {
    const dir = join(output, "log", this.dir.split("-").pop());
    mkdirSync(dir, { recursive: true });
    await run("sh", ["-c", 'cp "$1"/*.log "$2"', "sh", this.logs, dir]);
  }
}
