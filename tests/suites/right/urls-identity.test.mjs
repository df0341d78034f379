// Who asks, as an app is told: checked with the example of docs/identity.md, and claimed by every door.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { request, root, until, World } from "../../harness.mjs";
import { NAVIGATION, ask, enter, follow, open, placeApp, signIn } from "../../support/apps.mjs";
import { onFrames, sendFrame, upgrade } from "../../support/live.mjs";

describe("the identity that an app is told", () => {
  let world, ada, web, address, cookie, keys, whoAsks;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web")).id, "running");
    // Port 80, so that the host port of the block leads to the same program.
    address = await placeApp(ada, web, 80, "owner");
    ({ cookie } = await enter(world, address.host, await signIn(world, ada)));
    ({ keys } = JSON.parse((await ask(world, address.host, "/.dockhost/jwks.json")).text));
    const page = await readFile(join(root, "docs/identity.md"), "utf8");
    const example = join(world.dir, "identity.mjs");
    await writeFile(example, /```js\n([^]*?)```/.exec(page)[1]);
    ({ whoAsks } = await import(pathToFileURL(example)));
  });
  after(() => world?.close());

  const header = (text, name) => new RegExp(`^${name}: (.*?)\\r?$`, "mi").exec(text)?.[1];
  const told = (text) => ({ "x-dockhost-identity": header(text, "x-dockhost-identity") });
  const own = () => ({ keys, audience: address.host });

  test("it is signed: for this app, this person and a minute", async () => {
    const { text } = await ask(world, address.host, "/", { headers: { ...NAVIGATION, cookie } });
    assert.equal(header(text, "x-dockhost-user"), "ada");
    const headers = told(text);
    assert.equal(whoAsks(headers, own()), "ada");
    const [head, body, signature] = headers["x-dockhost-identity"].split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url"));
    assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.instance], [`http://localhost:${world.server.port}`, address.host, "ada", web.id]);
    assert.ok(claims.exp - claims.iat <= 60 && Math.abs(claims.iat - Date.now() / 1000) < 30, JSON.stringify(claims));
    const as = (token) => ({ "x-dockhost-identity": token });
    const forged = generateKeyPairSync("ed25519");
    const other = Buffer.from(JSON.stringify({ ...claims, sub: "root" })).toString("base64url");
    const none = Buffer.from(JSON.stringify({ alg: "none", kid: keys[0].kid })).toString("base64url");
    for (const [what, sent, settings] of [
      ["another app", headers, { ...own(), audience: `other-80--eve.apps.localhost:${world.server.port}` }],
      ["a minute later", headers, { ...own(), now: claims.exp }],
      ["another body", as(`${head}.${other}.${signature}`), own()],
      ["another key", as(`${head}.${other}.${sign(null, Buffer.from(`${head}.${other}`), forged.privateKey).toString("base64url")}`), own()],
      ["no algorithm", as(`${none}.${body}.`), own()],
      ["no algorithm with a signature", as(`${none}.${body}.${signature}`), own()],
      ["no signature", as(`${head}.${body}`), own()],
      ["more than a token", as(`${head}.${body}.${signature}.x`), own()],
      ["nothing", {}, own()],
      ["junk", as("a.b.c"), own()],
      ["no keys", headers, { ...own(), keys: [] }],
    ]) {
      assert.equal(whoAsks(sent, settings), undefined, what);
    }
  });

  test("a socket is told the same", async () => {
    const { status, socket, head } = await upgrade(world.server.base, "/ws", { host: address.host, origin: address.origin, cookie });
    assert.equal(status, 101);
    const heard = [];
    onFrames(socket, head, ({ payload }) => heard.push(payload.toString()));
    sendFrame(socket, "still here");
    await until("it comes back", () => heard.length === 1);
    socket.destroy();
    const seen = await ask(world, address.host, "/seen", { headers: { ...NAVIGATION, cookie } });
    assert.match(seen.text, /^GET \/ws$/m);
  });

  const CLAIMS = ["X-DockHost-User", "x-dockhost-identity", "X-DOCKHOST-IDENTITY", "X_DockHost_Identity", "x_dockhost_user", "X-DockHost-Anything", "X-Forwarded-User", "Remote-User", "X-Auth-Request-User"];

  test("what a visitor claims goes, on every way that we are on", async () => {
    const guest = (await follow(ada, web, 80)).cookie;
    for (const claim of CLAIMS) {
      const { text } = await ask(world, address.host, "/", { headers: { ...NAVIGATION, cookie: guest, [claim]: "mallory" } });
      assert.match(text, /^GET \//);
      assert.ok(!text.includes("mallory") && !/x-dockhost/i.test(text), `${claim}: ${text}`);
      const named = await ask(world, address.host, "/", { headers: { ...NAVIGATION, cookie, [claim]: "mallory" } });
      assert.ok(!named.text.includes("mallory"), `${claim}: ${named.text}`);
      assert.equal(whoAsks(told(named.text), own()), "ada");
    }
    // Behind a body in pieces, where other programs would read headers, too.
    const raw = (text) => new Promise((resolve) => {
      const socket = net.connect(world.server.port, "127.0.0.1", () => socket.write(text));
      let heard = "";
      socket.on("data", (data) => (heard += data));
      socket.on("close", () => resolve(heard));
    });
    const trailed = await raw([`POST /head HTTP/1.1`, `Host: ${address.host}`, `Origin: ${address.origin}`, `Cookie: ${guest}`, "Connection: close", "Trailer: X-DockHost-User",
      "Transfer-Encoding: chunked", "", "5", "hello", "0", "X-DockHost-User: mallory", "X-DockHost-Identity: mallory", "", ""].join("\r\n"));
    assert.match(trailed, /^HTTP\/1\.1 200/);
    assert.ok(trailed.includes("hello") && !trailed.includes("mallory"), trailed);
    await open(ada, web, 80, "public");
    const anybody = await ask(world, address.host, "/", { headers: Object.fromEntries(CLAIMS.map((claim) => [claim, "mallory"])) });
    assert.match(anybody.text, /^GET \//);
    assert.ok(!anybody.text.includes("mallory"), anybody.text);
    await open(ada, web, 80, "owner");
  });

  test("by another door anybody may claim a name, and nobody can sign one", async () => {
    const view = await ada.api.get(`/instances/${web.id}`);
    const { host } = view.ports.find(({ container }) => container === 80);
    const { text } = await request(`http://${view.node.address}:${host}`, "GET", "/", { headers: { host: address.host, "x-dockhost-user": "ada", "x-dockhost-identity": "a.b.c" } });
    assert.equal(header(text, "x-dockhost-user"), "ada", "the host port is plain TCP");
    assert.equal(whoAsks(told(text), own()), undefined);
  });
});
