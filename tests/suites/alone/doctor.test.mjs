// `dockhost-node doctor` with a real server, and with each way of being cut off from it.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, freePort, must, pause, run, until } from "../../harness.mjs";
import { program } from "../../support/process.mjs";

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

describe("the doctor", () => {
  let world, node;
  const open = [];

  before(async () => {
    world = await World.open();
    node = await world.node("patient");
  });
  after(async () => {
    for (const server of open) {
      server.closeAllConnections?.();
      server.close();
    }
    await world?.close();
  });

  const examine = ({ server = world.server.base, key = node.key, socket = node.socket, env = {}, more = [] } = {}) => {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !PROXIES.includes(name)));
    const args = ["doctor", "--server", server, "--data-dir", node.dir, "--docker-socket", socket, ...more];
    const own = key === undefined ? {} : { DOCKHOST_API_KEY: key };
    return run(program("dockhost-node"), args, { env: { ...clean, ...own, ...env }, seconds: 60 });
  };

  /** The findings of `--json`; a hop that has several is known by the worst of them. */
  const findings = async (options) => {
    const done = await examine({ ...options, more: ["--json", ...(options?.more ?? [])] });
    const { ok, first_failed, checks } = JSON.parse(done.stdout);
    assert.equal(done.status, ok ? 0 : 1, done.stderr);
    assert.equal(ok, first_failed === null);
    const hops = {};
    for (const check of checks) {
      assert.equal(typeof check.ms, "number");
      assert.equal("advice" in check, ["failed", "warning"].includes(check.mark), JSON.stringify(check));
      if (hops[check.hop]?.mark !== "failed") hops[check.hop] = check;
    }
    return { ok, first: first_failed, checks, hops, marks: (...names) => names.map((name) => hops[name].mark) };
  };

  const serve = (server) =>
    new Promise((resolve) => {
      open.push(server);
      server.listen(0, "127.0.0.1", () => resolve(server.address().port));
    });

  /** Passes everything on to the real server; `headers` changes what is passed on, `most` are the bytes of a body. */
  const proxy = (headers, { upgrades = false, most = Infinity } = {}) => {
    const ahead = new URL(world.server.base);
    const pass = (request, answered) => {
      const { method, url: path } = request;
      return http.request({ host: ahead.hostname, port: ahead.port, method, path, headers: headers(request.headers) }, answered);
    };
    const server = http.createServer((request, response) => {
      if (Number(request.headers["content-length"] ?? 0) > most) {
        return response.writeHead(413, { "content-type": "text/html", connection: "close" }).end("<html>413 Request Entity Too Large</html>");
      }
      const onward = pass(request, (answer) => {
        response.writeHead(answer.statusCode, { ...answer.headers, via: "1.1 between" });
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    });
    if (upgrades) {
      server.on("upgrade", (request, socket) => {
        const head = ({ statusCode, statusMessage, rawHeaders }) => {
          const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
          for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
          return `${lines.join("\r\n")}\r\n\r\n`;
        };
        const onward = pass(request, (answer) => {
          socket.write(head(answer));
          answer.pipe(socket);
        });
        onward.on("upgrade", (answer, other) => {
          socket.write(head(answer));
          for (const [from, to] of [[other, socket], [socket, other]]) from.on("error", () => to.destroy()).pipe(to);
        });
        socket.on("error", () => {});
        onward.end();
      });
    }
    return serve(server);
  };

  test("where all is in order it says so, and the node that runs beside it is not disturbed", async () => {
    const { since } = await world.admin.get(`/nodes/${node.id}`);
    const done = await examine();
    assert.equal(done.status, 0, done.stdout + done.stderr);
    const lines = done.stdout.trim().split("\n");
    assert.match(lines.pop(), /^Everything is in order/);
    for (const line of lines) assert.match(line, /^(ok {5}|skipped|warning) {2}[A-Za-z][A-Za-z ]{13} .*(\d ms|-) {2}\S|^ {9}-> Update /);
    assert.match(done.stdout, /^ok +HTTP .*DockHost answers at http/m);
    assert.match(done.stdout, /^ok +channel .*the key is known/m);
    assert.match(done.stdout, /^ok +data sockets .*is open/m);
    assert.match(done.stdout, /^ok +round trip .*the median of 5/m);
    assert.match(done.stdout, /^ok +Docker +.*version .*API /m);
    assert.doesNotMatch(done.stdout + done.stderr, new RegExp(node.key));
    // The server would have begun another epoch, and said so, by then.
    await pause(1000);
    const now = await world.admin.get(`/nodes/${node.id}`);
    assert.deepEqual([now.liveness, now.since], ["online", since]);
    assert.doesNotMatch(readFileSync(node.log, "utf8"), /no connection to the server|refused this node/);
    assert.doesNotMatch(readFileSync(world.server.log, "utf8"), /took over|connection was refused/);
  });

  test("as JSON it is the same", async () => {
    const { ok, hops, checks } = await findings();
    assert.ok(ok, JSON.stringify(checks));
    const expected = ["address", "api_key", "name", "tcp", "tls", "http", "channel", "data_sockets", "proxy_in_front", "proxy_settings", "round_trip",
      "clock", "docker_socket", "docker", "systemd", "known_faults", "docker_network", "prunes", "disk", "rights"];
    assert.deepEqual(Object.keys(hops), expected);
    assert.deepEqual(checks.filter(({ hop, mark }) => mark !== "ok" && hop !== "known_faults").map(({ hop }) => hop), ["tls"]);
  });

  test("an engine's known faults warn and fail nothing; what a distribution mended is none, and what is not told is not safe", async () => {
    const version = await world.engine.call("GET", "/version");
    const runc = version.Components.find(({ Name }) => Name === "runc");
    // The engine as it is, but for what it says of itself.
    const saying = async (component) => {
      const path = join(world.dir, `engine-${open.length}.sock`);
      const server = http.createServer((request, answer) => {
        const onward = http.request({ socketPath: node.socket, path: request.url, method: request.method, headers: request.headers }, (came) => {
          if (!/^(\/v[\d.]+)?\/version$/.test(request.url)) return answer.writeHead(came.statusCode, came.headers), came.pipe(answer);
          came.resume();
          const Components = version.Components.filter(({ Name }) => Name !== "runc").concat(component ?? []);
          answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...version, Components }));
        });
        request.pipe(onward);
      });
      open.push(server);
      await new Promise((resolve) => server.listen(path, resolve));
      const { ok, checks } = await findings({ socket: path });
      assert.ok(ok, JSON.stringify(checks));
      return checks.filter(({ hop }) => hop === "known_faults");
    };
    const packaged = (build) => ({ Name: "runc", Version: "1.1.5+ds1", Details: { GitCommit: build } });
    for (const [component, mark, says, silent] of [
      [packaged("1.1.5+ds1-1"), "warning", /runc 1\.1\.5\+ds1-1 has a known fault \(CVE-2024-21626\)/],
      [packaged("1.1.5+ds1-1+deb12u1"), "warning", /CVE-2025-31133/, /CVE-2024-21626/],
      [{ Name: "runc", Version: "1.3.3", Details: { GitCommit: "v1.3.3-0-gd842d771" } }, "ok", /none is known of .*runc 1\.3\.3/],
      [undefined, "warning", /does not tell which version of runc/],
      [{ Name: "runc", Version: "\u001b]0;OWNED\u0007", Details: { GitCommit: "" } }, "warning", /does not tell/],
    ]) {
      const found = await saying(component);
      assert.equal(found[0].mark, mark, JSON.stringify(found));
      const all = found.map(({ says: text }) => text).join("\n");
      assert.match(all, says);
      if (silent) assert.doesNotMatch(all, silent);
      assert.ok(![...all].some((letter) => letter < " " && letter !== "\n"), JSON.stringify(all));
    }
    const told = await until("the node's row tells the same", async () => (await world.admin.get(`/nodes/${node.id}`)).facts.components);
    assert.deepEqual(told.find(({ name }) => name === "runc"), { name: "runc", version: runc.Version, ...(runc.Details.GitCommit && { build: runc.Details.GitCommit }) });
  });

  test("a wrong key and a missing one", async () => {
    const wrong = await findings({ key: node.key.replace(/.$/, (last) => (last === "0" ? "1" : "0")) });
    assert.equal(wrong.first, "channel");
    assert.match(wrong.hops.channel.says, /does not know this API key/);
    assert.match(wrong.hops.channel.advice, /Rotate the key/);
    assert.deepEqual(wrong.marks("http", "data_sockets", "round_trip", "docker"), ["ok", "skipped", "ok", "ok"]);
    const missing = await findings({ key: undefined, env: { DOCKHOST_API_KEY: "" } });
    assert.equal(missing.first, "api_key");
    assert.deepEqual(missing.marks("http", "channel", "round_trip"), ["ok", "skipped", "ok"]);
  });

  test("an address that does not read", async () => {
    const { first, hops, marks } = await findings({ server: "dockhost.example.org" });
    assert.equal(first, "address");
    assert.match(hops.address.says, /does not begin with https/);
    assert.deepEqual(marks("name", "tcp", "tls", "http", "channel", "clock", "docker"), [...Array(6).fill("skipped"), "ok"]);
  });

  test("a name that leads nowhere, and a proxy that the node does not use", async () => {
    const { first, hops, marks } = await findings({ server: "http://dockhost.invalid", more: ["--insecure-server"], env: { https_proxy: "http://secret@proxy" } });
    assert.equal(first, "name");
    assert.match(hops.name.says, /dockhost\.invalid/);
    assert.match(hops.proxy_settings.says, /https_proxy.*does not use it/);
    assert.doesNotMatch(JSON.stringify(hops), /secret/);
    assert.deepEqual(marks("tcp", "http", "proxy_settings", "disk"), ["skipped", "skipped", "failed", "ok"]);
    const beside = await findings({ env: { HTTP_PROXY: "http://proxy" } });
    assert.ok(beside.ok);
    assert.match(beside.hops.proxy_settings.says, /HTTP_PROXY set and not used/);
  });

  test("a closed port", async () => {
    const { first, hops, marks } = await findings({ server: `http://127.0.0.1:${await freePort()}` });
    assert.equal(first, "tcp");
    assert.match(hops.tcp.says, /Nothing listens on 127\.0\.0\.1/);
    assert.deepEqual(marks("name", "http", "round_trip"), ["ok", "skipped", "skipped"]);
  });

  test("programs that are no DockHost: a page, a portal, and one that speaks no HTTP", async () => {
    const page = await serve(http.createServer((_, answer) => answer.end("<html><title>Router\u001b[2J set-up</title></html>")));
    const shown = await findings({ server: `http://127.0.0.1:${page}` });
    assert.equal(shown.first, "http");
    assert.match(shown.hops.http.says, /A web page .*"Router \[2J set-up"/);
    assert.deepEqual(shown.marks("channel", "data_sockets", "round_trip"), ["skipped", "skipped", "skipped"]);
    const portal = await serve(http.createServer((_, answer) => answer.writeHead(302, { location: "http://login.example/" }).end()));
    assert.match((await findings({ server: `http://127.0.0.1:${portal}` })).hops.http.says, /captive portal/);
    // It goes on waiting, as an SSH server does; one that closes at once may cut its own words off.
    const banner = await serve(net.createServer((socket) => socket.on("error", () => {}).write("SSH-2.0-OpenSSH_9.6\r\n")));
    assert.match((await findings({ server: `http://127.0.0.1:${banner}` })).hops.http.says, /does not speak HTTP/);
  });

  test("a proxy that strips Upgrade, one that passes WebSockets alone, and one that passes all", async () => {
    const without = ({ upgrade, connection, ...rest }) => rest;
    const stripping = await findings({ server: `http://127.0.0.1:${await proxy(without)}` });
    assert.equal(stripping.first, "channel");
    assert.match(stripping.hops.http.says, /through 1\.1 between/);
    assert.match(stripping.hops.channel.says, /strips the header `Upgrade`/);
    assert.match(stripping.hops.channel.advice, /nginx.*\$http_upgrade.*Caddy/);
    assert.deepEqual(stripping.marks("http", "data_sockets", "round_trip"), ["ok", "skipped", "ok"]);

    const word = (headers) => ({ ...headers, upgrade: "websocket" });
    const half = await findings({ server: `http://127.0.0.1:${await proxy(word, { upgrades: true })}` });
    assert.equal(half.first, "data_sockets");
    assert.match(half.hops.data_sockets.says, /strips the header `Upgrade` from \/api\/v1\/stream/);
    assert.deepEqual(half.marks("channel", "round_trip"), ["ok", "ok"]);

    const all = await findings({ server: `http://127.0.0.1:${await proxy((headers) => headers, { upgrades: true })}` });
    assert.ok(all.ok, JSON.stringify(all.checks));
    assert.equal(all.hops.proxy_in_front.mark, "ok");
    assert.match(all.hops.proxy_in_front.says, /^1\.1 between refuses no large body.*proxy_read_timeout 1d/);
  });

  test("a proxy that takes no large bodies, as nginx by itself", async () => {
    const small = await proxy((headers) => headers, { upgrades: true, most: 1 << 20 });
    const { ok, hops } = await findings({ server: `http://127.0.0.1:${small}` });
    assert.ok(ok, "a node works behind it");
    assert.equal(hops.proxy_in_front.mark, "warning");
    assert.match(hops.proxy_in_front.says, /refuses large bodies \(status 413\)/);
    assert.match(hops.proxy_in_front.advice, /client_max_body_size 0.*proxy_read_timeout 1d/);
  });

  test("https with a certificate that nobody signed, and https where there is none", async () => {
    for (const [name, ca] of [["leaf", "CA:FALSE"], ["authority", "CA:TRUE"]]) {
      const [key, cert] = [join(world.dir, `${name}.key`), join(world.dir, `${name}.pem`)];
      await must("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", `basicConstraints=critical,${ca}`,
        "-keyout", key, "-out", cert]);
      const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, answer) => answer.end("ok\n"));
      server.on("tlsClientError", () => {});
      const port = await serve(server);
      const { first, hops, marks } = await findings({ server: `https://localhost:${port}` });
      assert.equal(first, "tls");
      assert.match(hops.tls.says, /unknown authority/, name);
      assert.deepEqual(marks("http", "channel"), ["skipped", "skipped"]);
      const plain = await findings({ server: `http://localhost:${port}` });
      assert.equal(plain.first, "http");
    }
    const { first, hops } = await findings({ server: world.server.base.replace("http:", "https:") });
    assert.equal(first, "tls");
    assert.match(hops.tls.says, /does not speak TLS/);
    assert.match(hops.tls.advice, /--server http:/);
  });

  test("a Docker socket that is missing, is none, or has nobody behind it", async () => {
    const dir = join(world.dir, "sockets");
    mkdirSync(dir);
    const missing = await findings({ socket: join(dir, "docker.sock") });
    assert.equal(missing.first, "docker_socket");
    assert.match(missing.hops.docker_socket.says, /no Docker socket at .*docker\.sock/);
    assert.deepEqual(missing.marks("channel", "docker", "docker_network", "disk"), ["ok", "skipped", "skipped", "ok"]);
    const file = join(dir, "file");
    writeFileSync(file, "");
    assert.match((await findings({ socket: file })).hops.docker_socket.says, /is no socket/);
    const other = net.createServer((socket) => socket.on("error", () => {}).end("hello\r\n"));
    open.push(other);
    const path = join(dir, "other.sock");
    await new Promise((resolve) => other.listen(path, resolve));
    const stranger = await findings({ socket: path });
    assert.equal(stranger.first, "docker");
    assert.match(stranger.hops.docker.says, /does not speak Docker's API/);
  });
});
