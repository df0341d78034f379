// Everything that a person does with an instance, so that one line says that all of it goes.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { request } from "./http.mjs";
import { onFrames, sendFrame, upgrade } from "./live.mjs";
import { root } from "./process.mjs";
import { openTerminal } from "./terminal.mjs";
import { until } from "./wait.mjs";

/** Where the app listens in an instance: a port that is declared for it alone. */
export const APP_PORT = 8080;

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Brings a file in or out. */
export function files(person, id, method, path, body) {
  const url = `${person.world.server.base}/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`;
  return fetch(url, { method, body, headers: { authorization: person.api.headers.authorization } });
}

/** Starts the app in the instance and gives it a public URL; answers with that. */
export async function placeApp(client, { instance, id }) {
  const { person } = client;
  const sent = await files(person, id, "PUT", "/root/app.pl", await readFile(join(root, "tests/support/app.pl")));
  assert.equal(sent.status, 204, await sent.text());
  await client.ok(instance, `setsid perl /root/app.pl ${APP_PORT} >/root/app.log 2>&1 </dev/null &`);
  const { urls } = await person.api.ok("PUT", `/instances/${id}/ports/${APP_PORT}`, { url: "public" });
  const url = new URL(urls.find(({ port }) => port === APP_PORT).url);
  assert.equal(url.hostname, `${instance}-${APP_PORT}--${person.username}.apps.localhost`);
  assert.equal(Number(url.port), person.world.server.port);
  await until(`the app of ${instance} answers`, async () => (await askApp(person.world, url, "GET", "/")).status === 200, 20);
  return url;
}

/** Asks the app by its public URL, whose every name leads to the server. */
export function askApp({ server }, url, method, path, body) {
  return request(server.base, method, path, { headers: { host: url.host, "content-type": "text/plain" }, body });
}

/** A WebSocket to the app. `heard` are the frames that came back, `closed` is kept when it ends. */
export async function openSocket({ server }, url) {
  const { status, socket, head } = await upgrade(server.base, "/ws", { host: url.host, origin: url.origin });
  assert.equal(status, 101, "the app's WebSocket was not opened");
  const heard = [];
  onFrames(socket, head, ({ payload }) => heard.push(payload));
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  return { socket, heard, closed, say: (bytes) => sendFrame(socket, bytes, 2), end: () => socket.destroy() };
}

/** A login, a jump, a terminal, files in and out, a request to the app with bodies both ways, a WebSocket. */
export async function works(client, { instance, id, url }) {
  const { person } = client;
  assert.equal((await client.ok(instance, "hostname")).trim(), instance);
  const jumped = await client.jump(instance, "hostname");
  assert.equal(jumped.stdout.trim(), instance, jumped.stderr);
  const terminal = await openTerminal(person, id);
  await terminal.waitFor(/# $/);
  terminal.type("echo it is $(hostname)\r");
  await terminal.waitFor(new RegExp(`it is ${instance}`));
  terminal.close();
  const bytes = randomBytes(3 << 20);
  const sent = await files(person, id, "PUT", "/root/moved", bytes);
  assert.equal(sent.status, 204, await sent.text());
  const back = await files(person, id, "GET", "/root/moved");
  assert.equal(sha(Buffer.from(await back.arrayBuffer())), sha(bytes));
  const text = randomBytes(1 << 20).toString("base64");
  const answer = await askApp(person.world, url, "POST", "/echo", text);
  assert.equal(answer.status, 200, answer.text.slice(0, 200));
  assert.equal(sha(answer.text), sha(text), "the app's answer is not what was sent to it");
  const socket = await openSocket(person.world, url);
  try {
    socket.say("hello");
    socket.say(bytes.subarray(0, 200_000));
    await until(`the WebSocket of ${instance} echoes`, () => socket.heard.length === 2, 20);
    assert.equal(socket.heard[0].toString(), "hello");
    assert.equal(sha(socket.heard[1]), sha(bytes.subarray(0, 200_000)));
  } finally {
    socket.end();
  }
}
