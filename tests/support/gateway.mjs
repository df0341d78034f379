// The gateway as a person uses it: the real OpenSSH client, with a home of its own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { run } from "./process.mjs";
import { until } from "./wait.mjs";

/** A client machine of a person: its `known_hosts` holds the one line of the installation's authority. */
export class Client {
  static async of(person, { name = person.username } = {}) {
    const client = new Client();
    client.person = person;
    client.dir = join(person.world.dir, `client-${name}`);
    await mkdir(client.dir, { recursive: true });
    const gateway = await person.api.get("/gateway");
    const [host, port] = gateway.address.split(/:(?=\d+$)/);
    Object.assign(client, { gateway, host, port, known: join(client.dir, "known_hosts"), config: join(client.dir, "config") });
    await writeFile(client.known, `${gateway.known_hosts}\n`);
    await writeFile(client.config, [
      "Host *",
      "  BatchMode yes", "  StrictHostKeyChecking yes", `  UserKnownHostsFile ${client.known}`, "  GlobalKnownHostsFile none",
      `  IdentityFile ${person.identity}`, "  IdentitiesOnly yes", "  LogLevel ERROR", "  ConnectTimeout 20",
      "Host *.dockhost", "  User root", `  ProxyJump lobby@${host}:${port}`, "  ServerAliveInterval 30",
      "Host dockhost", `  HostName ${host}`, `  Port ${port}`, "",
    ].join("\n"));
    return client;
  }

  get options() {
    return ["-F", this.config];
  }

  /** `ssh instance@gateway …` */
  ssh(instance, args, { options = [], ...more } = {}) {
    return run("ssh", [...this.options, ...options, `${instance}@dockhost`, ...[args].flat()], { seconds: 60, ...more });
  }

  async ok(instance, args, more) {
    const done = await this.ssh(instance, args, more);
    assert.equal(done.status, 0, `ssh ${instance}@dockhost ${args}: ${done.status} ${done.signal} ${done.stderr}`);
    return done.stdout;
  }

  /** The name that an instance of the person's is certified for; or another one, as `web-1.eve`. */
  nameOf(instance) {
    return `${instance.includes(".") ? instance : `${instance}.${this.person.username}`}.dockhost`;
  }

  /** `ssh root@instance.person.dockhost …`, with the gateway as the jump host. */
  jump(instance, args, { options = [], ...more } = {}) {
    return run("ssh", [...this.options, ...options, this.nameOf(instance), ...[args].flat()], { seconds: 60, ...more });
  }

  lobby(command, more) {
    return run("ssh", [...this.options, "lobby@dockhost", command], { seconds: 150, ...more });
  }

  /** A client that stays, such as one that forwards a port. */
  stay(args) {
    const child = spawn("ssh", [...this.options, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const out = { text: "", error: "" };
    child.stdout.on("data", (data) => (out.text += data));
    child.stderr.on("data", (data) => (out.error += data));
    child.stdin.on("error", () => {});
    const ended = new Promise((resolve) => child.on("exit", (status, signal) => resolve({ status, signal })));
    return { child, out, ended, end: () => (child.kill("SIGTERM"), ended) };
  }

  /** The instance's sshd may need a moment after its container is up. */
  ready(instance) {
    return until(`${instance} answers through the gateway`, async () => {
      const done = await this.ssh(instance, "true");
      if (done.status !== 0) throw new Error(done.stderr);
      return true;
    }, 60);
  }
}
