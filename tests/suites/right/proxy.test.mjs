// The README's lines for Caddy, in a real Caddy: console, live feed, a node's channel and streams, apps, and who asked.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";

import { freePort, must, PASSWORD, request, root, SESSION_KEY, until, World } from "../../harness.mjs";
import { open, placeApp } from "../../support/apps.mjs";
import { Client } from "../../support/gateway.mjs";
import { onFrames } from "../../support/live.mjs";
import { Daemon } from "../../support/process.mjs";
import { randomBytes } from "node:crypto";

const CONSOLE = "dockhost.example.org";
const APPS = "dockhost-apps.example";

describe("behind the README's Caddy", () => {
  let world, caddy, port, dir, hosts;

  /** As a browser that found that name at the proxy. */
  const ask = (path, { host = CONSOLE, method = "GET", headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const all = { host: `${host}:${port}`, ...(payload ? { "content-type": "application/json", "content-length": Buffer.byteLength(payload) } : {}), ...headers };
      const sent = https.request({ host: "127.0.0.1", port, servername: host, rejectUnauthorized: false, agent: false, method, path, headers: all }, (answer) => {
        let text = "";
        answer.on("data", (data) => (text += data));
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
      });
      sent.on("upgrade", (answer, socket, head) => resolve({ status: 101, socket, head }));
      sent.on("error", reject);
      sent.end(payload);
    });

  const origin = () => ({ origin: `https://${CONSOLE}:${port}` });

  async function signIn(username) {
    const answer = await ask("/api/v1/sign-in", { method: "POST", headers: origin(), body: { username, password: PASSWORD } });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers["set-cookie"][0], /^__Host-.*; Secure/);
    return { cookie: answer.headers["set-cookie"][0].split(";")[0], [SESSION_KEY]: JSON.parse(answer.text).session_key };
  }

  before(async () => {
    port = await freePort();
    world = await World.open({
      env: {
        DOCKHOST_PUBLIC_URL: `https://${CONSOLE}:${port}`,
        DOCKHOST_APPS_DOMAIN: APPS,
        DOCKHOST_TRUSTED_PROXIES: "127.0.0.1",
        DOCKHOST_SSH_ADDRESS: "127.0.0.1",
      },
    });
    dir = join(world.dir, "caddy");
    mkdirSync(dir);
    const lines = readFileSync(join(root, "README.md"), "utf8").match(/```caddy\n([^]*?)```/)[1];
    const [certificate, key] = [join(dir, "apps.pem"), join(dir, "apps.key")];
    await must("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", `/CN=${APPS}`, "-addext", `subjectAltName=DNS:*.${APPS}`, "-keyout", key, "-out", certificate]);
    // On ports of the test's own, on this machine alone, and with certificates for which nobody is asked.
    const settings = `{\n admin off\n local_certs\n skip_install_trust\n auto_https disable_redirects\n default_bind 127.0.0.1\n https_port ${port}\n http_port ${await freePort()}\n}\n`;
    const own = lines.replaceAll("127.0.0.1:8080", `127.0.0.1:${world.server.port}`).replace("/etc/ssl/dockhost-apps.pem", certificate).replace("/etc/ssl/dockhost-apps.key", key);
    assert.equal(own.split(`127.0.0.1:${world.server.port}`).length, 3, "the README's lines have changed");
    writeFileSync(join(dir, "Caddyfile"), settings + own);
    hosts = join(dir, "hosts");
    writeFileSync(hosts, `127.0.0.1 localhost ${CONSOLE}\n`);
    const env = { HOME: dir, XDG_DATA_HOME: join(dir, "data"), XDG_CONFIG_HOME: join(dir, "config") };
    caddy = new Daemon("caddy", ["run", "--config", join(dir, "Caddyfile"), "--adapter", "caddyfile"], { log: join(world.logs, "caddy.log"), env });
    world.daemons.push(caddy);
    await until("Caddy answers", async () => {
      caddy.check();
      return (await ask("/readyz")).status === 200;
    });
  });
  after(() => world?.close());

  test("the console is there, and takes no other origin", async () => {
    assert.match((await ask("/sign-in")).text, /<html/i);
    assert.ok((await ask("/sign-in")).headers["strict-transport-security"]);
    const body = { username: "ada", password: PASSWORD };
    assert.equal((await ask("/api/v1/sign-in", { method: "POST", headers: { origin: "https://evil.example" }, body })).status, 403);
    const headers = await signIn("ada");
    assert.equal((await ask("/api/v1/me", { headers })).status, 200);
  });

  test("a session has its client's address, and what the client claims is not believed", async () => {
    const claim = { "x-forwarded-for": "203.0.113.7", ...origin() };
    const told = await ask("/api/v1/sign-in", { method: "POST", headers: claim, body: { username: "ada", password: PASSWORD } });
    assert.equal(told.status, 200);
    const sessions = await world.admin.get("/sessions");
    // Caddy puts the client's address in place of what a client that it does not know claims.
    assert.ok(sessions.every(({ address }) => address === "127.0.0.1"), JSON.stringify(sessions));
  });

  test("the live feed goes on through it", async () => {
    const headers = await signIn("ada");
    const handshake = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13", "sec-websocket-key": randomBytes(16).toString("base64") };
    const { status, socket, head } = await ask("/api/v1/live", { headers: { ...headers, ...handshake, ...origin() } });
    assert.equal(status, 101);
    const events = [];
    onFrames(socket, head, ({ opcode, payload }) => opcode < 8 && events.push(JSON.parse(payload.toString())));
    await until("the snapshot came", () => events[0]?.live === "snapshot");
    await world.server.adminOk(["create-token", "ada", "through the proxy"]);
    await until("so did a change", () => events.some(({ live, changes }) => live === "changed" && changes?.length));
    socket.destroy();
  });

  test("a node dials in through it, its streams carry SSH and apps, and it counts as another machine", async () => {
    const print = await new Promise((resolve, reject) => {
      const socket = tls.connect({ host: "127.0.0.1", port, servername: CONSOLE, rejectUnauthorized: false }, () => {
        resolve(`sha256:${createHash("sha256").update(socket.getPeerCertificate().raw).digest("hex")}`);
        socket.destroy();
      });
      socket.on("error", reject);
    });
    const node = await world.register("lab");
    // A name service of its own: it finds the proxy under its name.
    node.inside = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', hosts];
    await node.start({ server: `https://${CONSOLE}:${port}`, env: { DOCKHOST_SERVER_FINGERPRINT: print } });
    await world.ada.addKey();
    const instance = await world.ada.phase((await world.ada.create("web-1")).id, "running");
    const client = await Client.of(world.ada);
    await client.ready("web-1");
    assert.equal((await client.ok("web-1", "head -c 2000000 /dev/zero | wc -c")).trim(), "2000000");
    const log = readFileSync(node.log, "utf8") + readFileSync(world.server.log, "utf8");
    assert.doesNotMatch(log, /handed over did not arrive/);

    const address = await placeApp(world.ada, instance);
    await open(world.ada, instance, 8080, "public");
    const seen = await until("the app answers", async () => {
      const answer = await ask("/", { host: address.hostname, headers: { "x-forwarded-for": "203.0.113.7" } });
      return answer.status === 200 && answer;
    });
    assert.match(seen.text, /^x-forwarded-for: 127\.0\.0\.1\r?$/im);
    assert.match(seen.text, /^x-forwarded-proto: https\r?$/im);
  });

  test("whoever comes past the proxy from this machine is served, and nobody's word is taken for a scheme", async () => {
    const direct = await request(world.server.base, "GET", "/api/v1/welcome", { headers: { host: CONSOLE, "x-forwarded-proto": "https" } });
    assert.equal(direct.status, 200);
    const plain = await request(world.server.base, "GET", "/sign-in", { headers: { host: CONSOLE, "x-forwarded-proto": "http" } });
    assert.equal(plain.status, 308);
    assert.equal(plain.headers.location, `https://${CONSOLE}:${port}/sign-in`);
  });
});
