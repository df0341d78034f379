// Public URLs: HTTP as browsers and other clients speak it, from the visitor to the app and back.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http2 from "node:http2";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { request, until } from "../../harness.mjs";
import { NAVIGATION, ask as askHost, enter, open, signIn, worldWithApp } from "../../support/apps.mjs";
import { Client } from "../../support/gateway.mjs";
import { upgrade } from "../../support/live.mjs";

/** Bytes as Node writes and reads them in headers: one letter each. */
const bytes = (text) => Buffer.from(text).toString("latin1");
const JOSE = bytes("name=José");

describe("HTTP through public URLs", () => {
  let world, ada, web, address;
  const held = [];

  before(async () => {
    ({ world, ada, web, address } = await worldWithApp("public"));
  });
  after(async () => {
    for (const one of held) one.destroy();
    await world?.close();
  });

  const ask = (path, more = {}) => askHost(world, address.host, path, more);

  /** A connection without anybody's opinion of HTTP. `heard` has one letter for each byte. */
  async function raw(...lines) {
    const socket = net.connect(world.server.port, "127.0.0.1");
    held.push(socket);
    const state = { heard: "", closed: false, write: (text) => socket.write(text, "latin1") };
    socket.setEncoding("latin1");
    socket.on("data", (data) => (state.heard += data));
    socket.on("error", () => {});
    socket.on("close", () => (state.closed = true));
    state.write([...lines, `Host: ${address.host}`, "", ""].join("\r\n"));
    return state;
  }

  /** The same over HTTP/2: the answer's headers, its body and what came behind it. */
  async function two(headers) {
    const client = http2.connect(world.server.base);
    held.push(client);
    const stream = client.request({ ":authority": address.host, ":path": "/", ...headers });
    const state = { body: "", trailers: {} };
    stream.setEncoding("utf8");
    stream.on("response", (answered) => (state.headers = answered));
    stream.on("trailers", (trailers) => (state.trailers = trailers));
    stream.on("data", (data) => (state.body += data));
    await new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject).end());
    client.close();
    return state;
  }

  test("bytes above 127 pass unharmed, and our own cookies are found beside them", async () => {
    const latin = "latin=Jos\xe9; neither=\xff\xfe";
    const told = Buffer.concat((await ask("/", { headers: { cookie: `${JOSE}; dh_session=x; ${latin}`, "x-place": "Z\xfcrich" } })).pieces.map(([, piece]) => piece)).toString("latin1");
    assert.ok(told.includes(`cookie: ${JOSE}; ${latin}\r\n`), told);
    assert.ok(told.includes("x-place: Z\xfcrich\r\n"), told);
    const { headers } = await ask("/bytes-above");
    assert.deepEqual(headers["set-cookie"], [`${JOSE}; Path=/`, "latin=Jos\xe9"]);
    assert.equal(headers["x-place"], "Z\xfcrich");
    assert.equal(headers["content-disposition"], 'attachment; filename="\xe9"');

    const session = await signIn(world, ada);
    const shown = { ...session.api.headers, cookie: `${JOSE}; ${session.cookie}; neither=\xff` };
    const me = await request(world.server.base, "GET", "/api/v1/me", { headers: shown });
    assert.deepEqual([me.status, me.body.username], [200, "ada"]);

    await open(ada, web, 8080, "owner");
    const { cookie } = await enter(world, address.host, session);
    const inside = await ask("/", { headers: { ...NAVIGATION, cookie: `${JOSE}; ${cookie}` } });
    assert.match(inside.text, /^cookie: name=José\r?$/m);
    assert.match(inside.text, /^x-dockhost-user: ada\r?$/m);
    await open(ada, web, 8080, "public");
  });

  test("over HTTP/2 a browser's cookies come one by one, and the app gets them as one line", async () => {
    const { headers, body } = await two({ cookie: ["a=1", "dh_session=x", "b=2"] });
    assert.equal(headers[":status"], 200);
    assert.match(body, /^cookie: a=1; b=2\r?$/m);
  });

  test("a preflight is the app's to answer where everybody is let in, and nobody's where a cookie is asked for", async () => {
    const preflight = { method: "OPTIONS", headers: { origin: "https://elsewhere.example", "access-control-request-method": "PUT" } };
    const { status, headers } = await ask("/cors", preflight);
    assert.deepEqual([status, headers["access-control-allow-origin"], headers["access-control-allow-methods"], headers.vary],
      [204, "https://elsewhere.example", "PUT", "Origin"]);
    // A path that the console has, too.
    assert.deepEqual([(await ask("/healthz", preflight)).headers.allow, (await ask("/healthz", { method: "POST" })).headers.allow], [undefined, undefined]);
    await open(ada, web, 8080, "owner");
    const refused = await ask("/cors", preflight);
    assert.deepEqual([refused.status, refused.headers["access-control-allow-origin"]], [401, undefined]);
    await open(ada, web, 8080, "public");
  });

  test("part of a file", async () => {
    const { status, headers, text } = await ask("/range", { headers: { range: "bytes=2-5", "if-range": '"a"' } });
    assert.deepEqual([status, headers["content-range"], headers["accept-ranges"], text], [206, "bytes 2-5/10", "bytes", "2345"]);
  });

  test("an answer behind early hints is the answer", async () => {
    const { status, text } = await ask("/hints");
    assert.deepEqual([status, text], [200, "hinted"]);
  });

  test("trailers reach whoever takes them, without what is not an app's to say", async () => {
    const { text, headers, trailers } = await ask("/trailers", { headers: { te: "trailers", connection: "te" } });
    assert.deepEqual([text, headers.trailer, trailers], ["body", "X-Sum, Set-Cookie", { "x-sum": "42" }]);
    const without = await ask("/trailers");
    assert.deepEqual([without.text, without.trailers, without.whole], ["body", {}, true]);
    const over2 = await two({ ":path": "/trailers", te: "trailers" });
    assert.deepEqual([over2.body, over2.trailers["x-sum"], over2.trailers["set-cookie"]], ["body", "42", undefined]);
    const sent = await raw("POST /head HTTP/1.1", "Transfer-Encoding: chunked", "Trailer: X-Sum, X-DockHost-User");
    sent.write("4\r\nbody\r\n0\r\nX-Sum: 42\r\nX-DockHost-User: ada\r\n\r\n");
    await until("the app tells what it was sent", () => /x-sum: 42/i.test(sent.heard));
    assert.ok(!/x-dockhost-user: /i.test(sent.heard), sent.heard);
  });

  test("HEAD tells the length that the app tells, and none where it tells none", async () => {
    assert.equal((await ask("/length", { method: "HEAD" })).headers["content-length"], "1234");
    for (const [method, path] of [["HEAD", "/lengthless"], ["GET", "/known"]]) {
      const one = await ask(path, { method });
      assert.deepEqual([one.headers["content-length"], one.text, one.whole], [undefined, "", true], path);
      const several = await two({ ":path": path, ":method": method });
      assert.deepEqual([several.headers["content-length"], several.body], [undefined, ""], path);
    }
    assert.equal((await ask("/lengthless")).text, "body");
  });

  test("the reason of a status passes; of one beyond ASCII the standard one stands there", async () => {
    for (const [path, reason] of [["/reason/plain", "Nobody is here"], ["/reason/latin", "Not Found"]]) {
      const answer = await raw(`GET ${path} HTTP/1.1`);
      await until("it has a status line", () => answer.heard.includes("\r\n"));
      assert.equal(answer.heard.split("\r\n")[0], `HTTP/1.1 404 ${reason}`);
    }
  });

  test("whoever waits for leave to send a body gets it from the app, or is refused by it", async () => {
    const refused = await raw("POST /refuse HTTP/1.1", "Expect: 100-continue", "Content-Length: 1000000");
    await until("the refusal is there, and the connection over", () => refused.heard.includes("too much") && refused.closed);
    assert.match(refused.heard, /^HTTP\/1\.1 413 /);
    const wanted = await raw("POST /continue HTTP/1.1", "Expect: 100-continue", "Content-Length: 4");
    await until("the app wants it", () => wanted.heard.startsWith("HTTP/1.1 100 Continue\r\n"));
    wanted.write("body");
    await until("the app has it", () => wanted.heard.endsWith("took body"));
    const silent = await raw("POST /upload HTTP/1.1", "Expect: 100-continue", "Content-Length: 4");
    await until("an app that says nothing is not waited for", () => silent.heard.startsWith("HTTP/1.1 100 Continue\r\n"));
    silent.write("body");
    await until("the app has it", () => silent.heard.endsWith(`4 ${createHash("sha256").update("body").digest("hex")}`));
  });

  test("a public URL tells who calls; host ports and sshd see one address for everybody, as the page says", async () => {
    const [seen] = (await ada.sshOk(web, "echo $SSH_CONNECTION")).split(" ");
    const client = await Client.of(ada);
    await client.ready("web");
    assert.equal((await client.ok("web", "echo $SSH_CONNECTION")).split(" ")[0], seen, "through the gateway");
    for (const place of ["node", "server"]) {
      const { forwards } = await ada.api.post(`/instances/${web.id}/forwards`, { place, container_port: 8080 });
      const at = forwards.find((forward) => forward.place === place && forward.container === 8080).address;
      const peer = await until(`the port of the ${place} answers`, async () => (await request(`http://${at}`, "GET", "/peer")).text, 20);
      assert.equal(peer, seen, place);
    }
    assert.notEqual(seen, "127.0.0.1");
    assert.match((await ask("/")).text, /^x-forwarded-for: 127\.0\.0\.1\r?$/m);
  });

  test("a switch to any protocol passes, and none to HTTP in another form", async () => {
    const { status, socket, head } = await upgrade(world.server.base, "/switch", { host: address.host, upgrade: "SPDY/3.1" });
    assert.equal(status, 101);
    held.push(socket);
    let heard = head.toString("latin1");
    socket.setEncoding("latin1").on("data", (data) => (heard += data));
    socket.write(Buffer.from([0, 255, 10]));
    await until("bytes come back", () => heard === "hello in SPDY/3.1\n\x00\xff\n");
    for (const closed of ["h2c", "HTTP/2.0", "TLS/1.2", "websocket, h2c"]) {
      assert.equal((await upgrade(world.server.base, "/switch", { host: address.host, upgrade: closed })).status, 200, closed);
    }
  });
});
