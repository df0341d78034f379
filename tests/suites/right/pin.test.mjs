// The way of a node's key to the server: encrypted unless somebody asked otherwise, and only to the server that is meant.
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";

import { freePort, must, run, until, World } from "../../harness.mjs";
import { Daemon, program } from "../../support/process.mjs";

describe("the server that a node trusts", () => {
  let world, node, socket;
  const open = [];

  before(async () => {
    world = await World.open({ engine: false });
    node = await world.register("far");
    // There is no engine; a node dials all the same.
    socket = join(world.dir, "no-engine.sock");
  });
  after(async () => {
    for (const server of open) server.close();
    await world?.close();
  });

  const certificate = async (name) => {
    const [key, cert] = [join(world.dir, `${name}.key`), join(world.dir, `${name}.pem`)];
    await must("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", `/CN=${name}`, "-keyout", key, "-out", cert]);
    const [pem, secret] = [readFileSync(cert), readFileSync(key)];
    const print = `sha256:${createHash("sha256").update(new X509Certificate(pem).raw).digest("hex")}`;
    return { cert: pem, key: secret, print };
  };
  const listen = (server) => {
    open.push(server);
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  };
  /** Speaks TLS and passes everything on to the server; what was asked is kept. */
  async function front(options) {
    const seen = { asked: "" };
    const { hostname, port } = new URL(world.server.base);
    const server = tls.createServer(options, (secure) => {
      const onward = net.connect({ host: hostname, port });
      secure.on("data", (data) => (seen.asked += data.toString("latin1", 0, 2_000)));
      for (const [from, to] of [[secure, onward], [onward, secure]]) from.on("error", () => to.destroy()).on("close", () => to.destroy()).pipe(to);
    });
    server.on("tlsClientError", () => {});
    seen.port = await listen(server);
    return seen;
  }
  const args = (server, more) => ["--server", server, "--data-dir", node.dir, "--docker-socket", socket, "--bind", "127.0.0.1", ...more];
  const start = (server, more, log = join(world.logs, `node-far-${open.length}.log`)) => {
    const daemon = new Daemon(program("dockhost-node"), args(server, more), { log, env: { DOCKHOST_API_KEY: node.key } });
    world.daemons.push(daemon);
    return daemon;
  };
  const refused = (server, more = [], env = {}) => run(program("dockhost-node"), args(server, more), { seconds: 10, env: { ...process.env, DOCKHOST_API_KEY: node.key, ...env } });
  const liveness = async () => (await world.admin.get(`/nodes/${node.id}`)).liveness;
  const doctor = async (server, more) => {
    const { stdout } = await run(program("dockhost-node"), ["doctor", "--json", ...args(server, more)], { seconds: 60, env: { ...process.env, DOCKHOST_API_KEY: node.key } });
    return Object.fromEntries(JSON.parse(stdout).checks.map((check) => [check.hop, check]));
  };

  test("http:// beyond this machine is refused at the start, with both ways out", async () => {
    for (const server of ["http://dockhost.example.org", "ws://192.0.2.1:8080", "http://127.0.0.1.example.org", "http://0.0.0.0:1"]) {
      const { status, stderr } = await refused(server);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /--insecure-server/);
      assert.match(stderr, /write https:\/\//);
      assert.ok(!stderr.includes(node.key));
    }
  });

  test("a fingerprint that is none is refused at the start", async () => {
    for (const print of ["sha256:", "abcd", `sha256:${"g".repeat(64)}`, `sha256:${"a".repeat(63)}`, `md5:${"a".repeat(64)}`]) {
      const { status, stderr } = await refused("https://127.0.0.1:1", ["--server-fingerprint", print]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /--server-fingerprint: .*64 hex digits/);
    }
    const { status, stderr } = await refused("http://127.0.0.1:1", [], { DOCKHOST_SERVER_FINGERPRINT: `sha256:${"a".repeat(64)}` });
    assert.equal(status, 2);
    assert.match(stderr, /shows no certificate/);
  });

  test("without a fingerprint, a certificate that nobody signed gets no key", async () => {
    const own = await certificate("self");
    const seen = await front(own);
    const log = join(world.logs, "node-far-unpinned.log");
    const daemon = start(`https://localhost:${seen.port}`, [], log);
    await until("it says why not", () => /no connection to the server/.test(readFileSync(log, "utf8")));
    await daemon.end();
    assert.equal(seen.asked, "");
  });

  test("with the right one it is online, also while the certificate is changed; whatever name and date it has", async () => {
    const [old, next] = [await certificate("old"), await certificate("next")];
    const seen = await front(old);
    const daemon = start(`https://127.0.0.1:${seen.port}`, ["--server-fingerprint", `${old.print},${next.print.toUpperCase()}`]);
    await until("it is online", async () => (await liveness()) === "online");
    assert.match(seen.asked, /authorization: Bearer /i);
    await until("data sockets are pinned as the channel is", () => seen.asked.includes("/api/v1/stream"));
    const found = await doctor(`https://127.0.0.1:${seen.port}`, ["--server-fingerprint", old.print]);
    assert.deepEqual(["tls", "http", "channel", "data_sockets"].map((hop) => found[hop].mark), ["ok", "ok", "ok", "ok"], JSON.stringify(found));
    assert.match(found.tls.says, /the very certificate/);
    await daemon.end();
    await until("it is gone", async () => (await liveness()) !== "online");
    const after = await front(next);
    const again = start(`https://127.0.0.1:${after.port}`, ["--server-fingerprint", `${old.print},${next.print}`]);
    await until("it is online with the next one", async () => (await liveness()) === "online");
    await again.end();
  });

  test("a wrong one: no key is sent, and both are named by the node and by the doctor", async () => {
    const [meant, other] = [await certificate("meant"), await certificate("other")];
    const seen = await front(other);
    const log = join(world.logs, "node-far-wrong.log");
    const daemon = start(`https://127.0.0.1:${seen.port}`, ["--server-fingerprint", meant.print], log);
    const said = await until("it says why not", () => readFileSync(log, "utf8").match(/no connection to the server: .*/)?.[0]);
    assert.ok(said.includes(meant.print) && said.includes(other.print), said);
    const found = await doctor(`https://127.0.0.1:${seen.port}`, ["--server-fingerprint", meant.print]);
    assert.equal(found.tls.mark, "failed");
    assert.ok(found.tls.says.includes(meant.print) && found.tls.says.includes(other.print), found.tls.says);
    assert.equal(found.channel.mark, "skipped");
    await daemon.end();
    assert.equal(seen.asked, "", "something was said to another server");
  });

  test("a redirect is not followed: the key goes nowhere else", async () => {
    let asked = 0;
    const other = await listen(http.createServer((request, answer) => ((asked += 1), answer.end("ok\n"))));
    const server = http.createServer((_, answer) => answer.writeHead(302, { location: `http://127.0.0.1:${other}/api/v1/channel` }).end());
    server.on("upgrade", (_, tcp) => tcp.end(`HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:${other}/api/v1/channel\r\ncontent-length: 0\r\n\r\n`));
    const port = await listen(server);
    const log = join(world.logs, "node-far-redirect.log");
    const daemon = start(`http://127.0.0.1:${port}`, [], log);
    await until("it says what it was answered", () => /status 302/.test(readFileSync(log, "utf8")));
    await doctor(`http://127.0.0.1:${port}`, []);
    await daemon.end();
    assert.equal(asked, 0);
  });

  test("its files are its owner's alone, and so many may be open at once is said", async () => {
    const port = await freePort();
    const log = join(world.logs, "node-far-files.log");
    const daemon = start(`http://127.0.0.1:${port}`, [], log);
    const said = await until("it has begun", () => readFileSync(log, "utf8").match(/files may be open at once.*|open fewer files at once.*/)?.[0]);
    assert.match(said, /files=\d+/);
    await until("it has its ledger", async () => (await run("ls", [node.dir])).stdout.includes("lock"));
    const limits = readFileSync(`/proc/${daemon.pid}/limits`, "utf8").match(/Max open files\s+(\d+)\s+(\d+)/);
    assert.equal(limits[1], limits[2]);
    const mode = readFileSync(`/proc/${daemon.pid}/status`, "utf8").match(/Umask:\s+(\d+)/)[1];
    assert.equal(mode, "0077");
    const open = (await must("find", [node.dir, "-perm", "/066", "-type", "f"])) + (await must("find", [node.dir, "-maxdepth", "1", "-type", "d", "-perm", "/066"]));
    assert.equal(open, "", "others can read these");
    await daemon.end();
  });
});
