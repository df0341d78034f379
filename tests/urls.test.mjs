// Public URLs: who may open them, what passes and what does not, with curl and raw sockets.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { must, run, until, World } from "./harness.mjs";
import { NAVIGATION, ask as askHost, enter, follow, open, placeApp, signIn } from "./support/apps.mjs";
import { onFrames, sendFrame, upgrade } from "./support/live.mjs";

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

describe("public URLs", () => {
  let world, ada, bob, web, address;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    bob = await world.signUp("bob");
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    address = await placeApp(ada, web);
  });
  after(() => world?.close());

  const level = (url, port = 8080) => open(ada, web, port, url);
  const ask = (path, { host = address.host, ...more } = {}) => askHost(world, host, path, more);

  test("the URL is named by instance, port and owner, and leads to the app", async () => {
    assert.equal(address.hostname, "web-1-8080--ada.apps.localhost");
    const answer = await must("curl", ["-sS", "--fail", "--resolve", `${address.hostname}:${world.server.port}:127.0.0.1`, address.href]);
    assert.match(answer, /^GET \/ HTTP\/1.1/);
  });

  test("HTTP/2 leads there too", async () => {
    const answer = await must("curl", ["-sS", "--fail", "--http2-prior-knowledge", "--resolve", `${address.hostname}:${world.server.port}:127.0.0.1`, `${address.href}over-h2`]);
    assert.match(answer, /^GET \/over-h2 HTTP\/1.1/);
    assert.match(answer, new RegExp(`^host: ${address.host}`, "mi"));
  });

  test("an answer is passed on as it comes: chunks, server-sent events, large bodies", async () => {
    const chunked = await ask("/chunked");
    assert.equal(chunked.text, "piece 1piece 2piece 3");
    const events = await ask("/events");
    assert.match(events.text, /event 1[^]*event 3/);
    assert.ok(events.pieces.at(-1)[0] - events.pieces[0][0] > 500, "the events came all at once");
    const [size, code] = (await must("curl", ["-sS", "-o", "/dev/null", "-w", "%{size_download} %{http_code}", "--resolve", `${address.hostname}:${world.server.port}:127.0.0.1`, `${address.href}bytes/300000000`])).split(" ");
    assert.deepEqual([size, code], ["300000000", "200"]);
  });

  test("a large upload arrives whole, with a length and in chunks", async () => {
    const bytes = randomBytes(20 << 20);
    const file = join(world.dir, "upload");
    await writeFile(file, bytes);
    const { createReadStream } = await import("node:fs");
    const whole = await ask("/upload", { method: "POST", body: bytes, headers: { "content-length": bytes.length } });
    assert.equal(whole.text, `${bytes.length} ${sha(bytes)}`);
    const pieces = await ask("/upload", { method: "POST", body: createReadStream(file), headers: { "transfer-encoding": "chunked" } });
    assert.equal(pieces.text, `${bytes.length} ${sha(bytes)}`);
  });

  test("WebSockets carry both ways", async () => {
    const { status, socket, head } = await upgrade(world.server.base, "/ws", { host: address.host, origin: address.origin });
    assert.equal(status, 101);
    const heard = [];
    onFrames(socket, head, ({ opcode, payload }) => heard.push([opcode, payload]));
    sendFrame(socket, "hello");
    const large = randomBytes(200_000);
    sendFrame(socket, large, 2);
    await until("both come back", () => heard.length === 2);
    assert.equal(heard[0][1].toString(), "hello");
    assert.equal(sha(heard[1][1]), sha(large));
    socket.destroy();
  });

  test("what claims to come from elsewhere is replaced by what we know", async () => {
    const { text } = await ask("/", { headers: { "x-forwarded-for": "6.6.6.6", "x-forwarded-host": "evil", "x-real-ip": "6.6.6.6", "x-dockhost-user": "ada", x_forwarded_for: "6.6.6.6", forwarded: "for=6.6.6.6", "cf-connecting-ip": "6.6.6.6" } });
    assert.ok(!text.includes("6.6.6.6") && !text.includes("evil") && !/x-dockhost-user/i.test(text), text);
    assert.match(text, /^x-forwarded-for: 127\.0\.0\.1\r?$/mi);
    assert.match(text, /^x-forwarded-proto: http\r?$/mi);
  });

  test("cookies and tokens of the console never reach an app, and an app sets none for its neighbours", async () => {
    const { cookie } = await signIn(world, ada);
    const { text } = await ask("/", { headers: { cookie: `a=1; ${cookie}; dockhost-app=x; dockhost-of=y`, authorization: ada.api.headers.authorization, "dockhost-session-key": "dhk_x" } });
    assert.match(text, /^cookie: a=1\r?$/mi);
    assert.ok(!/dh_session|dockhost-app|dockhost-of|dhp_|dhk_/.test(text), text);
    const set = await ask("/cookies");
    assert.deepEqual(set.headers["set-cookie"], ["own=1; Path=/", "wide=1; Path=/"]);
    assert.equal(set.headers["keep-alive"]?.includes("timeout=5") ?? false, false);
  });

  test("the console answers nothing on the domain of apps, and apps nothing on the console's", async () => {
    for (const path of ["/api/v1/me", "/readyz", "/api/v1/channel", "/sign-in"]) assert.match((await ask(path)).text, new RegExp(`^GET ${path}`));
    assert.equal((await ask("/readyz", { host: `nothing.apps.localhost:${world.server.port}` })).status, 401);
    assert.equal((await ask("/readyz", { host: `localhost:${world.server.port}` })).text, "ready\n");
  });

  test("for its owner alone: a visitor is sent to sign in, the owner comes in, somebody else finds nothing", async () => {
    await level("owner");
    const stranger = await ask("/deep?x=1", { headers: { accept: "text/html" } });
    assert.equal(stranger.status, 302);
    assert.match(stranger.headers.location, /\/open\?app=web-1-8080--ada&path=%2Fdeep%3Fx%3D1&browser=[0-9a-f]{64}$/);
    const owner = await enter(world, address.host, await signIn(world, ada), "/deep?x=1");
    assert.equal(owner.to, "/deep?x=1");
    const inside = await ask("/deep", { headers: { ...NAVIGATION, cookie: owner.cookie } });
    assert.match(inside.text, /^GET \/deep/);
    assert.match(inside.text, /^x-dockhost-user: ada\r?$/mi);
    assert.ok(!inside.text.includes(owner.cookie.split("=")[1]));
    const bobs = await signIn(world, bob);
    const [theirs, absent] = [await enter(world, address.host, bobs), await enter(world, `nothing-8080--ada.apps.localhost:${world.server.port}`, bobs)];
    assert.equal(theirs.refused.status, 404);
    assert.deepEqual(theirs.refused.body, absent.refused.body);
    assert.equal((await ask(owner.ticket)).headers["set-cookie"], undefined, "a ticket was used twice");
    const other = `web-1-80--ada.apps.localhost:${world.server.port}`;
    assert.equal((await ask("/", { headers: { "sec-fetch-site": "same-origin", cookie: owner.cookie }, host: other })).status, 401, "a cookie opened another host");
    assert.equal((await ask("/", { method: "POST" })).status, 401);
    assert.equal((await upgrade(world.server.base, "/ws", { host: address.host })).status, 401);
  });

  test("for everybody with an account, by session or by token; whoever signs out is out at once", async () => {
    await level("signed-in");
    const session = await signIn(world, bob);
    const visit = await enter(world, address.host, session);
    const headers = { ...NAVIGATION, cookie: visit.cookie };
    assert.match((await ask("/", { headers })).text, /x-dockhost-user: bob/i);
    await session.end();
    assert.equal((await ask("/", { headers })).status, 302, "a cookie of somebody who signed out opens");
    assert.equal((await ask("/", { headers: { cookie: visit.cookie, origin: address.origin } })).status, 401);
    assert.match((await ask("/", { headers: { ...NAVIGATION, cookie: (await enter(world, address.host, bob)).cookie } })).text, /x-dockhost-user: bob/i);
  });

  test("a signed link opens until it expires, and only what it was made for", async () => {
    await level("owner");
    const { link, answer, cookie } = await follow(ada, web, 8080);
    assert.deepEqual([answer.status, answer.headers.location], [302, "/"]);
    const deep = await ask(`/a?b=1&${link.search.slice(1)}`);
    assert.equal(deep.headers.location, "/a?b=1");
    assert.match((await ask("/a", { headers: { ...NAVIGATION, cookie } })).text, /^GET \/a/);
    const value = link.search.split("=")[1];
    const visit = /dockhost-app=([^;]+)/.exec(cookie)[1];
    for (const bad of [value.replace(/^\d+/, (until) => Number(until) + 60), value.slice(0, -2) + "00", `1.${value.split(".").slice(1).join(".")}`, visit, "", "x", "1.zz", "1.p-1.zz", `${value}.x`, "a".repeat(9_000)]) {
      assert.notEqual((await ask(`/?dockhost-link=${bad}`)).status, 302, bad);
    }
    // What stands in an address is no cookie.
    assert.equal((await ask("/", { headers: { ...NAVIGATION, cookie: `dockhost-app=${value}` } })).status, 302);
    assert.equal((await ada.api.call("POST", `/instances/${web.id}/ports/8080/link`, { hours: 0 })).status, 400);
    assert.equal((await bob.api.call("POST", `/instances/${web.id}/ports/8080/link`, { hours: 1 })).status, 404);
    await level("public");
  });

  test("no request is read as the rest of another", async () => {
    const raw = (text) => new Promise((resolve) => {
      const socket = net.connect(world.server.port, "127.0.0.1", () => socket.write(text));
      let heard = "";
      socket.on("data", (data) => (heard += data));
      socket.on("close", () => resolve(heard));
      socket.on("error", () => resolve(heard));
      socket.setTimeout(1500, () => socket.destroy());
    });
    const head = `Host: ${address.host}\r\n`;
    // Of two lengths the chunks count, as RFC 9112 has it, and then the connection ends: the rest is nobody's request.
    const both = await raw(`POST /upload HTTP/1.1\r\n${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\n${head}\r\n`);
    assert.equal((both.match(/^HTTP\/1\.1 /gm) ?? []).length, 1, both);
    assert.match(both, /^connection: close/mi);
    for (const [what, text] of [
      ["two lengths", `POST /upload HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
      ["a length with a sign", `POST /upload HTTP/1.1\r\n${head}Content-Length: +5\r\n\r\nhello`],
      ["a strange encoding", `POST /upload HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
      ["an encoding behind a space", `POST /upload HTTP/1.1\r\n${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
      ["two hosts", `GET / HTTP/1.1\r\n${head}Host: evil.example\r\n\r\n`],
      ["a folded line", `GET / HTTP/1.1\r\n${head}X-A: b\r\n c\r\n\r\n`],
      ["a line break alone in a value", `GET / HTTP/1.1\r\n${head}X-A: b\rc\r\n\r\n`],
      ["headers without end", `GET / HTTP/1.1\r\n${head}X-A: ${"a".repeat(100_000)}\r\n\r\n`],
      ["very many headers", `GET / HTTP/1.1\r\n${head}${Array.from({ length: 500 }, (_, n) => `X-${n}: 1\r\n`).join("")}\r\n`],
    ]) {
      const heard = await raw(text);
      assert.ok(heard === "" || /^HTTP\/1\.1 4\d\d/.test(heard), `${what}: ${heard.slice(0, 200)}`);
      assert.equal((heard.match(/^HTTP\/1\.1 /gm) ?? []).length, heard === "" ? 0 : 1, what);
    }
    assert.equal((await ask("/")).status, 200);
  });

  test("an app that speaks TLS is reached on 443 and the like, whatever its certificate", async () => {
    const certificate = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=elsewhere.example -keyout k.pem -out c.pem";
    await ada.sshOk(web, `${certificate} 2>&1 && (nohup openssl s_server -accept 443 -cert c.pem -key k.pem -www >/dev/null 2>&1 &)`);
    await level("public", 443);
    const host = `web-1-443--ada.apps.localhost:${world.server.port}`;
    const seen = await until("it answers", async () => { const answer = await ask("/", { host }); return answer.status === 200 && answer; });
    assert.match(seen.text, /TLSv1\.3/);
    const other = `perl -MIO::Socket::INET -e 'my $l = IO::Socket::INET->new(Listen => 9, LocalAddr => "0.0.0.0", LocalPort => 8443) or die; while (my $c = $l->accept) { print $c "HTTP/1.1 400 Bad Request\r\n\r\n" }'`;
    await ada.sshOk(web, `nohup ${other} >/dev/null 2>&1 & echo started`);
    await level("public", 8443);
    const plain = await until("the other one listens", async () => { const answer = await ask("/", { host: host.replace("443", "8443") }); return !/listens/.test(answer.text) && answer; });
    assert.equal(plain.status, 502);
    assert.match(plain.text, /The program on port 8443 of web-1 does not speak TLS/);
    for (const port of [443, 8443]) assert.equal((await ada.api.call("DELETE", `/instances/${web.id}/ports/${port}`)).status, 200);
  });

  test("a clear page when nothing listens, the app speaks no HTTP, the instance is stopped, the node is away", async () => {
    await level("public", 9999);
    const host = `web-1-9999--ada.apps.localhost:${world.server.port}`;
    const nobody = await ask("/", { host });
    assert.equal(nobody.status, 502);
    assert.match(nobody.text, /Nothing listens on port 9999/);
    const garbage = await ask("/garbage");
    assert.equal(garbage.status, 502);
    await ada.api.post(`/instances/${web.id}/stop`);
    await ada.phase(web.id, "stopped");
    const stopped = await ask("/");
    assert.equal(stopped.status, 503);
    assert.match(stopped.text, /web-1 does not run/);
    await ada.api.post(`/instances/${web.id}/start`);
    await ada.phase(web.id, "running");
    await world.nodes[0].end("SIGKILL");
    const away = await until("the node is known to be away", async () => { const answer = await ask("/"); return /cannot be reached/.test(answer.text) && answer; }, 30);
    assert.equal(away.status, 503);
    await world.nodes[0].start();
    await ada.phase(web.id, "running");
  });

  test("ports out of range, and ports that are no longer declared", async () => {
    for (const port of ["0", "65536", "-1", "abc", "80 81"]) {
      const answer = await ada.api.call("PUT", `/instances/${web.id}/ports/${port}`, { url: "public" });
      assert.ok(answer.status >= 400 && answer.status < 500, `${port}: ${answer.status}`);
    }
    assert.equal((await ada.api.call("PUT", `/instances/${web.id}/ports/22`, { url: "public" })).status, 400);
    assert.equal((await ada.api.call("DELETE", `/instances/${web.id}/ports/9999`)).status, 200);
    assert.equal((await ask("/", { host: `web-1-9999--ada.apps.localhost:${world.server.port}`, headers: { accept: "text/html" } })).status, 302);
    assert.equal((await run("true", [])).status, 0);
  });
});
