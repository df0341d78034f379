// A server whose list has so many rows, and visitors of it that have never been there.
import { World } from "../harness.mjs";
import { Browser, signIn } from "./browser.mjs";
import { latch, traffic } from "./wire.mjs";

export const ROWS = 13;
export const NAMES = [...Array(ROWS).keys()].map((at) => `${["web", "api", "db", "ci"][at % 4]}-${at + 1}`);

export class Visitors {
  /** With `rows`, somebody has that many instances, and they run. */
  static async open({ rows = ROWS } = {}) {
    const visitors = new Visitors();
    // Ports of tenants have another host than the console, so the first paint has the list in it.
    const world = await World.open({ ports: "127.0.0.2" });
    visitors.world = world;
    try {
      await world.node("lab-1", { max_instances: 20 });
      await world.ada.addKey();
      await world.admin.ok("PUT", "/settings", { ...(await world.admin.get("/settings")), quota: 20 });
      const made = [];
      for (const name of NAMES.slice(0, rows)) made.push(await world.ada.create(name));
      for (const { id } of made) await world.ada.phase(id, "running", 240);
      visitors.browser = await Browser.open();
      return visitors;
    } catch (error) {
      await visitors.close();
      throw error;
    }
  }

  get base() {
    return this.world.server.base;
  }

  /** Opens a page, and counts what comes. With `hold`, the page's program is kept back until it is let go. */
  async come({ username, path = "/", hold = false } = {}) {
    const context = await this.browser.context();
    if (username) await signIn(context, this.base, username);
    const page = await context.newPage();
    const wire = await traffic(page);
    const held = hold ? await latch(page, /\.wasm$/) : null;
    await page.goto(`${this.base}${path}`, { waitUntil: hold ? "domcontentloaded" : "networkidle" });
    return { context, page, wire, held };
  }

  async close() {
    await this.browser?.close();
    await this.world.close();
  }
}

/** The page's program listens. */
export const awake = (page) => page.waitForFunction(() => document.querySelector("#main")?.getAttribute("aria-busy") === null);
