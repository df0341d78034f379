// How connections reach the main server: who holds it up, who claims to be somebody else, what is written down of them.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, freePort, must, PASSWORD, request, run, Server, session, SESSION_KEY, until, World } from "../../harness.mjs";
import { Live, sendFrame, upgrade } from "../../support/live.mjs";
import { program, webFiles } from "../../support/process.mjs";

const log = (server) => readFileSync(server.log, "utf8");

/** One connection that says that and nothing more; `text` is what it hears, `ended` when it is closed. */
function dial(port, words = "") {
  const socket = net.connect(port, "127.0.0.1");
  const wire = { socket, text: "" };
  wire.ended = new Promise((resolve) => socket.on("close", () => resolve((wire.over = true))));
  wire.opened = new Promise((resolve) => socket.on("connect", resolve));
  socket.on("data", (data) => (wire.text += data));
  socket.on("error", () => {});
  if (words) socket.write(words);
  return wire;
}

async function say(port, words) {
  const wire = dial(port, words);
  await wire.ended;
  return wire.text;
}

describe("the front door", () => {
  let world, server, ada;

  before(async () => {
    world = await World.open({ engine: false, env: { DOCKHOST_TRUSTED_PROXIES: "127.0.0.2" } });
    ({ server, ada } = world);
  });
  after(() => world?.close());

  const healthy = async () => (await request(server.base, "GET", "/healthz", { seconds: 5 })).status === 200;

  test("1500 connections of one address that say nothing are closed, and everybody else is served meanwhile", async () => {
    const idle = Array.from({ length: 1500 }, (_, n) => dial(server.port, n % 2 ? "" : "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "));
    await Promise.all(idle.map((wire) => Promise.race([wire.opened, wire.ended])));
    const begun = performance.now();
    let served = 0;
    await until("the server closed all of them", async () => {
      assert.ok(await healthy());
      served += 1;
      return idle.every((wire) => wire.over);
      // The kernel takes on only so many at once, and offers the others again later.
    }, 60);
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds < 45, `it took ${seconds} s`);
    assert.ok(served > 5);
    assert.equal(idle.filter((wire) => wire.text.startsWith("HTTP/1.1 200")).length, 0);
  });

  test("a connection that drips, or that was used and then says nothing, is closed", async () => {
    const drip = dial(server.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
    const dripping = setInterval(() => drip.socket.write("X: y\r\n"), 500);
    const kept = dial(server.port, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await until("both are closed", () => drip.over && kept.over, 16);
    clearInterval(dripping);
    assert.equal(drip.text, "");
    assert.match(kept.text, /^HTTP\/1.1 200/);
  });

  test("a head of strange size or content is refused, and one of 8 kB is not", async () => {
    const ask = (lines) => say(server.port, `GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`);
    assert.match(await ask(""), /^HTTP\/1.1 401/);
    assert.match(await ask(`Cookie: dh_session=${"a".repeat(8192)}\r\n`), /^HTTP\/1.1 401/);
    assert.match(await ask("Cookie: dh_session=a\r\nCookie: dh_session=b\r\n"), /^HTTP\/1.1 401/);
    assert.match(await ask("Cookie: dh_session=\x01\x02\r\n"), /^HTTP\/1.1 4/);
    assert.match(await ask(`X: ${"y".repeat(300_000)}\r\n`), /^(HTTP\/1.1 431|$)/);
    assert.match(await ask("X: y\r\n".repeat(500)), /^HTTP\/1.1 431/);
    assert.match(await ask(`X-Forwarded-For: ${Array(100).fill("192.0.2.7").join(", ")}\r\n`), /^HTTP\/1.1 401/);
  });

  test("what strangers send is cut in the log, and a flood of it is few lines", async () => {
    const before = log(server).length;
    const headers = { origin: "https://evil.example" };
    for (let n = 0; n < 300; n++) {
      const answer = await request(server.base, "POST", `/api/v1/${"x".repeat(60_000)}%1b[31m`, { headers, body: {} });
      assert.equal(answer.status, 403);
      assert.equal((await request(server.base, "GET", "/api/v1/channel", { headers: { authorization: "Bearer dhn_nothing" } })).status, 401);
      assert.equal((await request(server.base, "GET", "/", { headers: { host: `evil.example${"x".repeat(8000)}` } })).status, 421);
    }
    const grown = log(server).slice(before);
    assert.ok(grown.length < 20_000, `the log grew by ${grown.length} bytes`);
    assert.match(grown, /refused for its origin/);
    assert.match(grown, /refused for its host/);
    assert.match(grown, /more=[1-9]/);
    assert.ok(grown.split("\n").every((line) => line.length < 1500));
  });

  test("the console answers to its own names alone", async () => {
    const ask = async (host, path = "/api/v1/welcome", headers = {}) => (await request(server.base, "GET", path, { headers: { host, ...headers } })).status;
    for (const own of ["localhost", `localhost:${server.port}`, "127.0.0.1", "[::1]:8080", "192.0.2.7"]) assert.equal(await ask(own), 200, own);
    assert.match(await say(server.port, "GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"), /^HTTP\/1.1 421/);
    for (const foreign of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b"]) {
      assert.equal(await ask(foreign), 421, foreign);
      assert.equal(await ask(foreign, "/"), 421, foreign);
    }
    assert.equal(await ask("lan-name", "/healthz"), 200);
    assert.equal(await ask("lan-name", "/readyz"), 200);
    assert.equal(await ask("lan-name", "/api/v1/me", ada.api.headers), 200);
    const told = await request(server.base, "GET", "/", { headers: { host: "evil.example" } });
    assert.match(told.text, /DOCKHOST_PUBLIC_URL/);
  });

  test("nobody who is not a named proxy says from where a request comes", async () => {
    await session(server.base, "ada", PASSWORD);
    const claim = { "x-forwarded-for": "203.0.113.77" };
    const { body } = await request(server.base, "POST", "/api/v1/sign-in", { headers: claim, body: { username: "ada", password: PASSWORD } });
    assert.ok(body.session_key);
    const addresses = (await ada.api.get("/sessions")).map(({ address }) => address);
    assert.ok(addresses.length > 0 && addresses.every((address) => address === "127.0.0.1"), addresses);
  });

  test("one person follows in so many tabs, and a page has next to nothing to say", async () => {
    const tabs = [];
    try {
      for (let n = 0; n < 50; n++) tabs.push(await Live.open(server.base, ada.api.headers));
      assert.equal((await upgrade(server.base, "/api/v1/live", ada.api.headers)).status, 429);
      tabs.pop().close();
      const one = await until("there is room again", async () => {
        const asked = await upgrade(server.base, "/api/v1/live", ada.api.headers);
        return asked.status === 101 && asked;
      });
      const ended = new Promise((resolve) => one.socket.on("close", resolve));
      one.socket.on("error", () => {});
      one.socket.resume();
      sendFrame(one.socket, "x".repeat(2000));
      await ended;
    } finally {
      for (const tab of tabs) tab.close();
    }
  });

  test("readiness is asked once for many who want to know", async () => {
    const begun = performance.now();
    const flood = Array.from({ length: 400 }, () => request(server.base, "GET", "/readyz"));
    const worked = ada.api.post("/invites");
    assert.ok((await Promise.all(flood)).every(({ status }) => status === 200));
    await worked;
    assert.ok(performance.now() - begun < 10_000);
  });

  test("whoever changes things without end is slowed, may still leave, and slows nobody else", async () => {
    const { cookie, headers } = await session(server.base, "ada", PASSWORD);
    const api = new Api(server.base, headers);
    let slowed;
    for (let n = 0; n < 80 && !slowed; n++) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => api.call("DELETE", "/tokens/t-0123456789abcdef")));
      slowed = answers.find(({ status }) => status === 429);
    }
    assert.match(slowed?.text ?? "", /faster than 20 times a second/);
    assert.equal((await api.call("GET", "/me")).status, 200, "looking is free");
    assert.equal((await api.call("POST", "/sign-out")).status, 200);
    assert.equal((await request(server.base, "GET", "/api/v1/me", { headers: { cookie, [SESSION_KEY]: headers[SESSION_KEY] } })).status, 401);
    await world.signUp("grace");
  });
});

describe("behind a proxy that is named", () => {
  let world, server;
  const from = (address) => ({ "x-forwarded-for": address });
  const signIn = (username, password, address) =>
    request(server.base, "POST", "/api/v1/sign-in", { headers: from(address), body: { username, password } });

  before(async () => {
    world = await World.open({ engine: false, env: { DOCKHOST_TRUSTED_PROXIES: "127.0.0.1, ::1" } });
    ({ server } = world);
    await world.signUp("victim");
  });
  after(() => world?.close());

  test("the address is the client's, whatever the client claims before it", async () => {
    const claims = [...Array(100).fill("10.9.9.9"), "203.0.113.5"].join(", ");
    assert.equal((await signIn("victim", PASSWORD, claims)).status, 200);
    assert.equal((await signIn("victim", PASSWORD, "garbage, [2001:db8::5]:4711")).status, 200);
    const mine = (await signIn("victim", PASSWORD, "203.0.113.5"));
    const headers = { cookie: mine.headers["set-cookie"][0].split(";")[0], [SESSION_KEY]: mine.body.session_key };
    const addresses = new Set((await new Api(server.base, headers).get("/sessions")).map(({ address }) => address));
    // She signed up on the server's own machine.
    assert.deepEqual(addresses, new Set(["127.0.0.1", "203.0.113.5", "2001:db8::5"]));
  });

  test("strangers who guess at everybody keep nobody else out", async () => {
    const statuses = [];
    for (let n = 0; n < 25; n++) statuses.push((await signIn(`nobody-${n}`, "wrong-password-9", "198.51.100.1")).status);
    assert.deepEqual([...new Set(statuses)], [401, 429]);
    assert.equal((await signIn("victim", PASSWORD, "203.0.113.9")).status, 200);
  });

  test("strangers who guess at one account keep its owner out nowhere that they are known", async () => {
    assert.equal((await signIn("victim", PASSWORD, "203.0.113.20")).status, 200);
    for (let n = 1; n <= 40; n++) await signIn("victim", "wrong-password-9", `198.51.100.${n}`);
    assert.equal((await signIn("victim", PASSWORD, "192.0.2.99")).status, 429, "from a place that nobody knows");
    assert.equal((await signIn("victim@example.org", PASSWORD, "192.0.2.98")).status, 429, "by whichever name");
    for (let n = 0; n < 30; n++) assert.equal((await signIn("victim", PASSWORD, "203.0.113.20")).status, 200);
    // After a restart, too.
    await server.restart();
    for (let n = 1; n <= 40; n++) await signIn("victim", "wrong-password-9", `198.51.100.${n}`);
    assert.equal((await signIn("victim", PASSWORD, "203.0.113.20")).status, 200);
  });

  test("whoever guesses from an address where the owner is known is slowed as well", async () => {
    const statuses = [];
    for (let n = 0; n < 15; n++) statuses.push((await signIn("victim", "wrong-password-9", "203.0.113.20")).status);
    assert.equal(statuses.filter((status) => status === 401).length, 10);
  });

  test("whoever guesses from the owner's own address keeps out no browser of theirs", async () => {
    const HOME = "203.0.113.30";
    await world.signUp("homely");
    const attempt = async (key, address, password) =>
      request(server.base, "POST", "/api/v1/sign-in", { headers: from(address), body: { username: "homely", password, last_session_key: key } });
    const tries = async (key, address = HOME, password = PASSWORD) => (await attempt(key, address, password)).status;
    const { headers, body } = await signIn("homely", PASSWORD, HOME);
    const shown = { ...from(HOME), cookie: headers["set-cookie"][0].split(";")[0], [SESSION_KEY]: body.session_key };
    assert.equal((await request(server.base, "POST", "/api/v1/sign-out", { headers: shown })).status, 200);
    const guesses = [];
    for (let n = 0; n < 15; n++) guesses.push(await tries(undefined, HOME, "wrong-password-9"));
    assert.ok(guesses.includes(429));
    for (const key of [undefined, "", "invented", `${body.session_key}x`, "k".repeat(4000)]) assert.equal(await tries(key), 429, key);
    assert.equal(await tries(body.session_key), 200);
    // That answer may have been lost: the key before it is still good, wherever the browser is taken.
    const again = await attempt(body.session_key, "192.0.2.97", PASSWORD);
    assert.equal(again.status, 200);
    const wrong = [];
    for (let n = 0; n < 15; n++) wrong.push(await tries(again.body.session_key, "192.0.2.96", "wrong-password-9"));
    assert.equal(wrong.filter((status) => status === 401).length, 10, "guesses in that browser are slowed as well");
  });
});

describe("what is kept is for its owner alone", () => {
  let world;
  const open = (dir) => must("find", [dir, "-not", "-type", "l", "-perm", "/077"]);

  before(async () => (world = await World.open({ engine: false })));
  after(() => world?.close());

  test("nothing in the data directory is for others, whatever the umask was", async () => {
    const umask = process.umask(0o022);
    try {
      await world.server.restart();
    } finally {
      process.umask(umask);
    }
    assert.equal(await open(world.server.dir), "");
  });

  test("a data directory of an earlier version is closed, and that is said", async () => {
    await world.server.end();
    await must("sh", ["-c", 'find "$1" -type d -exec chmod 755 {} + && find "$1" -type f -exec chmod 644 {} +', "sh", world.server.dir]);
    await world.server.start();
    assert.match(log(world.server), /other users of this machine could read the data directory/);
    assert.equal(await open(world.server.dir), "");
  });

  test("a folder of others is not taken over", async () => {
    const dir = join(world.dir, "theirs");
    mkdirSync(dir);
    writeFileSync(join(dir, "theirs"), "x");
    chmodSync(dir, 0o755);
    const done = await run(program("dockhost"), ["--data-dir", dir, "serve"], { env: { ...process.env, ...world.server.env, DOCKHOST_DATA_DIR: dir, DOCKHOST_LISTEN: `127.0.0.1:${await freePort()}` } });
    assert.notEqual(done.status, 0);
    assert.match(done.stderr, /other users of this machine can read the data directory .*theirs/);
    assert.equal(statSync(dir).mode & 0o777, 0o755);
  });

  test("few open files are said, and are no end of it", async () => {
    const [dir, port] = [join(world.dir, "few"), await freePort()];
    const env = { ...process.env, ...world.server.env, DOCKHOST_DATA_DIR: dir, DOCKHOST_LISTEN: `127.0.0.1:${port}`, DOCKHOST_SSH_LISTEN: "off", DOCKHOST_FORWARD_LISTEN: "off" };
    const child = spawn("sh", ["-c", 'ulimit -n 400; exec "$0" serve', program("dockhost")], { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (data) => (said += data));
    const idle = [];
    try {
      const base = `http://127.0.0.1:${port}`;
      await until("it is ready", async () => (await request(base, "GET", "/readyz")).status === 200);
      assert.match(said, /few files may be open.*files=400/);
      for (let n = 0; n < 600; n++) idle.push(dial(port));
      await Promise.all(idle.map((wire) => Promise.race([wire.opened, wire.ended])));
      const ticks = () => readFileSync(`/proc/${child.pid}/stat`, "utf8").split(" ").slice(13, 15).reduce((sum, n) => sum + Number(n), 0);
      const before = ticks();
      await until("all of them are closed, and others served meanwhile", async () => {
        assert.equal((await request(base, "GET", "/readyz", { seconds: 5 })).status, 200);
        const open = idle.filter((wire) => !wire.over).length;
        return open === 0 || Promise.reject(new Error(`${open} are open; the server holds ${readdirSync(`/proc/${child.pid}/fd`).length} files`));
      }, 20);
      assert.ok(ticks() - before < 1000, `it spins: ${ticks() - before} hundredths of a second`);
    } finally {
      for (const { socket } of idle) socket.destroy();
      child.kill();
      await new Promise((resolve) => child.on("exit", resolve));
    }
  });
});

describe("what contradicts itself does not start", () => {
  const start = async (env) => {
    const port = await freePort();
    const dir = await must("mktemp", ["-d"]);
    try {
      const all = { DOCKHOST_LISTEN: `127.0.0.1:${port}`, DOCKHOST_SSH_LISTEN: "off", DOCKHOST_FORWARD_LISTEN: "off", DOCKHOST_DATA_DIR: dir.trim(), DIOXUS_PUBLIC_PATH: webFiles };
      const done = await run(program("dockhost"), ["serve"], { env: { ...process.env, ...all, ...env }, seconds: 20 });
      assert.equal(done.signal, null, `it started: ${done.stderr}`);
      assert.notEqual(done.status, 0);
      return done.stderr;
    } finally {
      await must("rm", ["-rf", dir.trim()]);
    }
  };

  test("a list of proxies that contains everybody, or is none", async () => {
    for (const all of ["0.0.0.0/0", "::/0", "127.0.0.1,0.0.0.0/1,128.0.0.0/1"]) {
      assert.match(await start({ DOCKHOST_TRUSTED_PROXIES: all }), /contains every address/, all);
    }
    assert.match(await start({ DOCKHOST_TRUSTED_PROXIES: "proxy.example" }), /`proxy.example` is not an address/);
  });

  test("plain HTTP beyond this machine that nobody asked for", async () => {
    assert.match(await start({ DOCKHOST_PUBLIC_URL: "http://dock.example.org" }), /--insecure-http/);
    assert.match(await start({ DOCKHOST_TRUSTED_PROXIES: "10.0.0.1", DOCKHOST_LISTEN: `0.0.0.0:${await freePort()}` }), /--public-url/);
  });

  test("certificates that cannot be read", async () => {
    const port = await freePort();
    const files = { DOCKHOST_TLS_CERTIFICATE: "/nowhere/c.pem", DOCKHOST_TLS_KEY: "/nowhere/k.pem", DOCKHOST_LISTEN: `127.0.0.1:${port}` };
    assert.match(await start(files), /cannot read \/nowhere\/c.pem/);
    assert.match(await start({ ...files, DOCKHOST_TLS_CERTIFICATE: "/etc/hostname", DOCKHOST_TLS_KEY: "/etc/hostname" }), /holds no certificate in PEM form/);
    assert.match(await start({ DOCKHOST_TLS_CERTIFICATE: "/etc/hostname" }), /without --tls-key/);
    assert.match(await start({ ...files, DOCKHOST_INSECURE_HTTP: "true" }), /exclude each other/);
  });

  test("a database over plain text beyond this machine, whose password is told to nobody", async () => {
    const told = await start({ DOCKHOST_DATABASE: "ws://root:very-secret@db.invalid:8000" });
    assert.match(told, /--insecure-database/);
    assert.ok(!told.includes("very-secret"), told);
    const asked = await start({ DOCKHOST_DATABASE: "ws://root:very-secret@127.0.0.1:1" });
    assert.ok(!asked.includes("very-secret"), asked);
  });
});
