// What comes over the wire to a page, as the browser itself counts it, and what may be made to wait there.
import { until } from "./wait.mjs";

/** Counts every answer: what was sent for it, headers and all, and nothing for what the browser had already. */
export async function traffic(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const wire = new Wire();
  session.on("Network.requestWillBeSent", ({ requestId, request: { url }, type }) => wire.begin(requestId, url, type));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => wire.end(requestId, encodedDataLength));
  session.on("Network.loadingFailed", ({ requestId }) => wire.end(requestId, 0));
  session.on("Network.requestServedFromCache", ({ requestId }) => wire.cached(requestId));
  return wire;
}

class Wire {
  #open = new Map();
  #done = [];

  begin(id, url, type) {
    if (/^https?:/.test(url)) this.#open.set(id, { name: new URL(url).pathname, type, cached: false });
  }

  cached(id) {
    const one = this.#open.get(id);
    if (one) one.cached = true;
  }

  end(id, bytes) {
    const one = this.#open.get(id);
    if (!one) return;
    this.#open.delete(id);
    this.#done.push({ ...one, bytes: one.cached ? 0 : bytes });
  }

  reset() {
    this.#done = [];
  }

  /** Everything that was asked for has come. */
  async settled() {
    await until("everything has come", () => this.#open.size === 0);
    const answers = [...this.#done].sort((a, b) => b.bytes - a.bytes);
    return { answers, bytes: answers.reduce((sum, one) => sum + one.bytes, 0) };
  }
}

/** Holds back what that pattern fits until it is opened. */
export async function latch(page, pattern) {
  const held = [];
  let open = false;
  await page.route(pattern, (route) => (open ? route.continue() : held.push(route)));
  const begun = Date.now();
  const release = () => {
    open = true;
    return Promise.all(held.splice(0).map((route) => route.continue()));
  };
  return {
    open: release,
    /** Not before that much time went by since the page was asked for. */
    async after(ms) {
      await until(`${ms} ms have gone by`, () => Date.now() - begun >= ms);
      await release();
    },
  };
}
