// TLS without a proxy: with a certificate that the server makes, and with one that is given and changes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import tls from "node:tls";

import { freePort, must, PASSWORD, request, Server, session, until, World } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { Live, upgrade } from "../../support/live.mjs";

const log = (server) => readFileSync(server.log, "utf8");

/** What the server shows to whoever connects. */
function shown(port, options = {}) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options }, () => {
      const certificate = socket.getPeerCertificate();
      resolve({ fingerprint: `sha256:${createHash("sha256").update(certificate.raw).digest("hex")}`, names: certificate.subjectaltname, alpn: socket.alpnProtocol });
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

function plain(port, words) {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = net.connect(port, "127.0.0.1", () => socket.write(words));
    socket.on("data", (data) => (text += data));
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });
}

describe("a server that others reach, and that was given nothing", () => {
  let world, server, pin;

  before(async () => {
    // It listens on every address and is asked on this one alone.
    world = await World.open({ scheme: "https", env: { DOCKHOST_SIGN_UP: "open" }, port: await freePort(), listen: "0.0.0.0" });
    ({ server } = world);
    pin = await server.adminOk(["server-fingerprint"]);
  });
  after(() => world?.close());

  test("speaks TLS with a certificate of its own, which it keeps to itself and over restarts", async () => {
    const seen = await shown(server.port, { ALPNProtocols: ["h2", "http/1.1"] });
    assert.equal(seen.fingerprint, pin);
    assert.equal(seen.alpn, "h2");
    for (const name of ["DNS:localhost", "IP Address:127.0.0.1"]) assert.ok(seen.names.includes(name), seen.names);
    assert.equal(statSync(join(server.dir, "tls/key.pem")).mode & 0o777, 0o600);
    assert.ok(log(server).includes(pin));
    await server.restart();
    assert.equal((await shown(server.port)).fingerprint, pin);
  });

  test("sends whoever comes without TLS to the same page with it, and takes nothing from them", async () => {
    const told = await plain(server.port, "GET /sign-in?x HTTP/1.1\r\nHost: localhost:1234\r\n\r\n");
    assert.match(told, /^HTTP\/1.1 308 .*\r\nLocation: https:\/\/localhost:1234\/sign-in\?x\r\n/);
    assert.match(await plain(server.port, "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"), /^HTTP\/1.1 400 .*[^]*https:\/\//);
    assert.match(await plain(server.port, "SSH-2.0-x\r\n\r\n"), /^HTTP\/1.1 400 /);
  });

  test("has cookies for TLS alone, and asks no browser to never come without", async () => {
    const answer = await request(server.base, "POST", "/api/v1/sign-in", { body: { username: "ada", password: PASSWORD } });
    assert.match(answer.headers["set-cookie"][0], /^__Host-.*; Secure/);
    assert.equal(answer.headers["strict-transport-security"], undefined);
    const own = { origin: server.base };
    assert.equal((await request(server.base, "POST", "/api/v1/sign-out", { headers: own, body: "" })).status, 200);
    assert.equal((await request(server.base, "POST", "/api/v1/sign-out", { headers: { origin: server.base.replace("https", "http") }, body: "" })).status, 403);
  });

  test("takes everybody who opens it by an address, and nobody by a name that is not its own", async () => {
    const ask = (headers) => request(server.base, "POST", "/api/v1/sign-in", { headers, body: { username: "ada", password: PASSWORD } });
    assert.equal((await ask({ host: "192.0.2.7:8080", origin: "https://192.0.2.7:8080" })).status, 200);
    assert.equal((await ask({ host: "evil.example", origin: "https://evil.example" })).status, 421);
  });

  test("is known to nodes by its fingerprint: channel, streams, terminals, the live feed", async () => {
    const registered = await world.admin.post("/nodes", { name: "pinned", address: "127.0.0.1" });
    assert.equal(registered.server_fingerprint, pin);
    await world.admin.remove(`/nodes/${registered.id}`);
    const { headers } = await session(server.base, "ada", PASSWORD);
    const live = await Live.open(server.base, headers);
    await world.node("lab", {}, { DOCKHOST_SERVER_FINGERPRINT: pin });
    await world.ada.addKey();
    const instance = await world.ada.phase((await world.ada.create("web-1")).id, "running");
    await until("the page was told", () => live.world?.instances[instance.id]?.phase === "running");
    assert.deepEqual(live.problems, []);
    live.close();
    const client = await Client.of(world.ada);
    await client.ready("web-1");
    assert.equal((await client.ok("web-1", "head -c 3000000 /dev/zero | wc -c")).trim(), "3000000");
    const terminal = await world.admin.post(`/instances/${instance.id}/terminal`, { columns: 80, rows: 24 });
    const socket = await upgrade(server.base, `/api/v1/terminal?ticket=${terminal.secret}`);
    assert.equal(socket.status, 101);
    socket.socket.destroy();
    const bytes = Buffer.alloc(2_000_000, 7);
    const url = `/api/v1/instances/${instance.id}/files?path=big`;
    assert.ok((await request(server.base, "PUT", url, { headers: { ...world.admin.headers, "content-type": "application/octet-stream" }, body: bytes })).status < 300);
    assert.equal((await request(server.base, "GET", url, { headers: world.admin.headers })).text.length, bytes.length);
  });

  test("is refused by a node that was told another fingerprint", async () => {
    const node = await world.register("other");
    node.process = node.launch({ env: { DOCKHOST_SERVER_FINGERPRINT: `sha256:${"0".repeat(64)}` } });
    await until("it says why", () => /fingerprint|certificate/i.test(readFileSync(node.log, "utf8")));
    assert.equal((await world.admin.get(`/nodes/${node.id}`)).liveness, "never");
  });
});

describe("a certificate that is given", () => {
  let dir, server, files;

  const make = async (name, days) => {
    const [certificate, key] = [join(dir, `${name}.pem`), join(dir, `${name}.key`)];
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", String(days)];
    const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate];
    await must("openssl", ["req", ...kind, ...named]);
    return { certificate, key };
  };
  const put = ({ certificate, key }) => {
    for (const [from, to] of [[certificate, files.certificate], [key, files.key]]) {
      writeFileSync(`${to}.part`, readFileSync(from));
      renameSync(`${to}.part`, to);
    }
  };
  const print = async ({ certificate }) => {
    const der = await must("sh", ["-c", 'openssl x509 -in "$0" -outform DER | sha256sum', certificate]);
    return `sha256:${der.slice(0, 64)}`;
  };

  before(async () => {
    dir = (await must("mktemp", ["-d"])).trim();
    files = { certificate: join(dir, "given.pem"), key: join(dir, "given.key") };
    put(await make("first", 30));
    server = new Server(join(dir, "data"), await freePort(), {
      scheme: "https", logs: dir,
      env: { DOCKHOST_TLS_CERTIFICATE: files.certificate, DOCKHOST_TLS_KEY: files.key, DOCKHOST_FORWARD_LISTEN: "off" },
    });
    await server.start();
  });
  after(async () => {
    await server?.end();
    await must("rm", ["-rf", dir]);
  });

  test("is shown, is trusted by whoever trusts its authority, and needs no fingerprint", async () => {
    const ca = readFileSync(files.certificate);
    const base = `https://localhost:${server.port}`;
    assert.equal((await request(base, "GET", "/readyz", { tls: { ca } })).status, 200);
    assert.equal(await server.adminOk(["server-fingerprint"]), "");
  });

  test("a half-written or foreign one changes nothing and is said once; a whole one is taken", async () => {
    const [first, second] = [await print({ certificate: files.certificate }), await make("second", 30)];
    writeFileSync(files.certificate, readFileSync(second.certificate).subarray(0, 200));
    const said = () => log(server).split("the new certificate cannot be used").length - 1;
    await until("it is said", () => said() === 1);
    assert.equal((await shown(server.port)).fingerprint, first);
    writeFileSync(files.certificate, readFileSync(second.certificate));
    await until("that the key belongs to another is said", () => said() === 2);
    assert.equal((await shown(server.port)).fingerprint, first);
    put(second);
    process.kill(server.process.pid, "SIGHUP");
    await until("the new one is shown", async () => (await shown(server.port)).fingerprint === (await print(second)));
    assert.equal(said(), 2);
    assert.equal((await request(`https://localhost:${server.port}`, "GET", "/readyz")).status, 200);
  });

  test("one that is soon to expire is warned of", async () => {
    put(await make("third", 3));
    await until("it is said", () => /the certificate expires on \d{4}-\d\d-\d\d/.test(log(server)));
    await server.restart();
    await until("at the start, too", () => log(server).match(/the certificate expires on/g).length >= 2);
  });
});
