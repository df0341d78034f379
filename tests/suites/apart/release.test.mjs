// A release, used as its README says by somebody who has nothing else: the lines of that README are run, with its words
// SERVER, KEY and FINGERPRINT filled in.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";

import { freeRange, IMAGE, isOpen, must, PASSWORD, run, until } from "../../harness.mjs";
import { Engine } from "../../support/engine.mjs";
import { Machine } from "../../support/machine.mjs";

const release = process.env.DOCKHOST_RELEASE;
assert.ok(release, "run scripts/release-test.sh: it says which release");

const COPIED = "/opt/dockhost";
/** As somebody who copied the folder there. */
const there = (line) => `[ -e ${COPIED} ] || cp -r /media/dockhost ${COPIED}; cd ${COPIED}; ${line}`;
const APPS = "apps.example";

/** The README's line that begins so, or begins so after its environment. */
function line(begin, words = {}) {
  const lines = readFileSync(join(release, "README"), "utf8").split("\n").filter((text) => text.startsWith("    "));
  const found = lines.filter((text) => text.trim().replace(/^([A-Z_]+=\S+ )*/, "").startsWith(begin));
  assert.equal(found.length, 1, `lines of the README that begin with ${begin}`);
  const filled = Object.entries(words).reduce((text, [word, value]) => text.replaceAll(word, value), found[0].trim());
  assert.doesNotMatch(filled, /\b(SERVER|FINGERPRINT)\b|=KEY\b/, "a word of the README was not filled in");
  return filled;
}

describe("a release", () => {
  let engine, dir, server, address, node, range, instance, token;

  before(async () => {
    engine = await Engine.get();
    dir = await mkdtemp(join(tmpdir(), "dockhost-release-"));
    await mkdir(join(dir, "node"));
    range = await freeRange();
  });
  after(async () => {
    await node?.remove();
    await server?.remove();
    await engine?.close();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  /** One request over the server's own TLS; `print` is the fingerprint of the certificate it showed. */
  function ask(method, path, { body, headers = {} } = {}) {
    const payload = body && JSON.stringify(body);
    const all = { ...(payload && { "content-type": "application/json" }), ...(token && { authorization: `Bearer ${token}` }), ...headers };
    return new Promise((resolve, reject) => {
      const options = { host: address, port: 8080, method, path, headers: all, agent: false, rejectUnauthorized: false, timeout: 20_000 };
      const sent = https.request(options, (answer) => {
        const print = `sha256:${answer.socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase()}`;
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, bytes: Buffer.concat(parts), print }));
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer in 20 s`)));
      sent.on("error", reject);
      sent.end(payload);
    });
  }

  async function api(method, path, body) {
    const answer = await ask(method, `/api/v1${path}`, { body });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.bytes}`);
    return answer.bytes.length ? JSON.parse(answer.bytes) : undefined;
  }

  const ready = () =>
    until("the server is ready", async () => {
      await server.check();
      return (await ask("GET", "/readyz")).status === 200;
    });

  const phase = (wanted, seconds = 120) =>
    until(`the instance is ${wanted}`, async () => {
      await node.check();
      const view = await api("GET", `/instances/${instance.id}`);
      if (view.phase === "error") throw new Error(view.message);
      return view.phase === wanted && view;
    }, seconds);

  const identity = () => join(dir, "id");
  const ssh = (words, command) =>
    until(`ssh ${words.join(" ")}: ${command}`, async () => {
      const known = `UserKnownHostsFile=${join(dir, "known_hosts")}`;
      const options = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", "ConnectTimeout=10", "LogLevel=ERROR", known];
      const done = await run("ssh", ["-F", "none", ...options.flatMap((option) => ["-o", option]), "-i", identity(), ...words, command], { seconds: 30 });
      if (done.status !== 0) throw new Error(`status ${done.status}: ${done.stderr}`);
      return { text: done.stdout.trim() };
    }, 30).then(({ text }) => text);
  /** The command that the page shows, and the way through the gateway. */
  const directly = (view, command) => ssh(view.ssh_command.split(/\s+/).slice(1), command);
  const through = (view, command) => ssh(["-p", "2222", `${view.name}@${address}`], command);

  test("is whole, and lacks nothing of what its licences ask for", async () => {
    await must("sh", ["-c", line("sha256sum")], { cwd: release });
    const listed = readFileSync(join(release, "SHA256SUMS"), "utf8").trim().split("\n").map((text) => text.split("  ./")[1]).sort();
    const files = readdirSync(release, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const names = files.map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(release.length + 1));
    assert.deepEqual(names.filter((name) => name !== "SHA256SUMS").sort(), listed);
    for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "LICENSE-SURREALDB", "NOTICE"]) assert.ok(listed.includes(name), name);
  });

  test("its server starts with the README's line on a machine that has nothing else", async () => {
    // The machine's name is its address: it is known once the machine is there.
    const serve = line("./dockhost serve", { SERVER: '"$(hostname -i)"' });
    server = await Machine.start(engine, there(`${line("sha256sum")}; exec ${serve}`), {
      binds: [`${release}:/media/dockhost:ro`],
      env: { DOCKHOST_APPS_DOMAIN: APPS },
    });
    address = await server.address();
    await ready();
    for (const tool of ["cargo", "rustc", "cc", "gcc", "node"]) assert.equal(await server.exec(`command -v ${tool} || echo none`), "none");
  });

  test("hands out the web client, compressed", async () => {
    const page = await ask("GET", "/", { headers: { accept: "text/html" } });
    assert.ok([200, 302, 303, 307].includes(page.status), `status ${page.status}`);
    const start = await ask("GET", "/sign-in", { headers: { accept: "text/html" } });
    assert.equal(start.status, 200);
    const named = /<script type="module"[^>]* src="([^"]+\.js)"/.exec(start.bytes.toString())?.[1];
    assert.ok(named, `no module in the page: ${start.bytes}`);
    const script = new URL(named, "https://server").pathname;
    const program = /\/assets\/[\w-]+\.wasm/.exec((await ask("GET", script)).bytes.toString())[0];
    const plain = readFileSync(join(release, "public", program));
    const wasm = await ask("GET", program, { headers: { "accept-encoding": "br" } });
    assert.deepEqual([wasm.status, wasm.headers["content-type"], wasm.headers["content-encoding"]], [200, "application/wasm", "br"]);
    assert.ok(brotliDecompressSync(wasm.bytes).equals(plain), "the wasm is another one than the release's");
    assert.ok((await ask("GET", program)).bytes.equals(plain));
  });

  test("the set-up link makes the administrator, once", async () => {
    const print = line("./dockhost --data-dir /var/lib/dockhost admin setup-link", { SERVER: address });
    const link = new URL(await server.exec(`cd ${COPIED}; ${print}`));
    assert.equal(link.origin, `https://${address}:8080`);
    assert.equal((await ask("GET", link.pathname + link.search)).status, 200);
    const ada = { username: "ada", email: "ada@example.org", password: PASSWORD, setup: link.searchParams.get("token") };
    const signedUp = await ask("POST", "/api/v1/sign-up", { body: ada });
    assert.ok(signedUp.status < 300, `${signedUp.status} ${signedUp.bytes}`);
    assert.match(signedUp.headers["set-cookie"][0], /;\s*Secure/i);
    const again = await ask("POST", "/api/v1/sign-up", { body: { ...ada, username: "eve", email: "eve@example.org" } });
    assert.ok(again.status >= 400, "the link works twice");
    token = await server.exec(`cd ${COPIED}; ./dockhost --data-dir /var/lib/dockhost admin create-token ada release-test`);
    assert.equal((await api("GET", "/me")).administrator, true);
  });

  test("a node with the README's line comes online, and knows the server by its fingerprint", async () => {
    const registered = await api("POST", "/nodes", { name: "lab", address: "127.0.0.1", host_ports: range });
    const print = await server.exec(`cd ${COPIED}; ${line("./dockhost --data-dir /var/lib/dockhost admin server-fingerprint")}`);
    assert.equal((await ask("GET", "/healthz")).print, print);
    const own = { host: true, binds: [`${release}:/media/dockhost:ro`, `${engine.socket}:/var/run/docker.sock`, `${dir}/node:${dir}/node`] };
    // The engine must find the node's folder under the name that the node calls it by; its ports stay on loopback.
    const env = { DOCKHOST_NODE_DATA_DIR: join(dir, "node"), DOCKHOST_BIND: "127.0.0.1", DOCKHOST_IMAGES: IMAGE };
    const words = (print) => ({ "API_KEY=KEY": `API_KEY=${registered.secret}`, SERVER: address, FINGERPRINT: print });
    const start = (print) => Machine.start(engine, there(`export ${line("./dockhost-node", words(print)).replace(" ./", "; exec ./")}`), { ...own, env });
    const fooled = await start(print.replace(/.$/, (last) => (last === "0" ? "1" : "0")));
    try {
      await until("the node says that this is another server", async () => /certificate|fingerprint/i.test(await fooled.logs()));
      assert.notEqual((await api("GET", `/nodes/${registered.id}`)).liveness, "online");
    } finally {
      await fooled.remove();
    }
    node = await start(print);
    await until("the node is online", async () => {
      await node.check();
      const view = await api("GET", `/nodes/${registered.id}`);
      return view.liveness === "online" && view.facts?.engine.engine === "up";
    });
  });

  test("create an instance, log in directly and through the gateway", async () => {
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "ada@test", "-f", identity()]);
    await api("POST", "/ssh-keys", { name: "laptop", public_key: readFileSync(`${identity()}.pub`, "utf8").trim() });
    instance = await api("POST", "/instances", { name: "box", image: IMAGE });
    const view = await phase("running", 300);
    assert.match(await directly(view, "cat /etc/os-release"), /VERSION_ID="12"/);
    assert.equal(await directly(view, "echo kept >note && sync && cat note"), "kept");
    assert.equal(await through(view, "cat note"), "kept");
  });

  test("its public URL leads to a program in it", async () => {
    const script = readFileSync(new URL("../../support/app.pl", import.meta.url), "utf8");
    await directly(await phase("running"), `printf %s ${Buffer.from(script).toString("base64")} | base64 -d >app.pl; nohup perl app.pl 8000 >log 2>&1 & echo started`);
    const view = await api("PUT", `/instances/${instance.id}/ports/8000`, { url: "public" });
    const url = new URL(view.urls.find(({ port }) => port === 8000).url);
    assert.ok(url.hostname.endsWith(`.${APPS}`), url.href);
    const answer = await until("the program answers", async () => {
      const answer = await ask("GET", "/from-outside", { headers: { host: url.host, authorization: "" } });
      return answer.status === 200 && answer;
    });
    assert.match(answer.bytes.toString(), /^GET \/from-outside HTTP\/1\.1/);
  });

  test("stop and start keep its data; a restarted server keeps its certificate and its node", async () => {
    await api("POST", `/instances/${instance.id}/stop`);
    await phase("stopped");
    const { print } = await ask("GET", "/healthz");
    await server.restart();
    await ready();
    assert.equal((await ask("GET", "/healthz")).print, print);
    await api("POST", `/instances/${instance.id}/start`);
    const view = await phase("running");
    assert.equal(await directly(view, "cat note"), "kept");
    assert.equal(await through(view, "cat note"), "kept");
  });

  test("delete leaves nothing, and both programs end when asked", async () => {
    const ports = (await api("GET", `/instances/${instance.id}`)).ports.map(({ host }) => host);
    await api("DELETE", `/instances/${instance.id}`);
    await until("the instance is gone", async () => (await ask("GET", `/api/v1/instances/${instance.id}`)).status === 404);
    assert.deepEqual(await engine.containersOf(instance.id), []);
    for (const port of ports) assert.equal(await isOpen(port), false, `host port ${port}`);
    assert.deepEqual([await node.stop(), await server.stop()], [0, 0]);
  });
});
