// What a visitor downloads, and what the pages forbid.
import assert from "node:assert/strict";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import http from "node:http";
import { after, before, describe, test } from "node:test";

import { request, until } from "../../harness.mjs";
import { pictures, signIn } from "../../support/browser.mjs";
import { NAMES, Visitors, awake } from "../../support/visitors.mjs";

const kB = (bytes) => (bytes / 1000).toFixed(1);

describe("what a visitor gets", () => {
  let visitors, world, browser, base;

  before(async () => {
    visitors = await Visitors.open();
    ({ world, browser, base } = visitors);
  });
  after(() => visitors?.close());

  describe("on the wire", () => {
    test("the first visit of the list and of the sign-in page, and the second", async () => {
      for (const [what, username] of [["the list", "ada"], ["sign-in", undefined]]) {
        const { context, page, wire } = await visitors.come({ username });
        await awake(page);
        const first = await wire.settled();
        console.log(`first visit ${kB(first.bytes)} kB of ${what}: ${first.answers.map((one) => `${one.name} ${kB(one.bytes)}`).join(", ")}`);
        assert.ok(first.bytes <= 750_000, `${first.bytes} bytes`);
        assert.ok(first.answers.some((one) => one.name.endsWith(".wasm") && one.bytes > 100_000), "the program was not counted");
        wire.reset();
        await page.goto(`${base}/`, { waitUntil: "networkidle" });
        await awake(page);
        const second = await wire.settled();
        const wasm = second.answers.filter((one) => one.name.endsWith(".wasm")).reduce((sum, one) => sum + one.bytes, 0);
        console.log(`second visit ${wasm} bytes of WASM, ${kB(second.bytes)} kB of all of ${what}`);
        assert.equal(wasm, 0);
        await context.close();
      }
    });

    test("HTML of 13 rows, with the world in it once", async () => {
      const { context, wire, page } = await visitors.come({ username: "ada" });
      await page.getByRole("link", { name: NAMES[0], exact: true }).waitFor();
      const { answers } = await wire.settled();
      const html = answers.find((one) => one.type === "Document");
      const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
      const { text } = await request(base, "GET", "/", { headers: { cookie: cookies, "accept-encoding": "identity" } });
      console.log(`HTML of 13 rows ${kB(html.bytes)} kB, ${kB(text.length)} kB before compression`);
      for (const name of NAMES) assert.ok(text.includes(`>${name}<`), `${name} is not drawn`);
      assert.ok(html.bytes <= 15_000, `${html.bytes} bytes`);
      // A fingerprint stands in no row: it is said by the data alone, and once.
      const [{ fingerprint }] = await world.admin.get("/ssh-keys");
      assert.equal(text.split(fingerprint).length - 1, 1);
      await context.close();
    });

    const ask = (path, headers = {}, method = "GET") => new Promise((resolve, reject) => {
      const { hostname, port } = new URL(base);
      const sent = http.request({ method, hostname, port, path, headers, agent: false }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
      });
      sent.on("error", reject);
      sent.end();
    });
    const decoded = ({ headers, body }) => ({ br: brotliDecompressSync, gzip: gunzipSync })[headers["content-encoding"]]?.(body) ?? body;

    test("every file is the same in each coding, and asked for again costs nothing", async () => {
      const html = decoded(await ask("/")).toString();
      const script = /<script type="module" src="([^"]+)"/.exec(html)[1].replace("/./", "/");
      const wasm = /["'`]([^"'`]*_bg-dxh[0-9a-f]+\.wasm)["'`]/.exec(decoded(await ask(script)).toString())[1];
      const program = new URL(wasm, `${base}${script}`).pathname;
      for (const path of [script, program, "/dockhost.css", "/favicon.svg", "/terminal/xterm/xterm.mjs", "/fonts/inter.woff2"]) {
        const plain = await ask(path, { "accept-encoding": "identity" });
        assert.equal(plain.status, 200, path);
        const packed = !path.endsWith(".woff2");
        for (const [accepts, coding] of [["gzip, deflate, br", "br"], ["gzip", "gzip"], ["br;q=0.1, gzip;q=0.2", "gzip"], ["identity;q=0, *", "br"], ["*;q=0, identity", undefined]]) {
          const got = await ask(path, { "accept-encoding": accepts });
          assert.equal(got.headers["content-encoding"], packed ? coding : undefined, `${path} for ${accepts}`);
          assert.equal(got.headers["content-type"], plain.headers["content-type"]);
          assert.ok(decoded(got).equals(plain.body), `${path} for ${accepts} is another`);
          if (packed) assert.match(got.headers.vary, /accept-encoding/i);
          const head = await ask(path, { "accept-encoding": accepts }, "HEAD");
          for (const name of ["etag", "content-encoding", "content-length", "cache-control"]) assert.equal(head.headers[name], got.headers[name], `${name} of HEAD ${path}`);
          const again = await ask(path, { "accept-encoding": accepts, "if-none-match": got.headers.etag });
          assert.deepEqual([again.status, again.body.length, again.headers.etag], [304, 0, got.headers.etag], path);
          const part = await ask(path, { "accept-encoding": accepts, range: "bytes=10-20" });
          assert.equal(part.status, 200, "a part is given of nothing");
          assert.ok(part.body.equals(got.body));
        }
        assert.equal(plain.headers["cache-control"], /-dxh/.test(path) ? "public, max-age=31536000, immutable" : "no-cache", path);
      }
      assert.equal((await ask("/", { "accept-encoding": "identity;q=0" })).status, 406);
      assert.equal((await ask("/assets/missing.js")).status, 404);
      assert.equal((await ask(`${script}.br`)).status, 404);
      assert.equal((await ask("/dockhost.css", {}, "POST")).status, 405);
    });

    test("answers for programs and pages are compressed, what shows a secret or goes on is not", async () => {
      const headers = { ...world.ada.api.headers, "accept-encoding": "gzip, br" };
      for (const path of ["/api/v1/instances", "/api/v1/live/snapshot", "/", "/sign-in"]) {
        const got = await ask(path, headers);
        assert.equal(got.headers["content-encoding"], "gzip", path);
        assert.match(got.headers.vary, /accept-encoding/i, path);
      }
      const { headers: told, status } = await request(base, "POST", "/api/v1/invites", { headers });
      assert.ok(status < 300);
      assert.equal(told["content-encoding"], undefined);
      const [{ id }] = await world.admin.get("/instances");
      const file = await ask(`/api/v1/instances/${id}/files?path=/var/lib/dpkg/status`, headers);
      assert.deepEqual([file.status, file.headers["content-encoding"]], [200, undefined]);
      assert.ok(file.body.length > 5_000);
    });
  });

  describe("the policy", () => {
    const violations = (page) => page.evaluate(() => globalThis.violations);
    const watch = (context) => context.addInitScript(() => {
      globalThis.violations = [];
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) => globalThis.violations.push(`${violatedDirective} ${blockedURI} ${sample}`));
    });

    test("names no exception but the program, and no page breaks it", async () => {
      const { headers } = await request(base, "GET", "/");
      const policy = headers["content-security-policy"];
      assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|\*|http:/);
      assert.match(policy, /script-src 'self' 'wasm-unsafe-eval' 'sha256-[^']+'/);
      assert.match(headers["permissions-policy"], /camera=\(\)/);
      const context = await browser.context();
      await watch(context);
      await signIn(context, base, "ada");
      const page = await context.newPage();
      const [{ id }] = await world.admin.get("/instances");
      for (const path of ["/", "/instances/new", `/instances/${id}`, "/nodes", "/ssh-keys", "/tokens", "/sign-in-request", "/activity", "/people", "/account", "/settings", "/sign-up", "/set-up", "/reset-password", "/nothing/here", "/instances/i-00000000000000aa"]) {
        if (path === "/nothing/here") browser.expected.push(/status of 404 .*\/nothing\/here$/);
        await page.goto(`${base}${path}`, { waitUntil: "networkidle" });
        await awake(page);
        assert.deepEqual(await violations(page), [], path);
        assert.notEqual(await page.title(), "", path);
      }
      // The live socket is of the page's own origin.
      await page.goto(`${base}/`);
      await awake(page);
      await until("the socket is open", () => page.evaluate(() => performance.getEntriesByType("resource").length > 0));
      await world.ada.create("live-1");
      await page.getByRole("link", { name: "live-1", exact: true }).waitFor();
      // The verbs that used to run a text, and the terminal with its styles.
      await page.getByRole("button", { name: /^Copy the ssh command/ }).first().click();
      await page.goto(`${base}/instances/${id}/terminal`, { waitUntil: "networkidle" });
      await page.locator(".xterm-rows").first().waitFor();
      await until("it is connected", () => page.getByText("Connected", { exact: true }).count());
      assert.deepEqual(await violations(page), []);
      const line = await page.locator(".xterm-rows > div").first().evaluate((row) => getComputedStyle(row.querySelector("span") ?? row).display);
      assert.equal(line, "inline-block", "the terminal's own rules are there");
      await context.close();
      assert.deepEqual(browser.complaints, []);
    });

    test("a script or a style that came into a page does nothing", async () => {
      const context = await browser.context();
      await watch(context);
      const page = await context.newPage();
      browser.expected.push(/Content Security Policy/);
      await page.route(`${base}/`, async (route) => {
        const answer = await route.fetch();
        const body = (await answer.text()).replace('<div id="main"', '<script>window.ran = "inline"</script><img src="/missing.png" onerror="window.ran = \'handler\'"><p id="styled" style="color: rgb(1, 2, 3)"></p><style>#styled { margin-left: 99px }</style><div id="main"');
        await route.fulfill({ response: answer, body });
      });
      await page.goto(`${base}/`, { waitUntil: "networkidle" });
      await awake(page);
      const evaluated = await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "try { new Function('window.ran = 1')() } catch (error) { window.refused = error.name }";
        document.body.append(script);
        const { color, marginLeft } = getComputedStyle(document.getElementById("styled"));
        return { ran: window.ran, refused: window.refused, color, marginLeft };
      });
      assert.equal(evaluated.ran, undefined);
      assert.equal(evaluated.refused, undefined, "a script element that a script made did not run either");
      assert.notEqual(evaluated.color, "rgb(1, 2, 3)");
      assert.notEqual(evaluated.marginLeft, "99px");
      assert.ok((await violations(page)).length >= 4, JSON.stringify(await violations(page)));
      await context.close();
    });
  });

  test("pictures", async () => {
    const { context, page } = await visitors.come({ username: "ada" });
    await awake(page);
    assert.deepEqual(await pictures(page, "list-awake"), []);
    await context.close();
  });
});
