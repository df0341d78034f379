// Browsers keep cookies by host name and not by port, so whoever has an instance on the console's host is given its cookie and may set
// one. Here a listener stands for such an instance: apart from the console on loopback, and beside it under one host name.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, SESSION_KEY, World, freePort, must, request, root, session, until } from "../../harness.mjs";
import { Browser, pictures } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";
import { upgrade } from "../../support/live.mjs";
import { program } from "../../support/process.mjs";

const HOST = "console.test";
const PRIVATE = ["name-of-a-token", "name-of-a-node", "ada@example.org"];

/** What a tenant runs on a port of theirs: it keeps what browsers send, and answers with whatever cookies it is told to set. */
class Tenant {
  static async open(address) {
    const tenant = new Tenant();
    Object.assign(tenant, { received: [], sets: [] });
    tenant.server = http.createServer({ maxHeaderSize: 1 << 20 }, (asked, answer) => {
      tenant.received.push(asked.headers.cookie ?? "");
      if (tenant.sets.length > 0) answer.setHeader("set-cookie", tenant.sets);
      answer.setHeader("content-type", "text/html").end("<title>a tenant's page</title><p>Welcome");
    });
    await new Promise((resolve) => tenant.server.listen(0, address, resolve));
    tenant.port = tenant.server.address().port;
    return tenant;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** A console with people and things of theirs, a browser, and a tenant. `host` is what the browser calls the console. */
class Scene {
  static async open({ host, tenant, env = {}, ports, port }) {
    const scene = new Scene();
    // Every name that a browser asks for leads here and nowhere else.
    scene.browser = await Browser.open({ args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2`] });
    // What a browser says of every page over plain http that is not on loopback.
    scene.browser.expected.push(/Cross-Origin-Opener-Policy header has been ignored/);
    scene.tenant = await Tenant.open(tenant);
    scene.world = await World.open({ engine: false, ports, port, env });
    scene.base = `http://${host}:${scene.world.server.port}`;
    scene.bad = `http://${host === HOST ? HOST : tenant}:${scene.tenant.port}/`;
    const { ada } = scene.world;
    await scene.world.server.adminOk(["create-token", ada.username, PRIVATE[0]]);
    await scene.world.register(PRIVATE[1]);
    await scene.world.signUp("mallory").catch(async () => scene.world.server.adminOk(["create-administrator", "mallory", "mallory@example.org"], `${PASSWORD}\n`));
    return scene;
  }

  async close() {
    await this.browser?.close();
    await this.tenant?.close();
    await this.world?.close();
  }

  /** A tab in a browser of its own. */
  async tab() {
    const context = await this.browser.context();
    const page = await context.newPage();
    return { context, page };
  }

  async signIn(page, username = "ada") {
    await hands(() => page, () => this.base).ready();
    // What is pressed before the page wakes is another suite's matter.
    await page.locator('#main:not([aria-busy="true"])').waitFor({ state: "attached" });
    await page.getByLabel("Username or email address").fill(username);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: `Account of ${username}` }).waitFor();
  }

  async cookies(context) {
    return (await context.cookies(this.base)).filter(({ name }) => name === "dh_session");
  }

  document(cookie, path = "/") {
    return request(this.world.server.base, "GET", path, { headers: { cookie, accept: "text/html" } });
  }
}

const key = (page) => page.evaluate((name) => localStorage.getItem(name), SESSION_KEY);

/** When the largest thing of the first page was painted, in milliseconds. */
async function largestPaint(page, url) {
  await page.goto(url, { waitUntil: "load" });
  await page.getByRole("link", { name: /^Nodes/ }).waitFor();
  return page.evaluate(() => new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(Math.round(list.getEntries().at(-1).startTime))).observe({ type: "largest-contentful-paint", buffered: true });
  }));
}

/** The step of `make run` that gives its node a key, with the programs and the server of this suite. */
const enrol = (server, address) => must("bash", ["-c", `set -euo pipefail
  say() { echo "$*"; }; die() { echo "$*" >&2; exit 1; }
  DATA=$DOCKHOST_DATA_DIR KEY=$DATA/key ADDRESS=$1 DOCKHOST=$2
  mkdir -p "$DATA/log"
  dockhost() { "$DOCKHOST" "$@"; }
  source <(sed -n '/^enrol()/,/^}/p' "$3/scripts/run.sh")
  enrol
  cat "$KEY"`, "bash", address, program("dockhost"), root], { env: { ...process.env, ...server.env } });

const shownPrivate = (html) => PRIVATE.filter((name) => html.includes(name));

describe("on loopback the instances' ports have another address", () => {
  let scene, context, page;

  before(async () => {
    scene = await Scene.open({ host: "127.0.0.1", tenant: "127.0.0.2", ports: "127.0.0.2" });
    ({ context, page } = await scene.tab());
    await page.goto(scene.base);
    await scene.signIn(page);
  });
  after(() => scene?.close());

  test("a tenant's page is given no cookie of the console", async () => {
    assert.equal((await scene.cookies(context)).length, 1);
    await page.goto(scene.bad);
    scene.browser.expected.push(/ 403 |ERR_BLOCKED_BY_RESPONSE/);
    await page.evaluate((base) => fetch(`${base}/api/v1/me`, { mode: "no-cors", credentials: "include" }).catch(() => null), scene.base);
    assert.ok(scene.tenant.received.length > 0);
    assert.deepEqual(scene.tenant.received.filter((cookie) => cookie !== ""), []);
    assert.equal(await page.evaluate((name) => localStorage.getItem(name), SESSION_KEY), null, "the key is another origin's");
  });

  test("nor can it set one that the console is shown", async () => {
    const { cookie } = await session(scene.world.server.base, "mallory", PASSWORD);
    scene.tenant.sets = [`${cookie}; Path=/`, `${cookie}; Path=/; Domain=127.0.0.1`];
    await page.goto(scene.bad);
    await page.evaluate((cookie) => (document.cookie = `${cookie}; path=/`), cookie);
    scene.tenant.sets = [];
    await page.goto(scene.base);
    await page.getByRole("button", { name: "Account of ada" }).waitFor();
    assert.ok((await scene.cookies(context)).every(({ value }) => !cookie.endsWith(value)));
  });

  test("the first page has its data, as a browser navigates there", async () => {
    const [{ name, value }] = await scene.cookies(context);
    const drawn = await scene.document(`${name}=${value}`);
    assert.deepEqual(shownPrivate(drawn.text), PRIVATE);
    const paint = await largestPaint(page, scene.base);
    console.log(`largest paint of the first page, drawn with its data: ${paint} ms`);
  });

  test("a page whose key is gone, or another session's, is at the sign-in page with a sentence and in no loop", async () => {
    for (const spoil of [(name) => localStorage.removeItem(name), (name) => localStorage.setItem(name, "dhk_" + "0".repeat(49))]) {
      scene.browser.expected.push(/ 401 /);
      await page.evaluate(spoil, SESSION_KEY);
      const seen = [];
      const navigated = (frame) => seen.push(frame.url());
      await page.goto(scene.base);
      page.on("framenavigated", navigated);
      await page.getByText("This browser's session is over. Sign in again.").waitFor();
      // The router writes down once where it is.
      assert.ok(seen.length <= 1 && seen.every((url) => url.startsWith(scene.base)), `it goes round: ${seen}`);
      page.off("framenavigated", navigated);
      await scene.signIn(page);
      assert.match(await key(page), /^dhk_/);
    }
  });

  test("another tab takes up the session that begins in one, and signs out with it", async () => {
    const other = await context.newPage();
    await other.goto(scene.base);
    await other.getByRole("button", { name: "Account of ada" }).waitFor();
    await page.locator('#main:not([aria-busy="true"])').waitFor({ state: "attached" });
    await hands(() => page, () => scene.base).menu(/^Account of ada/, "Sign out");
    for (const tab of [page, other]) await tab.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.equal(await page.getByText("This browser's session is over").count(), 0, "whoever signs out knows it");
    assert.equal(await key(page), null);
    assert.equal((await scene.cookies(context)).length, 0);
    await scene.signIn(page);
    await other.goto(`${scene.base}/nodes`);
    await other.getByRole("heading", { name: "Nodes" }).waitFor();
    await other.close();
  });

  test("make run moves the node that an earlier version enrolled on the console's address, and no other", async () => {
    const { server } = scene.world;
    const address = async () => /^local\t.*\taddress (.*)$/m.exec(await server.adminOk(["nodes"]))[1];
    const first = await enrol(server, "127.0.0.1");
    assert.equal(await address(), "127.0.0.1");
    const drawn = await scene.document((await session(server.base, "ada", PASSWORD)).cookie);
    assert.deepEqual(shownPrivate(drawn.text), [], "a page is drawn by a cookie that instances are given");
    const moved = await enrol(server, "127.0.0.2");
    assert.match(moved, /^the local node moves to 127\.0\.0\.2\ndhn_/);
    assert.ok(!moved.includes(first.trim()), "the node of before has the same key");
    assert.equal(await address(), "127.0.0.2");
    assert.equal(await enrol(server, "127.0.0.2"), moved.split("\n").slice(1).join("\n"), "a second run enrols nothing");
    await server.adminOk(["enrol-node", "local", "--address", "lab.example.org"]);
    await enrol(server, "127.0.0.2");
    assert.equal(await address(), "lab.example.org", "what an operator chose stays");
    await server.adminOk(["enrol-node", "local", "--address", "127.0.0.2"]);
  });

  test("whoever guesses from the same address keeps this browser out of nothing", async () => {
    await page.goto(scene.base);
    await page.locator('#main:not([aria-busy="true"])').waitFor({ state: "attached" });
    await hands(() => page, () => scene.base).menu(/^Account of ada/, "Sign out");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const tries = async (password) => (await request(scene.base, "POST", "/api/v1/sign-in", { body: { username: "ada", password } })).status;
    await until("guesses are refused", async () => (await tries("not-the-password-1")) === 429);
    assert.equal(await tries(PASSWORD), 429);
    await scene.signIn(page);
  });

  test("nothing went wrong in the browser", () => assert.deepEqual(scene.browser.complaints, []));
});

describe("beside tenants under one host name, over plain http", () => {
  let scene, context, page, stolen;

  before(async () => {
    const port = await freePort();
    scene = await Scene.open({ host: HOST, tenant: "127.0.0.1", port, env: { DOCKHOST_PUBLIC_URL: `http://${HOST}:${port}`, DOCKHOST_INSECURE_HTTP: "true" } });
    ({ context, page } = await scene.tab());
    await page.goto(scene.base);
  });
  after(() => scene?.close());

  test("a banner says so on the sign-in page and on every other", async () => {
    await page.getByText(/This page comes over plain HTTP/).waitFor();
    assert.deepEqual(await pictures(page, "sign-in-plain-http"), []);
    await scene.signIn(page);
    for (const path of ["/", "/nodes", "/account"]) {
      await page.goto(scene.base + path);
      await page.getByText(/This page comes over plain HTTP/).waitFor();
    }
    assert.deepEqual(await pictures(page, "account-plain-http"), []);
  });

  test("sign-up is by invitation, and says so", async () => {
    const answer = await new Api(scene.world.server.base).call("POST", "/sign-up", { username: "eve", email: "eve@example.org", password: PASSWORD });
    assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"]);
    assert.match(answer.body.message, /invitation/);
  });

  test("the tenant is given the cookie, and it opens nothing", async () => {
    await page.goto(scene.bad);
    stolen = scene.tenant.received.find((cookie) => cookie.includes("dh_session="));
    assert.ok(stolen, "the browser no longer sends it there; then this suite tries nothing");
    const replay = { cookie: stolen, origin: scene.base, "sec-fetch-site": "same-origin" };
    const { base } = scene.world.server;
    for (const [method, path, body] of [["GET", "/me"], ["GET", "/live/snapshot"], ["POST", "/live/ticket"], ["POST", "/tokens", { name: "x" }], ["POST", "/visit", { app: "x" }]]) {
      const answer = await request(base, method, `/api/v1${path}`, { headers: replay, body });
      assert.equal(answer.status, 401, `${method} ${path}: ${answer.text}`);
    }
    for (const more of [{}, { [SESSION_KEY]: "" }, { [SESSION_KEY]: "x" }, { [SESSION_KEY]: `dhk_${"0".repeat(49)}` }]) {
      assert.equal((await upgrade(base, "/api/v1/live", { ...replay, ...more })).status, 401);
    }
    assert.equal((await upgrade(base, "/api/v1/live?ticket=dht_x", replay)).status, 401);
  });

  test("a page that is drawn for it shows nothing of anybody", async () => {
    for (const path of ["/", "/nodes", "/tokens", "/account", "/visit?app=x&path=/"]) {
      const drawn = await scene.document(stolen, path);
      assert.equal(drawn.status, 200);
      assert.deepEqual(shownPrivate(drawn.text), [], path);
      assert.ok(!drawn.text.includes("Account of ada"), path);
      assert.ok(!JSON.stringify(drawn.headers).includes("dhk_") && !/dh[kt]_/.test(drawn.text), "a key or a ticket was given for a cookie");
    }
  });

  test("its person comes in by cookie and key, after a skeleton", async () => {
    const drawn = await scene.document(stolen);
    assert.match(drawn.text, /aria-label="Loading"/);
    assert.ok(!drawn.text.includes("Username or email address"), "somebody who is signed in is shown the sign-in page first");
    const paint = await largestPaint(page, scene.base);
    await page.getByRole("button", { name: "Account of ada" }).waitFor();
    console.log(`largest paint of the first page, drawn without its data: ${paint} ms`);
  });

  test("cookies that a tenant plants beside the person's own change nothing", async () => {
    const mallory = (await session(scene.world.server.base, "mallory", PASSWORD)).cookie;
    const garbage = ["x".repeat(3_800), "\u0001", "\u00e9", "", "dhs_", '"; Path=/x; a="'];
    const planted = [`${mallory}; Path=/api`, `${mallory}; Path=/api/v1`, ...garbage.map((text, n) => `dh_session=${encodeURI(text)}; Path=/api/v1/${"live".slice(0, n)}`)];
    scene.tenant.sets = [...planted, ...Array.from({ length: 30 }, (_, n) => `dh_session${n}=${"y".repeat(1_000)}; Path=/`)];
    await page.goto(scene.bad);
    scene.tenant.sets = [];
    await page.goto(`${scene.base}/account`);
    await page.getByRole("button", { name: "Account of ada" }).waitFor();
    await page.getByText("ada@example.org").first().waitFor();
    for (const name of (await context.cookies()).map(({ name }) => name).filter((name) => /^dh_session\d/.test(name))) await context.clearCookies({ name });
    await context.clearCookies({ name: "dh_session", path: "/api" });
    await context.clearCookies({ name: "dh_session", path: "/api/v1" });
  });

  test("a cookie in the place of the person's own opens nobody's session, and signing in replaces it", async () => {
    const mallory = (await session(scene.world.server.base, "mallory", PASSWORD)).cookie;
    scene.browser.expected.push(/ 401 /);
    scene.tenant.sets = [`${mallory}; Path=/`];
    await page.goto(scene.bad);
    scene.tenant.sets = [];
    await page.goto(`${scene.base}/account`);
    await page.getByText("This browser's session is over. Sign in again.").waitFor();
    assert.equal(await page.getByText("mallory").count(), 0, "the person works in a session of somebody else's");
    assert.deepEqual(await pictures(page, "sign-in-again"), []);
    await scene.signIn(page);
    await page.getByText("ada@example.org").first().waitFor();
  });

  test("nothing went wrong in the browser", () => assert.deepEqual(scene.browser.complaints, []));
});
