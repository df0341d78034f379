// Public URLs in Chromium: what a neighbour's page, and one of another site, can make a person's browser ask of their app.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { until } from "../../harness.mjs";
import { NAVIGATION, ask, enter, open, placeApp, placeFile, signIn, worldWithApp } from "../../support/apps.mjs";
import { Browser } from "../../support/browser.mjs";

/** Runs in the attacking page: one way each to make the browser ask for `/hit-…` of the victim. */
const ATTACKS = {
  "a blind fetch": (at) => fetch(at, { mode: "no-cors", credentials: "include" }),
  "a blind fetch with a body": (at) => fetch(at, { mode: "no-cors", credentials: "include", method: "POST", body: "x=1" }),
  "a fetch": (at) => fetch(at, { credentials: "include" }),
  "a fetch with a preflight": (at) => fetch(at, { credentials: "include", method: "PUT", headers: { "x-any": "1" } }),
  "a fetch that says no referrer": (at) => fetch(at, { mode: "no-cors", credentials: "include", referrerPolicy: "no-referrer" }),
  "a picture": (at) => put("img", { src: at }),
  "a script": (at) => put("script", { src: at }),
  "a module": (at) => put("script", { src: at, type: "module", crossOrigin: "use-credentials" }),
  "a style sheet": (at) => put("link", { rel: "stylesheet", href: at }),
  "a frame": (at) => put("iframe", { src: at }),
  "a frame in a sandbox": (at) => put("iframe", { src: at, sandbox: "allow-scripts" }),
  "an object": (at) => put("object", { data: at }),
  "an embed": (at) => put("embed", { src: at }),
  "a sound": (at) => put("audio", { src: at, preload: "auto" }),
  "a film": (at) => put("video", { src: at, preload: "auto" }),
  "an icon": (at) => put("link", { rel: "icon", href: at }),
  "a manifest": (at) => put("link", { rel: "manifest", href: at, crossOrigin: "use-credentials" }),
  "a prefetch": (at) => put("link", { rel: "prefetch", href: at }),
  "a preload": (at) => put("link", { rel: "preload", as: "fetch", href: at, crossOrigin: "use-credentials" }),
  "a module ahead": (at) => put("link", { rel: "modulepreload", href: at }),
  "a background": (at) => put("div", { style: `width: 9px; height: 9px; background: url("${at}")` }),
  "a page fetched ahead": (at) => put("script", { type: "speculationrules", textContent: JSON.stringify({ prefetch: [{ source: "list", urls: [at], eagerness: "immediate" }] }) }),
  "a page drawn ahead": (at) => put("script", { type: "speculationrules", textContent: JSON.stringify({ prerender: [{ source: "list", urls: [at], eagerness: "immediate" }] }) }),
  "events": (at) => new EventSource(at, { withCredentials: true }),
  "a socket": (at) => new WebSocket(at.replace(/^http/, "ws")),
  "a beacon": (at) => navigator.sendBeacon(at, "x=1"),
  "a form in a frame": (at) => form(at, "POST", "frame-1"),
  "a form that asks in a frame": (at) => form(at, "GET", "frame-2"),
  "a form in a window": (at) => form(at, "POST", "_blank"),
  "a form of bytes in a window": (at) => form(at, "POST", "_blank", "text/plain"),
};

const HELPERS = `
  globalThis.put = (name, more) => { const made = document.createElement(name); const { style, textContent, ...rest } = more;
    if (style) made.setAttribute("style", style); if (textContent) made.textContent = textContent; Object.assign(made, rest); if (rest.sandbox) made.setAttribute("sandbox", rest.sandbox); document.body.append(made); };
  globalThis.form = (at, method, target, enctype = "application/x-www-form-urlencoded") => { if (target !== "_blank") put("iframe", { name: target });
    const made = document.createElement("form"); Object.assign(made, { action: at, method, target, enctype }); document.body.append(made); made.submit(); };`;

describe("public URLs in a browser", () => {
  let world, ada, eve, web, evil, address, neighbour, elsewhere, browser, context;
  let tried = 0;

  before(async () => {
    ({ world, ada, eve, web, address } = await worldWithApp("owner"));
    evil = await eve.phase((await eve.create("evil")).id, "running");
    neighbour = await placeApp(eve, evil, 8080, "public");
    for (const [person, instance] of [[ada, web], [eve, evil]]) await placeFile(person, instance, "blank.html", "<!doctype html><title>page</title><body>page</body>");
    elsewhere = http.createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><body>elsewhere</body>"));
    await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    browser = await Browser.open();
  });
  after(async () => {
    console.log(`attacks from pages in Chromium tried: ${tried}`);
    await browser?.close();
    elsewhere?.close();
    await world?.close();
  });

  const visit = async (person) => /dockhost-app=([^;]+)/.exec((await enter(world, address.host, await signIn(world, person))).cookie)[1];
  const own = async (path) => ask(world, address.host, path, { headers: { ...NAVIGATION, cookie: `dockhost-app=${await visit(ada)}` } });
  /** What the victim's app was asked. */
  const seen = async () => (await own("/seen")).text;

  /** None of the attacks has come to the app. */
  async function nothingCame() {
    const through = (await seen()).split("\n").filter((line) => line.includes("/hit-"));
    assert.deepEqual(through.map((line) => `${line}: ${Object.keys(ATTACKS)[/hit-(\d+)/.exec(line)[1]]}`), [], "the app was asked");
    return true;
  }

  async function adasBrowser() {
    await context?.close();
    context = await browser.context();
    await context.addCookies([{ name: "dockhost-app", value: await visit(ada), url: address.origin, httpOnly: true, sameSite: "Lax" }]);
    return context.newPage();
  }

  /** What the browser asked of the victim, and what it was answered. */
  function watched() {
    const asked = new Map();
    context.on("request", (request) => request.url().includes("/hit-") && asked.set(request, "on its way"));
    context.on("requestfinished", async (request) => asked.has(request) && asked.set(request, (await request.response())?.status()));
    context.on("requestfailed", (request) => asked.has(request) && asked.set(request, "failed"));
    return asked;
  }

  for (const [site, base] of [["a neighbour", () => new URL("/page/blank", neighbour).href], ["another site", () => `http://127.0.0.1:${elsewhere.address().port}/`]]) {
    test(`nothing that the page of ${site} asks for reaches the app`, async () => {
      const page = await adasBrowser();
      await page.goto(base());
      const asked = watched();
      await page.evaluate(HELPERS);
      const names = Object.keys(ATTACKS);
      for (const [number, name] of names.entries()) {
        tried += 1;
        await page.evaluate(`(async () => { try { (${ATTACKS[name]})("${address.origin}/hit-${number}"); } catch {} })()`);
      }
      const paths = () => new Set([...asked.keys()].map((request) => /hit-\d+/.exec(request.url())[0]));
      // Chromium never asks for some of them: what it forbids by itself. It asks for others late, and what comes while
      // the app tells is waited for as well.
      const answered = () => paths().size >= 20 && [...asked.values()].every((state) => state !== "on its way");
      await until("the browser has asked", async () => {
        const known = asked.size;
        return answered() && (await nothingCame()) && answered() && asked.size === known;
      }, 30);
      assert.ok([...asked.values()].every((state) => state === "failed" || state === undefined || state >= 300), [...asked.values()].join(" "));
      console.log(`${site}: ${paths().size} of ${names.length} were asked for by Chromium, 0 came through`);
    });

    test(`a link on the page of ${site} leads there all the same`, async () => {
      const page = await adasBrowser();
      await page.goto(base());
      await page.evaluate((at) => { document.body.innerHTML = `<a href="${at}">there</a>`; }, new URL("/page/blank", address).href);
      await page.click("a");
      await page.waitForURL(`${address.origin}/page/blank`);
      assert.equal(await page.textContent("body"), "page");
    });
  }

  test("the app's own page does all of it", async () => {
    const page = await adasBrowser();
    await page.goto(new URL("/page/blank", address).href);
    const done = await page.evaluate(async () => {
      const status = async (path, more) => (await fetch(path, more)).status;
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws`);
      const echo = new Promise((resolve) => { socket.onopen = () => socket.send("hello"); socket.onmessage = ({ data }) => resolve(data); socket.onerror = () => resolve("refused"); });
      const events = new EventSource("/events");
      const event = new Promise((resolve) => { events.onmessage = ({ data }) => { events.close(); resolve(data); }; });
      const frame = new Promise((resolve) => { const made = document.createElement("iframe"); made.src = "/page/blank"; made.onload = () => resolve(made.contentDocument?.body?.textContent); document.body.append(made); });
      return [await status("/own"), await status("/own", { method: "POST", body: "x" }), await status("/own", { method: "DELETE" }), await echo, await event, await frame];
    });
    assert.deepEqual(done, [200, 200, 200, "hello", "event 1", "page"]);
    await page.evaluate(() => { document.body.innerHTML = '<form method="POST" action="/own-form"><button>send</button></form>'; });
    await page.click("button");
    await page.waitForURL(/own-form/);
    assert.match(await seen(), /^POST \/own-form$/m);
  });

  test("a cookie that a neighbour plants for the whole domain changes nothing, or is found out", async () => {
    await open(ada, web, 8080, "signed-in");
    const page = await adasBrowser();
    const plant = async (value) => {
      tried += 1;
      await page.goto(new URL("/page/blank", neighbour).href);
      await page.evaluate((text) => { document.cookie = `dockhost-app=${text}; Domain=apps.localhost; Path=/`; }, value);
      assert.equal(await page.evaluate(() => document.cookie.includes("dockhost-app=")), true, "Chromium did not take it");
    };
    await plant("junk");
    const beside = await page.goto(new URL("/", address).href);
    assert.match(await beside.text(), /x-dockhost-user: ada/i);
    await plant(await visit(eve));
    const two = await page.goto(new URL("/", address).href);
    assert.equal(two.status(), 409);
    const after = await page.goto(new URL("/", address).href);
    assert.match(await after.text(), /x-dockhost-user: ada/i, "the planted one was not taken away");
    await open(ada, web, 8080, "owner");
  });

  test("somebody else's page cannot show the app in a frame", async () => {
    const page = await adasBrowser();
    await page.goto(new URL("/page/blank", neighbour).href);
    tried += 1;
    await page.evaluate((at) => { const made = document.createElement("iframe"); made.src = at; document.body.append(made); }, new URL("/page/blank", address).href);
    const frame = await until("the frame is there", () => page.frames().find((known) => known !== page.mainFrame() && known.url() !== "about:blank"));
    await until("it shows no app", async () => !/^page$/.test((await frame.textContent("body").catch(() => "gone")) ?? ""));
  });

  test("whatever the pages asked for late has not come through either", nothingCame);
});
