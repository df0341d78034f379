// The desktop window under Xvfb, against a real server: signs in and shows the list, a terminal, and files both ways.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, must, output, PASSWORD, run, session, until, World } from "../../harness.mjs";
import { Daemon, program } from "../../support/process.mjs";

describe("in a window", () => {
  let world, screen, window, env, id;

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    await world.ada.addKey();
    await world.node("lab-1");
    ({ id } = await world.ada.create("on-the-desk"));
    await world.ada.phase(id, "running", 300);
    const display = await freeDisplay();
    screen = new Daemon("Xvfb", [display, "-screen", "0", "1280x900x24", "-nolisten", "tcp"], { log: join(world.dir, "xvfb.log") });
    await until("the screen is there", () => {
      screen.check();
      return existsSync(`/tmp/.X11-unix/X${display.slice(1)}`);
    }, 20);
    // Without a graphics card WebKit draws nothing by its faster ways.
    const home = join(world.dir, "home");
    await mkdir(home);
    env = { HOME: home, DISPLAY: display, WEBKIT_DISABLE_DMABUF_RENDERER: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1",
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

  const click = (on, x, y) => xdotool("mousemove", "--window", on, String(x), String(y), "click", "1");
  async function picture() {
    const at = join(world.dir, "picture.ppm");
    await must("import", ["-window", "root", at], { env: { ...process.env, ...env } });
    return createHash("sha256").update(await readFile(at)).digest("hex");
  }
  /** Types, and answers when `seen` does. Keys are lost while a page is not there yet, or faster than the machine draws
      what was typed; so they are typed again, and more slowly. */
  async function typed(what, text, seen) {
    for (let tries = 1; ; tries++) {
      try {
        await text((...keys) => xdotool("type", "--delay", String(100 * tries), ...keys), tries);
        return await until(what, seen, 8);
      } catch (error) {
        await must("import", ["-window", "root", join(output, "screens", "desktop-failed.png")], { env: { ...process.env, ...env } });
        if (tries === 4) throw error;
      }
    }
  }
  const file = (path) => fetch(`${world.server.base}/api/v1/instances/${id}/files?path=${encodeURIComponent(path)}`, { headers: world.ada.api.headers });

  test("it signs in and shows the list", async () => {
    const id = await titled("Sign in");
    await xdotool("windowmove", id, "0", "0");
    await xdotool("windowfocus", "--sync", id);
    // The window has a title before its page takes keys, and nothing tells a test when it does: so it signs in
    // as a person would who sees that a key was lost, by typing it again.
    for (let tries = 1; ; tries++) {
      // From an empty corner, the first stop of the Tab key is the first field.
      await click(id, 20, 20);
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
    const mine = new Api(world.server.base, (await session(world.server.base, "ada", PASSWORD)).headers);
    const others = (await mine.get("/sessions")).filter(({ current }) => !current);
    assert.equal(others.length, 1, "the window has a session of its own");
  });

  test("its terminal is a shell of the instance", async () => {
    const list = await titled("Instances");
    // The terminal's button in the one row of the list.
    await click(list, 1077, 107);
    const terminal = await titled("Terminal on on-the-desk");
    await typed("the shell did it", async (type) => {
      await click(terminal, 600, 400);
      await xdotool("key", "ctrl+u");
      await type("echo from the window > typed");
      await xdotool("key", "Return");
    }, async () => (await (await file("typed")).text()) === "from the window\n");
    await must("import", ["-window", "root", join(output, "screens", "desktop-terminal.png")], { env: { ...process.env, ...env } });
  });

  test("files go out of the instance into the folder of downloads, and into it from a dialog", async () => {
    await click(await titled("Terminal on on-the-desk"), 244, 28);
    const page = await titled("on-the-desk");
    const scrolled = async () => {
      await xdotool("mousemove", "--window", page, "700", "500", "click", "--repeat", "60", "--delay", "5", "5");
      return picture();
    };
    // Backwards from the words about deleting, at the end of the page, come the lines of what happened and the way to all of
    // them, of which each is a stop, then the path to download with its button, the folder and the files.
    const lines = async () => {
      const { events } = await world.ada.api.get(`/events?of=${id}&limit=50`);
      return events.filter(({ text }, at) => text !== events[at - 1]?.text).length;
    };
    const back = async (stops) => {
      // A question that keys of the last try may have opened.
      await xdotool("key", "Escape");
      await until("the page is at its end", async () => (await scrolled()) === (await scrolled()), 20);
      await click(page, 500, 706);
      const behind = (await lines()) + 1;
      for (let stop = 0; stop < behind + stops; stop++) await xdotool("key", "shift+Tab");
    };
    await typed("the file is here", async (type, tries) => {
      // Its button is no stop as long as there is no path.
      await back(tries % 2 ? 1 : 2);
      await xdotool("key", "ctrl+a");
      await type("/root/typed");
      await xdotool("key", "Return");
    }, async () => (await readFile(join(env.HOME, "Downloads", "typed"), "utf8")) === "from the window\n");

    const mine = join(world.dir, "mine.txt");
    await writeFile(mine, "out of a dialog\n");
    await typed("the file is in the instance", async (type) => {
      await back(4);
      await xdotool("key", "space");
      const dialog = await titled("Select Files", 5);
      await xdotool("windowfocus", "--sync", dialog);
      await type(mine);
      await xdotool("key", "Return");
    }, async () => (await (await file("mine.txt")).text()) === "out of a dialog\n");
    await must("import", ["-window", "root", join(output, "screens", "desktop-files.png")], { env: { ...process.env, ...env } });
  });
});
