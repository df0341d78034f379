// An instance that stands still for a while: paused by hand on its node, or held back by the node after it ended by itself.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { World, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { Client } from "../../support/gateway.mjs";

describe("an instance that stands still", () => {
  let world, ada, web, container, client, browser, page;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));
  const see = (text, seconds = 30) => page.locator("main").getByText(text).first().waitFor({ timeout: seconds * 1000 });
  const act = (verb) => world.engine.call("POST", `/containers/${container.Id}/${verb}`);
  const view = () => ada.api.get(`/instances/${web.id}`);
  const explained = () => ada.api.get(`/instances/${web.id}/explain`);
  const startedAt = async () => (await world.engine.call("GET", `/containers/${container.Id}/json`)).State.StartedAt;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    const made = await ada.create("web-1", { limits: { memory: "256m", cpus: 1 } });
    assert.deepEqual(made.limits, { cpu_millis: 1000, memory_bytes: 268435456 });
    web = await ada.phase(made.id, "running", 300);
    [container] = await world.engine.containersOf(web.id);
    client = await Client.of(ada);
    await client.ready("web-1");
    browser = await Browser.open();
    const context = await browser.context();
    await signIn(context, world.server.base, "ada");
    page = await context.newPage();
    await page.goto(`${world.server.base}/instances/${web.id}`, { waitUntil: "networkidle" });
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  test("one that is paused on its node is called paused, everywhere and with the reason", async () => {
    const session = client.stay(["web-1@dockhost", "echo in; while :; do sleep 1; echo tick; done"]);
    await until("the session runs", () => session.out.text.includes("tick"));
    await act("pause");
    const paused = await ada.phase(web.id, "paused", 30);
    assert.match(paused.message, /docker pause/);
    await until("the session is told", () => /web-1 is paused/.test(session.out.error), 30);
    await see("Why is it paused?");
    await see(/docker unpause on lab/);
    await look("paused");

    const { cause, evidence, next_step, ways_out } = await explained();
    assert.match(cause, /Somebody paused its container/);
    assert.ok(evidence.some(({ text }) => text === "lab saw that its container is paused."), JSON.stringify(evidence));
    assert.match(next_step, /`docker unpause` on lab/);
    assert.deepEqual(ways_out.map(({ verb }) => verb), ["restart", "stop", "delete"]);
    assert.match((await client.lobby("ls")).stdout, /web-1 +paused/);
    assert.match((await client.lobby("explain web-1")).stdout, /docker pause/);

    const login = await client.ssh("web-1", "true");
    assert.deepEqual([login.status, login.stdout], [255, ""]);
    assert.match(login.stderr, /web-1 cannot be reached: paused\. Somebody paused/);
    const file = await ada.api.call("GET", `/instances/${web.id}/files?path=/etc/hostname`);
    assert.equal(file.status, 409);
    assert.match(file.body.message, /web-1 is paused/);
    const start = await ada.api.call("POST", `/instances/${web.id}/start`);
    assert.equal(start.status, 409, "a start that changes nothing is not granted");
    assert.match(start.body.message, /docker unpause/);

    const ticks = session.out.text.length;
    await act("unpause");
    await ada.phase(web.id, "running", 30);
    await until("the session goes on", () => session.out.text.length > ticks && /web-1 goes on/.test(session.out.error), 30);
    await session.end();
    const told = (await ada.api.get(`/instances/${web.id}/events`)).map(({ text }) => text);
    assert.ok(told.includes("Somebody paused its container on its node.") && told.includes("Its container is no longer paused."), told.join("\n"));
  });

  test("a restart ends the pause", async () => {
    await act("pause");
    await ada.phase(web.id, "paused", 30);
    await ada.api.post(`/instances/${web.id}/restart`);
    await ada.phase(web.id, "running", 60);
    await client.ready("web-1");
  });

  test("what ended by itself counts down to its next start, on the page and in the lobby", async () => {
    // Each end makes the next pause twice as long.
    for (const seconds of [5, 10, 20, 40]) {
      await act("kill");
      const held = await until(`it waits for about ${seconds} s`, async () => {
        const now = await view();
        return now.phase === "restarting" && now.starts_at && now;
      }, 30);
      assert.match(held.message, /It stopped by itself \(exit code 137\)\.$/);
      const left = (Date.parse(held.starts_at) - Date.now()) / 1000;
      assert.ok(left > seconds - 4 && left <= seconds + 1, `${left} s are left of ${seconds}`);
      if (seconds < 40) await ada.phase(web.id, "running", seconds + 20);
    }
    const timer = page.locator("main").getByRole("timer").first();
    await timer.waitFor();
    const left = async () => {
      const [, minutes, seconds] = /^in (\d+):(\d\d)$/.exec(await timer.innerText()) ?? [];
      return Number(minutes) * 60 + Number(seconds);
    };
    const first = await left();
    await until("it counts down by the second", async () => (await left()) <= first - 2, 10);
    const state = page.locator("main header").getByText(/^down, next try/);
    await state.waitFor();
    const colour = (locator) => locator.evaluate((element) => getComputedStyle(element).color);
    const warn = await page.evaluate(() => {
      const probe = document.body.appendChild(Object.assign(document.createElement("i"), { className: "text-warn" }));
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    });
    assert.equal(await colour(state), warn, "what is down is warned of");
    assert.equal(await page.locator("main header .animate-dot").count(), 0, "and does not look busy");
    const verbs = page.locator("main header").getByRole("button");
    assert.equal(await verbs.first().innerText(), "Start now", "the way out stands first");
    await see("Why is it down?");
    await see(/exit code 137/);
    await look("restart-pause");
    assert.match((await client.lobby("ls")).stdout, /web-1 +restarting, starts in \d+ s/);
    assert.match((await client.lobby("explain web-1")).stdout, /It starts again in \d+ s\./);
    assert.match((await explained()).next_step, /Start it to wait no longer/);
  });

  test("Start now starts it now, and once", async () => {
    const { starts_at } = await view();
    await page.getByRole("button", { name: "Start now", exact: true }).first().click();
    await ada.phase(web.id, "running", 20);
    assert.ok(Date.now() < Date.parse(starts_at), "it ran before the pause was over");
    const started = await startedAt();
    await client.ready("web-1");
    assert.equal(await startedAt(), started);
    assert.equal((await view()).starts_at, undefined);
  });

  test("the lobby starts it now, too", async () => {
    await act("kill");
    await until("it is held back", async () => (await view()).starts_at);
    const started = await client.lobby("start web-1");
    assert.equal(started.status, 0, started.stderr);
    assert.match(started.stdout, /web-1 is running/);
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
