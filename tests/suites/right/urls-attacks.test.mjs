// Public URLs, attacked: cookies of what is gone, requests of neighbours, claims of names, floods. Whatever is tried is
// counted, and none of it may get in.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { request, until } from "../../harness.mjs";
import { NAVIGATION, ask, door, enter, follow, open, placeApp, signIn, worldWithApp } from "../../support/apps.mjs";
import { upgrade } from "../../support/live.mjs";

const SECRET = /x-dockhost|^(GET|POST|HEAD|PUT|DELETE|OPTIONS) \//im;

describe("attacks on public URLs", () => {
  let world, ada, eve, web, address;
  let tried = 0;

  before(async () => {
    ({ world, ada, eve, web, address } = await worldWithApp("owner"));
  });
  after(async () => {
    console.log(`attacks on public URLs tried: ${tried}`);
    await world?.close();
  });

  /** One attack: no answer of the app may come of it. */
  async function fails(what, headers, { path = "/", host = address.host, ...more } = {}) {
    tried += 1;
    const answer = await ask(world, host, path, { headers, ...more });
    assert.ok(answer.status >= 300 && !SECRET.test(answer.text), `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
    return answer;
  }
  const works = async (what, headers, more = {}) => {
    const answer = await ask(world, address.host, "/", { headers, ...more });
    assert.equal(answer.status, 200, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer;
  };
  const host = (label) => `${label}.apps.localhost:${world.server.port}`;

  test("a cookie of an instance that is gone opens no other, of another owner or of the same (H3)", async () => {
    const first = await eve.create("shop");
    const guest = await follow(eve, first, 80);
    const own = await enter(world, guest.link.host, await signIn(world, eve));
    assert.equal(own.to, "/");
    await eve.api.remove(`/instances/${first.id}`);
    await eve.gone(first.id);
    const adas = await ada.phase((await ada.create("shop")).id, "running");
    const strangers = () => rm(join(world.dir, "known_hosts"), { force: true });
    await strangers();
    const adasUrl = await placeApp(ada, adas, 80, "owner");
    assert.equal(adasUrl.hostname, "shop-80--ada.apps.localhost");
    for (const [what, cookie] of [["a guest's", guest.cookie], ["its owner's", own.cookie]]) {
      await fails(`${what} cookie on the other owner's host`, { ...NAVIGATION, cookie }, { host: adasUrl.host });
      await fails(`${what} cookie on the old host`, { ...NAVIGATION, cookie }, { host: guest.link.host });
    }
    await fails("the old link on the other owner's host", NAVIGATION, { host: adasUrl.host, path: guest.link.pathname + guest.link.search });
    await ada.api.remove(`/instances/${adas.id}`);
    await ada.gone(adas.id);
    // The same owner may have the name again: it is another instance all the same, and browsers forget what the first one left.
    const again = await eve.phase((await eve.create("shop")).id, "running");
    await strangers();
    const url = await placeApp(eve, again, 80, "owner");
    assert.equal(url.host, guest.link.host);
    for (const [what, cookie] of [["a guest's", guest.cookie], ["its owner's", own.cookie]]) {
      await fails(`${what} cookie of the instance before`, { ...NAVIGATION, cookie }, { host: url.host });
    }
    await fails("the link of the instance before", NAVIGATION, { host: url.host, path: guest.link.pathname + guest.link.search });
    const known = await enter(world, url.host, await signIn(world, eve), "/", { cookie: own.cookie });
    assert.equal(known.entered.headers["clear-site-data"], '"cache", "storage"');
    const same = await enter(world, url.host, await signIn(world, eve), "/", { cookie: known.cookie });
    assert.equal(same.entered.headers["clear-site-data"], undefined, "what is there is kept");
    await eve.api.remove(`/instances/${again.id}`);
    await eve.gone(again.id);
  });

  test("a cookie and a link of a port end when it is withdrawn or closed, and do not come back with it (H3, L5)", async () => {
    for (const [what, close] of [
      ["closed", () => open(ada, web, 8080, "off")],
      ["withdrawn", () => ada.api.remove(`/instances/${web.id}/ports/8080`)],
    ]) {
      const guest = await follow(ada, web, 8080);
      const owner = await enter(world, address.host, await signIn(world, ada));
      await works("before", { ...NAVIGATION, cookie: guest.cookie });
      await close();
      await fails(`a guest while it is ${what}`, { ...NAVIGATION, cookie: guest.cookie });
      await open(ada, web, 8080, "owner");
      await fails(`a guest's cookie after it was ${what}`, { ...NAVIGATION, cookie: guest.cookie });
      await fails(`the owner's cookie after it was ${what}`, { ...NAVIGATION, cookie: owner.cookie });
      await fails(`the link after it was ${what}`, NAVIGATION, { path: guest.link.pathname + guest.link.search });
      await works("a new one", { ...NAVIGATION, cookie: (await follow(ada, web, 8080)).cookie });
    }
  });

  test("a link ends with its maker's right to share, and with their password (2.3)", async () => {
    const mallory = await world.signUp("mallory");
    await mallory.addKey();
    const his = await mallory.create("his");
    // An administrator may share what is another's, and its owner.
    const ofMallory = await follow(mallory, his, 80);
    const ofAda = await follow(ada, his, 80);
    const seen = async ({ cookie, link }) => (await ask(world, link.host, "/", { headers: { ...NAVIGATION, cookie } })).status;
    // Nothing listens on that port, which only somebody who is let in hears.
    const letIn = [502, 503];
    assert.ok(letIn.includes(await seen(ofMallory)) && letIn.includes(await seen(ofAda)));
    await world.server.adminOk(["reset-password", "mallory"], "another-long-password-7\n");
    assert.equal(await seen(ofMallory), 302, "a guest of a thief stays");
    await fails("a link from before the new password", NAVIGATION, { host: ofMallory.link.host, path: ofMallory.link.pathname + ofMallory.link.search });
    assert.ok(letIn.includes(await seen(ofAda)), "another maker's link ended, too");
    await mallory.api.remove(`/instances/${his.id}`);
    await mallory.gone(his.id);
  });

  test("what a cookie lets in comes from the app's own page, or is a navigation (H4)", async () => {
    const guest = (await follow(ada, web, 8080)).cookie;
    const owner = (await enter(world, address.host, await signIn(world, ada))).cookie;
    const own = address.origin;
    const neighbour = `http://${host("evil-80--eve")}`;
    const meta = (site, mode, dest) => ({ "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest });
    for (const cookie of [owner, guest]) {
      for (const [what, method, headers] of [
        ["a form", "POST", { ...meta("same-site", "navigate", "document"), origin: neighbour }],
        ["a form from another site", "POST", { ...meta("cross-site", "navigate", "document"), origin: "https://elsewhere.example" }],
        ["a form of a sandbox", "POST", { ...meta("same-site", "navigate", "document"), origin: "null" }],
        ["a fetch", "GET", { ...meta("same-site", "cors", "empty"), origin: neighbour }],
        ["a blind fetch", "GET", meta("same-site", "no-cors", "empty")],
        ["a blind fetch with a body", "POST", { ...meta("same-site", "no-cors", "empty"), origin: neighbour }],
        ["a picture", "GET", meta("same-site", "no-cors", "image")],
        ["a script", "GET", meta("same-site", "no-cors", "script")],
        ["a frame", "GET", { ...meta("same-site", "navigate", "iframe"), accept: "text/html" }],
        ["events", "GET", { ...meta("same-site", "cors", "empty"), origin: neighbour, accept: "text/event-stream" }],
        ["a prefetch", "GET", { ...meta("same-site", "no-cors", "empty"), "sec-purpose": "prefetch" }],
        ["a page drawn ahead", "GET", { ...meta("same-site", "navigate", "document"), "sec-purpose": "prefetch;prerender" }],
        ["a preflight", "OPTIONS", { ...meta("same-site", "cors", "empty"), origin: neighbour, "access-control-request-method": "PUT" }],
        ["an old browser's form", "POST", { origin: neighbour, accept: "text/html" }],
        ["an old browser's picture", "GET", { referer: `${neighbour}/`, accept: "image/png" }],
        ["a form that says nothing", "POST", { accept: "text/html" }],
        ["a program that says nothing", "GET", { accept: "*/*" }],
      ]) {
        const answer = await fails(what, { cookie, ...headers }, { method });
        assert.equal(answer.status, 403, what);
      }
      for (const origin of [undefined, neighbour, "null", "https://elsewhere.example", `https://${address.host}`, `${own}.evil.example`]) {
        tried += 1;
        const { status } = await upgrade(world.server.base, "/ws", { host: address.host, cookie, ...(origin && { origin }) });
        assert.equal(status, 403, `a socket from ${origin}`);
      }
      for (const [what, method, headers] of [
        ["a link from anywhere", "GET", meta("cross-site", "navigate", "document")],
        ["an own call", "DELETE", { ...meta("same-origin", "cors", "empty"), origin: own }],
        ["an own form in an old browser", "POST", { origin: own }],
        ["an own picture in an old browser", "GET", { referer: `${own}/page`, accept: "image/png" }],
        ["a program that says whose app it asks", "PUT", { origin: own }],
      ]) {
        const { headers: answered } = await works(what, { cookie, ...headers }, { method });
        assert.equal(answered["cross-origin-resource-policy"], "same-origin", what);
        assert.match(answered["content-security-policy"], /frame-ancestors 'self'/, what);
      }
      const opened = await upgrade(world.server.base, "/ws", { host: address.host, cookie, origin: own });
      assert.equal(opened.status, 101);
      opened.socket.destroy();
    }
    await open(ada, web, 8080, "public");
    const anybody = await works("a public port asks nobody", { ...meta("cross-site", "no-cors", "image"), origin: neighbour }, { method: "POST" });
    assert.equal(anybody.headers["cross-origin-resource-policy"], undefined);
    await open(ada, web, 8080, "owner");
  });

  test("two cookies that are good are none, and junk beside one is nothing (H4)", async () => {
    await open(ada, web, 8080, "signed-in");
    const [adas, eves] = [await enter(world, address.host, await signIn(world, ada)), await enter(world, address.host, await signIn(world, eve))];
    const visit = (cookie) => /dockhost-app=[^;]+/.exec(cookie)[0];
    for (const junk of ["dockhost-app=junk", "dockhost-app=", "dockhost-app=1.s-0000000000000001.00", `dockhost-app=${"a".repeat(8_000)}`, "dockhost-app=\xff\xfe", "dockhost-app=a\tb"]) {
      const { text } = await works(`beside ${junk.slice(0, 30)}`, { ...NAVIGATION, cookie: `${junk}; ${visit(adas.cookie)}` });
      assert.match(text, /x-dockhost-user: ada/i);
    }
    for (const cookie of [`${visit(eves.cookie)}; ${visit(adas.cookie)}`, `${visit(adas.cookie)}; ${visit(eves.cookie)}`]) {
      const answer = await fails("a planted cookie of eve's", { ...NAVIGATION, cookie });
      assert.equal(answer.status, 409);
      assert.deepEqual(answer.headers["set-cookie"], ["dockhost-app=; Path=/; Domain=apps.localhost; Max-Age=0"]);
    }
    const sent = await enter(world, address.host, await signIn(world, eve), "/", { cookie: visit(adas.cookie) });
    tried += 1;
    assert.equal(sent.entered.status, 409, "eve's ticket made ada's browser hers");
    const tossed = await enter(world, address.host, await signIn(world, ada), "/", { cookie: `dockhost-of=i-00000000000000aa; dockhost-of=${web.id}` });
    tried += 1;
    assert.equal(tossed.entered.headers["clear-site-data"], undefined, "a planted cookie emptied a browser");
    await open(ada, web, 8080, "owner");
    await fails("eve's own cookie once it is ada's alone", { ...NAVIGATION, cookie: eves.cookie });
  });

  test("nobody is brought into an app as somebody else (F3)", async () => {
    await open(ada, web, 8080, "signed-in");
    const session = await signIn(world, eve);
    const [eves, bobs] = [await door(world, address.host), await door(world, address.host)];
    assert.notEqual(eves.asked.browser, bobs.asked.browser);
    const ticket = async () => {
      const url = new URL((await session.api.post("/visit", eves.asked)).url);
      assert.equal(url.pathname, "/.dockhost/enter");
      return url.pathname + url.search;
    };
    const meta = (mode, dest) => ({ "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest });
    const [navigation, picture] = [meta("navigate", "document"), meta("no-cors", "image")];
    for (const [what, headers] of [
      ["without a cookie", navigation],
      ["in bob's browser", { ...navigation, cookie: bobs.browser }],
      ["beside a planted cookie", { ...navigation, cookie: `${bobs.browser}; ${eves.browser}` }],
      ["in an old browser", { accept: "text/html", cookie: bobs.browser }],
      ["as a picture", picture],
      ["as a picture in her own browser", { ...picture, cookie: eves.browser }],
      ["as a frame", { ...meta("navigate", "iframe"), cookie: eves.browser }],
      ["fetched ahead", { ...navigation, "sec-purpose": "prefetch", cookie: eves.browser }],
    ]) {
      const answer = await fails(`eve's ticket ${what}`, headers, { path: await ticket() });
      assert.deepEqual([answer.status, answer.headers["set-cookie"]], [403, undefined], what);
    }
    const own = await ask(world, address.host, await ticket(), { headers: { ...navigation, cookie: eves.browser } });
    assert.match(String(own.headers["set-cookie"]), /dockhost-app=/);
    for (const browser of [undefined, "", "x", "0".repeat(63)]) {
      tried += 1;
      const { url } = await session.api.post("/visit", { app: eves.asked.app, path: "/x", browser });
      assert.equal(url, new URL("/x", address).href, "a ticket for any browser");
    }
    const { link } = await follow(ada, web, 8080);
    const seen = await fails("a link as a picture", picture, { path: link.pathname + link.search });
    assert.deepEqual([seen.status, seen.headers["set-cookie"]], [403, undefined]);
    await open(ada, web, 8080, "owner");
  });

  test("a browser that keeps no cookie is told so, and goes in no circle (M6)", async () => {
    const { ticket, entered } = await enter(world, address.host, await signIn(world, ada));
    const arrived = await ask(world, address.host, entered.headers.location, { headers: NAVIGATION });
    assert.equal(arrived.status, 403);
    assert.match(arrived.text, /keeps no cookie/);
    const again = await ask(world, address.host, ticket, { headers: NAVIGATION });
    assert.deepEqual([again.status, again.headers.location], [302, "/"]);
    const { asked } = await door(world, address.host);
    const fresh = new URL((await (await signIn(world, ada)).api.post("/visit", asked)).url);
    const without = await ask(world, address.host, fresh.pathname + fresh.search, { headers: NAVIGATION });
    assert.equal(without.status, 403);
    assert.match(without.text, /allow cookies/);
    for (const path of ["//evil.example", "/\\evil.example", "https://evil.example/", "/%0d%0aset-cookie:x"]) {
      tried += 1;
      const { cookie } = await enter(world, address.host, await signIn(world, ada));
      const to = await ask(world, address.host, `/.dockhost/arrived?path=${encodeURIComponent(path)}`, { headers: { ...NAVIGATION, cookie } });
      assert.ok(to.status === 302 && /^\/(?![/\\])/.test(to.headers.location), `${path}: ${to.headers.location}`);
    }
    const { link } = await follow(ada, web, 8080);
    tried += 1;
    const elsewhere = await ask(world, address.host, `//evil.example/?${link.search.slice(1)}`, { headers: NAVIGATION });
    assert.equal(elsewhere.headers.location, "/");
  });

  test("nobody fills what others need: thousands of visits and of tickets of one person (M6)", async () => {
    const shop = await eve.create("flood");
    const { link } = await follow(eve, shop, 80);
    const before = performance.now();
    let guests = 0;
    await Promise.all(Array.from({ length: 20 }, async () => {
      for (let n = 0; n < 100; n++) {
        const answer = await ask(world, link.host, link.pathname + link.search, { headers: NAVIGATION });
        if (answer.headers["set-cookie"]) guests += 1;
      }
    }));
    tried += guests;
    assert.equal(guests, 2_000, "a link opens for everybody who holds it");
    const session = await signIn(world, eve);
    const { asked } = await door(world, link.host);
    const statuses = { 200: 0, 429: 0 };
    await Promise.all(Array.from({ length: 20 }, async () => {
      for (let n = 0; n < 50; n++) {
        for (const [path, body] of [["/visit", asked], [`/instances/${shop.id}/files/ticket`], [`/instances/${shop.id}/terminal`, { columns: 80, rows: 24 }]]) {
          const { status } = await session.api.call("POST", path, body);
          statuses[status] += 1;
          tried += 1;
        }
      }
    }));
    const [given, refused] = [statuses[200], statuses[429]];
    assert.ok(given > 0 && refused > 0 && given + refused === 3_000, JSON.stringify(statuses));
    const { cookie } = await enter(world, address.host, await signIn(world, ada));
    await works("ada's own app meanwhile", { ...NAVIGATION, cookie });
    await ada.api.post(`/instances/${web.id}/files/ticket`);
    await ada.api.post(`/instances/${web.id}/terminal`, { columns: 80, rows: 24 });
    console.log(`2,000 visits and 3,000 tickets of one person in ${Math.round(performance.now() - before)} ms: ${given} tickets given, ${refused} refused`);
    await eve.api.remove(`/instances/${shop.id}`);
    await eve.gone(shop.id);
  });

  test("a public app is told nothing of who comes (L8)", async () => {
    const session = await signIn(world, eve);
    const owned = (await enter(world, address.host, await signIn(world, ada))).cookie;
    await open(ada, web, 8080, "public");
    const told = await session.api.call("POST", "/visit", { app: address.hostname.split(".")[0], path: "/x" });
    assert.equal(told.body.url, new URL("/x", address).href, "a ticket for what everybody may open");
    const { text } = await works("with a cookie from before", { ...NAVIGATION, cookie: owned });
    assert.ok(!/x-dockhost|dockhost-app/i.test(text), text);
    await open(ada, web, 8080, "owner");
  });

  test("the keys of identities are on the console and on every app's host, and nothing else is ours there", async () => {
    const [console_, app, absent] = await Promise.all([`localhost:${world.server.port}`, address.host, host("nothing")].map((name) => ask(world, name, "/.dockhost/jwks.json")));
    assert.equal(console_.text, app.text);
    assert.equal(app.text, absent.text);
    const { keys: [key] } = JSON.parse(app.text);
    assert.deepEqual([key.kty, key.crv, key.alg, key.use], ["OKP", "Ed25519", "EdDSA", "sig"]);
    assert.equal(Buffer.from(key.x, "base64url").length, 32);
    assert.equal((await ask(world, address.host, "/.dockhost/other")).status, 404);
    assert.equal((await request(world.server.base, "GET", "/api/v1/me")).status, 401);
    await until("the app is there", async () => (await ask(world, address.host, "/")).status === 401);
  });
});
