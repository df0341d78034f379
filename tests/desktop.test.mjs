// The desktop window under Xvfb, against a real server: signs in and shows the list.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { PASSWORD, World, Api, must, output, run, until } from "./harness.mjs";
import { Daemon, program } from "./support/process.mjs";

describe("in a window", () => {
  let world, screen, window, env;

  before(async () => {
    world = await World.open();
    await world.ada.addKey();
    await world.node("lab-1");
    const { id } = await world.ada.create("on-the-desk");
    await world.ada.phase(id, "running", 300);
    const display = await freeDisplay();
    screen = new Daemon("Xvfb", [display, "-screen", "0", "1280x900x24", "-nolisten", "tcp"], { log: join(world.dir, "xvfb.log") });
    await until("the screen is there", () => {
      screen.check();
      return existsSync(`/tmp/.X11-unix/X${display.slice(1)}`);
    }, 20);
    // Without a graphics card WebKit draws nothing by its faster ways.
    env = { DISPLAY: display, WEBKIT_DISABLE_DMABUF_RENDERER: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1",
      DOCKHOST_SERVER: world.server.base, XDG_CONFIG_HOME: join(world.dir, "config"), XDG_DATA_HOME: join(world.dir, "share"),
      XDG_CACHE_HOME: join(world.dir, "cache") };
    window = new Daemon(program("dockhost-desktop"), [], { log: join(world.dir, "desktop.log"), env });
  });
  after(async () => {
    await window?.end();
    await screen?.end();
    await world?.close();
  });

  async function freeDisplay() {
    for (let number = 90; number < 200; number++) {
      if (!existsSync(`/tmp/.X${number}-lock`) && !existsSync(`/tmp/.X11-unix/X${number}`)) return `:${number}`;
    }
    throw new Error("no free display");
  }

  const xdotool = (...args) => run("xdotool", args, { env: { ...process.env, ...env } });
  const titled = (title, seconds = 60) =>
    until(`the window's title is ${title}`, async () => {
      window.check();
      const found = await xdotool("search", "--onlyvisible", "--name", `^${title}`);
      return found.status === 0 && found.stdout.trim().split("\n").pop();
    }, seconds);

  test("it signs in and shows the list", async () => {
    const id = await titled("Sign in");
    await xdotool("windowmove", id, "0", "0");
    await xdotool("windowfocus", "--sync", id);
    // The window has a title before its page takes keys, and nothing tells a test when it does: so it signs in
    // as a person would who sees that a key was lost, by typing it again.
    for (let tries = 1; ; tries++) {
      // From an empty corner, the first stop of the Tab key is the first field.
      await xdotool("mousemove", "--window", id, "20", "20", "click", "1");
      for (const text of ["ada", PASSWORD]) {
        await xdotool("key", "Tab");
        await xdotool("key", "ctrl+a");
        await xdotool("type", "--delay", "90", text);
      }
      await xdotool("key", "Return");
      try {
        await titled("Instances", 8);
        break;
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
    mkdirSync(join(output, "screens"), { recursive: true });
    const picture = join(output, "screens", "desktop.png");
    await until("the window shows more than one colour", async () => {
      await must("import", ["-window", "root", picture], { env: { ...process.env, ...env } });
      return Number(await must("identify", ["-format", "%k", picture])) > 50;
    }, 30);
    const { headers } = await new Api(world.server.base).call("POST", "/sign-in", { username: "ada", password: PASSWORD });
    const mine = new Api(world.server.base, { cookie: headers["set-cookie"][0].split(";")[0] });
    const others = (await mine.get("/sessions")).filter((session) => !session.current);
    assert.equal(others.length, 1, "the window has a session of its own");
  });
});
