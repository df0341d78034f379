// A visitor of apps: every header is the test's own, and every host name leads to the server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";

import { PASSWORD, World } from "../harness.mjs";
import { Api } from "./http.mjs";
import { root } from "./process.mjs";
import { until } from "./wait.mjs";

/** What a browser says when somebody follows a link. */
export const NAVIGATION = { accept: "text/html", "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** Asks the server under that host name. `pieces` say when each came, `trailers` came behind them; `whole` is false for an answer
 * that broke off. */
export function ask(world, host, path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request({ host: "127.0.0.1", port: world.server.port, path, method, agent: false, headers: { host, ...headers } }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push([performance.now(), piece]));
      answer.on("error", () => {});
      answer.on("close", () => {
        const text = Buffer.concat(pieces.map(([, piece]) => piece)).toString();
        resolve({ status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, trailers: { ...answer.trailers }, pieces, text, whole: answer.complete });
      });
    });
    sent.on("error", reject);
    if (body?.pipe) body.pipe(sent);
    else sent.end(body);
  });
}

/** A browser that signs in at the console. */
export async function signIn(world, { username }) {
  const answer = await new Api(world.server.base).call("POST", "/sign-in", { username, password: PASSWORD });
  assert.equal(answer.status, 200, answer.text);
  const cookie = answer.headers["set-cookie"][0].split(";")[0];
  const api = new Api(world.server.base, { cookie, "dockhost-session-key": answer.body.session_key });
  return { cookie, api, end: () => api.post("/sign-out") };
}

/** Where the app's host sends a browser: what to ask the console for, and the cookie by which it is known again. */
export async function door(world, host, path = "/") {
  const first = await ask(world, host, path, { headers: { accept: "text/html" } });
  assert.equal(first.status, 302, first.text);
  const { pathname, searchParams } = new URL(first.headers.location);
  assert.equal(pathname, "/open");
  return { asked: Object.fromEntries(searchParams), browser: first.headers["set-cookie"][0].split(";")[0] };
}

/** The way from the app's host over the console back to it. `who` has an API: a session or a token. */
export async function enter(world, host, who, path = "/", headers = {}) {
  const { asked, browser } = await door(world, host, path);
  const told = await who.api.call("POST", "/visit", asked);
  if (told.status !== 200) return { refused: told };
  const url = new URL(told.body.url);
  const ticket = url.pathname + url.search;
  const shown = [browser, headers.cookie].filter(Boolean).join("; ");
  const entered = await ask(world, url.host, ticket, { headers: { ...headers, cookie: shown } });
  if (!entered.headers["set-cookie"]) return { entered, ticket };
  const cookie = entered.headers["set-cookie"].map((line) => line.split(";")[0]).join("; ");
  const arrived = await ask(world, url.host, entered.headers.location, { headers: { ...NAVIGATION, cookie } });
  return { cookie, ticket, entered, to: arrived.headers.location, arrived };
}

/** Starts the app on that port of the instance, and gives it a URL. Answers with the URL. */
export async function placeApp(person, instance, port = 8080, level = "public") {
  const script = await readFile(join(root, "tests/support/app.pl"));
  await placeFile(person, instance, "app.pl", script);
  await person.sshOk(instance, `(setsid perl /root/app.pl ${port} >/root/app-${port}.log 2>&1 </dev/null &); echo started`);
  const url = await open(person, instance, port, "public");
  await until("the app answers", async () => (await ask(person.world, url.host, "/")).status === 200, 20);
  if (level !== "public") await open(person, instance, port, level);
  return url;
}

/** An installation with the app at port 8080 of `web`, an instance of ada's, and with eve, who has an account. */
export async function worldWithApp(level) {
  const world = await World.open();
  await world.node("lab");
  const { ada } = world;
  const eve = await world.signUp("eve");
  await ada.addKey();
  await eve.addKey();
  const web = await ada.phase((await ada.create("web")).id, "running");
  return { world, ada, eve, web, address: await placeApp(ada, web, 8080, level) };
}

export async function placeFile(person, instance, path, body) {
  const url = `${person.world.server.base}/api/v1/instances/${instance.id}/files?path=${path}`;
  const sent = await fetch(url, { method: "PUT", body, headers: person.api.headers });
  assert.equal(sent.status, 204, await sent.text());
}

/** Says who may open the port; answers with its URL. */
export async function open(person, instance, port, level) {
  const { urls } = await person.api.ok("PUT", `/instances/${instance.id}/ports/${port}`, { url: level });
  const { url } = urls.find((known) => known.port === port);
  return url && new URL(url);
}

/** A link to the port, and the cookie of somebody who followed it. */
export async function follow(person, instance, port, headers = {}) {
  const link = new URL((await person.api.post(`/instances/${instance.id}/ports/${port}/link`, { hours: 1 })).url);
  const answer = await ask(person.world, link.host, link.pathname + link.search, { headers });
  const cookie = answer.headers["set-cookie"]?.map((line) => line.split(";")[0]).join("; ");
  return { link, answer, cookie };
}
