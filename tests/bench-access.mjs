// What the gateway and the terminal cost: each figure against sshd in the container directly, in turns within one run.
// Settings: BULK_MIB (512), BULK_ROUNDS (5), LOGINS (20), KEYS (300), INTERRUPTS (5), and ROWS to measure only some.
import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import readline from "node:readline";

import { must, root, until } from "./harness.mjs";
import { Client } from "./support/gateway.mjs";
import { keysToPixels } from "./support/pixels.mjs";
import { openTerminal } from "./support/terminal.mjs";

const number = (name, usual) => Number(process.env[name] ?? usual);
const [MIB, ROUNDS, LOGINS, KEYS, INTERRUPTS] = [number("BULK_MIB", 512), number("BULK_ROUNDS", 5), number("LOGINS", 20), number("KEYS", 300), number("INTERRUPTS", 5)];
const CIPHERS = { "default ciphers": undefined, "aes128-gcm": "aes128-gcm@openssh.com" };
/** All but the direct way. */
const THROUGH = ["host-port", "tunnel", "gateway", "jump"];
const rows = process.env.ROWS?.split(",") ?? ["bulk", "login", "keys", "pixels", "interrupt"];

const at = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
const median = (values) => at(values, 0.5);
const timed = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** The ways to one shell: the container's own address, a host port of its node, one of the server (the tunnel and nothing
    else), the gateway, and the gateway as a jump host, which cannot read along. */
async function ways(client, web, cipher) {
  const config = join(client.dir, `config-${cipher ?? "default"}`);
  const ssh = web.ports.find(({ container }) => container === 22).host;
  const { host: tunnel } = web.forwards.find(({ container, place }) => place === "server" && container === 22);
  const text = await readFile(client.config, "utf8");
  // In the file, because what is said on the command line does not reach the connection to the jump host. These ways meet
  // the instance under another name than its certificate has, which is not what is measured.
  const place = (name, host, port) => [`Host ${name}`, `  HostName ${host}`, `  Port ${port}`, "  User root", `  HostKeyAlias ${client.nameOf(web.name)}`, ""];
  const places = [...place("direct", web.inside, 22), ...place("host-port", "127.0.0.1", ssh), ...place("tunnel", client.host, tunnel)];
  await writeFile(config, [...(cipher ? ["Host *", `  Ciphers ${cipher}`] : []), ...places, text].join("\n"));
  const to = (target) => ["ssh", "-F", config, target];
  return { direct: to("direct"), "host-port": to("host-port"), tunnel: to("tunnel"), gateway: to(`${web.name}@dockhost`), jump: to(client.nameOf(web.name)) };
}

/** Each way once per round, so that what else the machine does falls on all of them alike. */
async function inTurns(names, rounds, measure) {
  const seen = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await measure(name);
      // The first warms up what all use.
      if (round > 0) seen[name].push(value);
    }
  }
  return seen;
}

async function bulk(client, web, { inside = [], through = THROUGH } = {}) {
  for (const [title, cipher] of Object.entries(CIPHERS)) {
    const every = await ways(client, web, cipher);
    const all = Object.fromEntries(["direct", ...through].map((name) => [name, [...inside, ...every[name]]]));
    for (const [way, shell] of [["down", `"head -c ${MIB}M /dev/zero" >/dev/null`], ["up", `"cat >/dev/null" </dev/zero`]]) {
      const from = way === "up" ? `head -c ${MIB}M /dev/zero | ` : "";
      const command = (name) => `${from}${all[name].join(" ")} ${shell.replace(" </dev/zero", "")}`;
      const seen = await inTurns(Object.keys(all), ROUNDS, async (name) => {
        const ms = await timed(() => must("sh", ["-c", command(name)], { seconds: 300 }));
        return (MIB * 1.048576) / (ms / 1000);
      });
      for (const name of through) {
        const [ours, theirs] = [median(seen[name]), median(seen.direct)];
        console.log(`bulk ${way}, ${name}, ${title}: ${ours.toFixed(0)} MB/s; directly ${theirs.toFixed(0)} MB/s; ratio ${(ours / theirs).toFixed(2)} (${ROUNDS} rounds of ${MIB} MiB)`);
      }
    }
  }
}

async function login(client, web) {
  const all = await ways(client, web);
  const seen = await inTurns(Object.keys(all), LOGINS, (name) => timed(() => must(all[name][0], [...all[name].slice(1), "true"])));
  for (const name of THROUGH) {
    const [ours, theirs] = [median(seen[name]), median(seen.direct)];
    console.log(`ssh … true, ${name}: median ${ours.toFixed(0)} ms, p95 ${at(seen[name], 0.95).toFixed(0)} ms; directly ${theirs.toFixed(0)} ms; ${(ours - theirs).toFixed(0)} ms more, ratio ${(ours / theirs).toFixed(2)} (${LOGINS} each)`);
  }
}

/** Shells behind terminals of their own, which one program types into. */
class Keyboard {
  constructor() {
    this.child = spawn("python3", [join(root, "tests/support/keys.py")], { stdio: ["pipe", "pipe", "inherit"] });
    this.answers = readline.createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => this.child.on("exit", resolve));
  }

  async ask(what) {
    this.child.stdin.write(`${JSON.stringify(what)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the keyboard broke at ${JSON.stringify(what)}`);
    return JSON.parse(value);
  }

  close() {
    this.child.stdin.end();
    return this.ended;
  }
}

/** One key after the other into the browser's terminal, each until its echo's frame is here. */
async function webKeys(terminal, keys) {
  const times = [];
  for (let n = 0; n < keys; n++) {
    const before = terminal.received;
    const begun = performance.now();
    const shown = new Promise((resolve) => terminal.socket.on("data", function hear() {
      if (terminal.received === before) return;
      terminal.socket.off("data", hear);
      resolve();
    }));
    terminal.type("x");
    await shown;
    times.push(performance.now() - begun);
  }
  return times;
}

async function keys(client, web, { meanwhile = "idle" } = {}) {
  const all = await ways(client, web);
  const keyboard = new Keyboard();
  const terminal = await openTerminal(client.person, web.id);
  const seen = Object.fromEntries([...Object.keys(all), "web"].map((name) => [name, []]));
  try {
    await terminal.waitFor(/# $/);
    for (const name of Object.keys(all)) await keyboard.ask({ open: name, command: all[name] });
    for (let done = 0; done < KEYS; done += 20) {
      for (const name of Object.keys(all)) seen[name].push(...(await keyboard.ask({ echo: name, keys: 20 })));
      seen.web.push(...(await webKeys(terminal, 20)));
      // What was typed is taken back, so that no line grows over the edge of the screen.
      terminal.output = Buffer.alloc(0);
      terminal.type("\x15\r");
      await terminal.waitFor(/# $/);
    }
  } finally {
    terminal.close();
    await keyboard.close();
  }
  const of = (name) => `p50 ${at(seen[name], 0.5).toFixed(2)} ms, p95 ${at(seen[name], 0.95).toFixed(2)} ms`;
  const more = (name, part) => (at(seen[name], part) - at(seen.direct, part)).toFixed(2);
  for (const name of [...THROUGH, "web"]) {
    console.log(`key to echo, ${name}, ${meanwhile}: ${of(name)}; directly ${of("direct")}; ${more(name, 0.5)} and ${more(name, 0.95)} ms more (${seen[name].length} keys)`);
  }
}

async function pixels({ base }, web) {
  const seen = await keysToPixels(base, "ada", web.id, KEYS);
  console.log(`key to pixel, web terminal in Chromium: p50 ${at(seen, 0.5).toFixed(1)} ms, p95 ${at(seen, 0.95).toFixed(1)} ms (${seen.length} keys)`);
}

/** The same while bytes flow out of the same node without an end. */
async function keysUnderLoad(client, web) {
  const { jump } = await ways(client, web);
  const load = spawn(jump[0], [...jump.slice(1), "cat /dev/zero"], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => load.on("exit", resolve));
  try {
    await keys(client, web, { meanwhile: "while a transfer runs on the node" });
  } finally {
    load.kill();
    await ended;
  }
}

async function interrupt(client, web) {
  const all = await ways(client, web);
  const keyboard = new Keyboard();
  const terminal = await openTerminal(client.person, web.id);
  try {
    await terminal.waitFor(/# $/);
    for (const name of Object.keys(all)) await keyboard.ask({ open: name, command: all[name] });
    const seen = await inTurns([...Object.keys(all), "web"], INTERRUPTS, async (name) => {
      if (name !== "web") return keyboard.ask({ interrupt: name });
      const before = terminal.received;
      terminal.type("yes 'a line that goes on and on'\r");
      await until("it floods", () => terminal.received > before + (4 << 20));
      const prompt = new Promise((resolve) => terminal.socket.on("data", function hear() {
        if (!/\^C[^]*# $/.test(terminal.output.subarray(-4096).toString("latin1"))) return;
        terminal.socket.off("data", hear);
        resolve();
      }));
      return timed(() => (terminal.type("\x03"), prompt));
    });
    for (const name of [...THROUGH, "web"]) {
      console.log(`Ctrl-C under a flood until the prompt, ${name}: median ${median(seen[name]).toFixed(0)} ms, worst ${Math.max(...seen[name]).toFixed(0)} ms; directly ${median(seen.direct).toFixed(0)} ms (${INTERRUPTS} each)`);
    }
  } finally {
    terminal.close();
    await keyboard.close();
  }
}

/** An instance to measure with, and its owner's client. */
async function instance({ ada, engine }) {
  let web = await ada.phase((await ada.create("bench-access")).id, "running");
  web = await ada.api.post(`/instances/${web.id}/forwards`, { place: "server", container_port: 22 });
  const [container] = await engine.containersOf(web.id);
  web.inside = Object.values(container.NetworkSettings.Networks)[0].IPAddress;
  const client = await Client.of(ada);
  await client.ready(web.name);
  return { web, client };
}

async function remove({ ada }, web) {
  await ada.api.remove(`/instances/${web.id}`);
  await ada.gone(web.id);
}

/** Measures in a world that has a node. */
export async function access(world) {
  const { web, client } = await instance(world);
  if (rows.includes("bulk")) await bulk(client, web);
  if (rows.includes("login")) await login(client, web);
  if (rows.includes("keys")) await keys(client, web);
  if (rows.includes("keys")) await keysUnderLoad(client, web);
  if (rows.includes("pixels")) await pixels(world.server, web);
  if (rows.includes("interrupt")) await interrupt(client, web);
  await remove(world, web);
}

/** Bulk for a client at the other end of the lab's cable; the host ports of the node are not on it. */
export async function throughCable(world, { inside }) {
  const { web, client } = await instance(world);
  await bulk(client, web, { inside, through: THROUGH.filter((name) => name !== "host-port") });
  await remove(world, web);
}
