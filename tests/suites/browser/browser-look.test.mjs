// How the page looks and speaks: columns below each other, hyphens of their own width, plain words, one progress card, mistakes
// told at once, and a frame around what is not found.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, must, until } from "../../harness.mjs";
import { Browser, pictures, signIn } from "../../support/browser.mjs";
import { hands } from "../../support/hands.mjs";

const WIDTHS = [1280, 1440];
/** What a calm reader stumbles over. */
const JARGON = /takes it up|as it is since|as the node gives|may start it|\bdeclare|\bof ada\b|most instances|API tokens|Cannot connect\?|\b\d+ bit\/s/i;

describe("how the page looks and speaks", () => {
  let world, ada, browser, context, page, base, web;
  const layout = [];
  const look = async (name) => layout.push(...(await pictures(page, name)));
  const { button, see, ready, open } = hands(() => page, () => base);

  before(async () => {
    world = await World.open({ ports: "127.0.0.2" });
    ({ ada } = world);
    base = world.server.base;
    await ada.addKey();
    await world.node("lab-1");
    for (const kind of ["ecdsa", "rsa"]) {
      const file = join(world.dir, `id-${kind}`);
      await must("ssh-keygen", ["-q", "-t", kind, "-N", "", "-C", kind, "-f", file]);
      await ada.api.post("/ssh-keys", { name: `a key of the kind ${kind}`, public_key: (await readFile(`${file}.pub`, "utf8")).trim() });
    }
    await world.server.adminOk(["create-token", "ada", "never used"]);
    const [first, second] = await Promise.all(["web-1", "a-longer-name-2"].map((name) => ada.create(name)));
    web = await ada.phase(first.id, "running", 300);
    await ada.phase(second.id, "running", 300);
    // A login starts it, so that its row shows a command, too.
    await ada.api.ok("PUT", `/instances/${second.id}/start-on-connect`, { allowed: true });
    await ada.api.post(`/instances/${second.id}/stop`);
    await ada.phase(second.id, "stopped", 60);
    browser = await Browser.open();
    context = await browser.context();
    await signIn(context, base, "ada");
    page = await context.newPage();
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  /** Where what `cells` finds in each row begins or ends, by column. */
  const columns = (rows, cells, side = "left") =>
    rows.evaluateAll(
      (rows, [cells, side]) => {
        const of = (row) => [...row.querySelectorAll(cells)].filter((cell) => cell.tagName !== "DIALOG" && cell.getClientRects().length > 0);
        return rows.map((row) => of(row).map((cell) => Math.round(cell.getBoundingClientRect()[side] * 4) / 4));
      },
      [cells, side],
    );
  const alike = (rows, what) => {
    assert.ok(rows.length > 1 && rows[0].length > 0, `${what}: ${JSON.stringify(rows)}`);
    for (const row of rows) assert.deepEqual(row, rows[0], what);
  };

  test("a hyphen is as wide as its font has it, and only figures are of one width", async () => {
    await open(`/instances/${web.id}`);
    const { own, plain, tabular, body } = await page.locator("h1").evaluate((heading) => {
      const width = (numeric) => {
        const copy = heading.cloneNode(true);
        Object.assign(copy.style, { position: "absolute", whiteSpace: "nowrap", ...(numeric && { fontVariantNumeric: numeric }) });
        heading.after(copy);
        const { width } = copy.getBoundingClientRect();
        copy.remove();
        return width;
      };
      return { own: width(), plain: width("normal"), tabular: width("tabular-nums"), body: getComputedStyle(document.body).fontVariantNumeric };
    });
    assert.equal(body, "normal");
    assert.equal(own, plain);
    assert.ok(tabular > plain, `tabular figures would make it ${tabular} px wide, and not ${plain}`);
    const times = await page.locator("time").evaluateAll((all) => all.map((time) => getComputedStyle(time).fontVariantNumeric));
    assert.deepEqual([...new Set(times)], ["tabular-nums"]);
  });

  test("the columns of each list begin at the same place in every row", async () => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      await open("/ssh-keys");
      const keys = page.getByRole("list", { name: "SSH keys" }).locator("> li");
      alike(await columns(keys, ":scope > div:first-child > *"), `SSH keys at ${width}`);
      await open("/tokens");
      const tokens = page.getByRole("list", { name: "Tokens" }).locator("> li");
      alike(await columns(tokens, ":scope > *"), `tokens at ${width}`);
      await open("/");
      const rows = page.getByRole("list", { name: "Instances" }).locator("> li");
      alike(await columns(rows, ":scope > div:first-child, a[href^='/instances/i-']:not([title]), :scope > div:nth-child(2) > span"), `instances at ${width}`);
      const boxes = await page.getByText(/^ssh -p/).evaluateAll((all) => all.map((code) => code.parentElement.getBoundingClientRect().right));
      assert.equal(boxes.length, 2);
      assert.equal(new Set(boxes.map(Math.round)).size, 1, `copy boxes end at ${boxes}`);
      await open("/nodes");
      const details = await columns(page.getByRole("article"), "dl > dd");
      for (const card of details) assert.equal(new Set(card).size, 1, `a node's details at ${width}: ${card}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await open("/ssh-keys");
    await look("look-keys");
  });

  test("pages have one left edge and two widths", async () => {
    const widths = new Set();
    const edges = new Set();
    for (const path of ["/", "/instances/new", "/nodes", "/ssh-keys", "/tokens", "/sign-in-request", "/activity", "/people", "/account", "/settings"]) {
      await open(path);
      edges.add(await page.locator("h1").evaluate((heading) => heading.getBoundingClientRect().left));
      for (const width of await page.locator("main > :not(header, p)").evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().width)))) widths.add(width);
    }
    assert.equal(edges.size, 1, `left edges: ${[...edges]}`);
    assert.ok(widths.size <= 2, `widths: ${[...widths]}`);
  });

  test("on a phone all that is in the bar stands on one line", async () => {
    for (const options of [{}, { hasTouch: true, isMobile: true }]) {
      const phone = await browser.context({ viewport: { width: 390, height: 844 }, ...options });
      try {
        await signIn(phone, base, "ada");
        const tab = await phone.newPage();
        await open("/", tab);
        const tops = (what) => tab.locator(`nav[aria-label=Main] :is(a, div > button) > ${what}`).evaluateAll((all) => all.filter((one) => one.getClientRects().length > 0).map((one) => one.getBoundingClientRect().top));
        for (const what of ["svg", "span:first-of-type"]) {
          const found = await tops(what);
          assert.equal(found.length, 7, `${what}: ${found}`);
          assert.equal(new Set(found.map((top) => Math.round(top * 2) / 2)).size, 1, `${what}: ${found}`);
        }
        const names = await tab.locator("nav[aria-label=Main] :is(a, div > button) > span:first-of-type").evaluateAll((all) =>
          all.filter((one) => one.getClientRects().length > 0).map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right]));
        const inner = await tab.evaluate(() => document.documentElement.clientWidth);
        names.forEach(([left, right], n) => assert.ok(left >= (names[n - 1]?.[1] ?? 0) + 2 && right <= inner - 2, `names in the bar: ${JSON.stringify(names)}`));
      } finally {
        await phone.close();
      }
    }
  });

  test("nothing that is read is jargon", async () => {
    for (const path of ["/", "/instances/new", `/instances/${web.id}`, "/nodes", "/ssh-keys", "/tokens", "/sign-in-request", "/activity", "/people", "/account", "/settings"]) {
      await open(path);
      const said = await page.locator("body").innerText();
      assert.doesNotMatch(said, JARGON, path);
    }
    await open("/nodes");
    await see(page.getByRole("article"), /added by ada/);
    await see(page.getByRole("region", { name: "Link of lab-1" }), /^[0-9.]+ ms, idle, no loss$/);
    await open(`/instances/${web.id}`);
    const node = page.locator("dt", { hasText: /^Node$/ }).locator("+ dd code");
    assert.equal(await node.innerText(), "lab-1");
  });

  test("every mistake of a form is told at once, nobody is asked, and the cursor stands at the first", async () => {
    const wrong = () => page.locator("[aria-invalid=true]").evaluateAll((all) => all.map((field) => field.id));
    const focused = () => page.evaluate(() => document.activeElement.id);
    const asked = [];
    const note = (request) => request.method() === "POST" && asked.push(request.url());
    page.on("request", note);
    await open("/instances/new");
    await page.getByLabel("Name", { exact: true }).fill("../etc");
    await button("More: processors and memory").click();
    await page.getByLabel("Processors").fill("few");
    await page.getByLabel("Memory in MB").fill("much");
    await button("Create instance").click();
    await until("all three are marked", async () => (await wrong()).length === 3, 20);
    assert.deepEqual(await wrong(), ["name", "limits.cpu_millis", "limits.memory_bytes"]);
    await until("the cursor is there", async () => (await focused()) === "name", 20);
    await look("look-create-refused");
    assert.ok(asked.every((url) => !/\/api\/v1\/instances$/.test(url)), asked.join("\n"));
    page.off("request", note);

    const signedIn = page;
    const other = await browser.context();
    try {
      page = await other.newPage();
      await open("/sign-up");
      await page.getByLabel("Username").fill("A b");
      await page.getByLabel("Email address").fill("ada");
      await page.getByLabel("Password").fill("short");
      await button("Sign up").click();
      await until("all three are marked", async () => (await wrong()).length === 3, 20);
      assert.deepEqual(await wrong(), ["username", "email", "password"]);
      await until("the cursor is there", async () => (await focused()) === "username", 20);
      await look("look-sign-up-refused");
      const password = page.getByLabel("Password");
      assert.equal(await password.getAttribute("type"), "password");
      await button("Show what is typed").click();
      assert.equal(await password.getAttribute("type"), "text");
      assert.equal(await password.inputValue(), "short");
      await open("/sign-in");
      await see(page, /Forgot your password\? Ask an administrator for a reset link/);
      await see(page, "dockhost admin reset-link NAME");
      await look("look-sign-in");
    } finally {
      page = signedIn;
      await other.close();
    }
    assert.equal((await world.server.admin(["reset-link", "--help"])).status, 0, "there is such a command");
  });

  test("while an instance is made there is one card on it, and nothing jumps when it runs", async () => {
    await open("/instances/new");
    await page.getByLabel("Name", { exact: true }).fill("made-3");
    await button("Create instance").click();
    await page.getByRole("heading", { name: "made-3", level: 1 }).waitFor();
    await page.evaluate(() => {
      globalThis.tops = [];
      globalThis.cards = [];
      const record = () => {
        const headings = [...document.querySelectorAll("main h2")];
        const below = headings.find((heading) => heading.textContent === "Who gets in");
        if (below) globalThis.tops.push(Math.round(below.getBoundingClientRect().top + globalThis.scrollY));
        globalThis.cards.push(headings.filter((heading) => /^(Getting ready|Ready|Why .*\?)$/.test(heading.textContent)).length);
        requestAnimationFrame(record);
      };
      record();
    });
    await see(page.locator("main"), /^running$/i, 120);
    await see(page.locator("main"), "Ready");
    // What comes in the frame after the word must be seen, too.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const { tops, cards } = await page.evaluate(() => ({ tops: globalThis.tops, cards: globalThis.cards }));
    assert.deepEqual([...new Set(cards)], [1]);
    assert.equal(new Set(tops).size, 1, `what is below stood at ${[...new Set(tops)]}`);
    await look("look-ready");
    await page.reload();
    await ready();
    assert.equal(await page.getByRole("heading", { name: "Ready" }).count(), 0, "it is for those who saw it being made");
  });

  test("what is not there answers 404, within the frame for people who are signed in", async () => {
    browser.expected.push(/ 404 /);
    for (const [path, status, words] of [
      ["/no/such/page", 404, "There is no such page"],
      ["/instances/garbage", 404, "There is no such page"],
      ["/instances/i-00000000000000aa", 200, "There is no such instance"],
    ]) {
      const answer = await page.goto(`${base}${path}`, { waitUntil: "networkidle" });
      assert.equal(answer.status(), status, path);
      await ready();
      await page.getByRole("heading", { name: words, level: 1 }).waitFor();
      assert.equal(await page.locator("h1").count(), 1, path);
      await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: /^Nodes/ }).waitFor();
      await page.getByRole("link", { name: "All instances" }).waitFor();
    }
    await open("/no/such/page");
    await look("look-not-found");
    await page.getByRole("link", { name: "All instances" }).click();
    await page.getByRole("heading", { name: "Instances", level: 1 }).waitFor();

    for (const [path, status] of [["/", 200], ["/nodes", 200], ["/nodes/", 200], ["/sign-in", 200], ["/sign-up?invite=x", 200], ["/set-up?token=x", 200], ["/no/such", 404], ["/instances/garbage", 404], ["/index.php", 404]]) {
      assert.equal((await fetch(`${base}${path}`)).status, status, path);
      assert.equal((await fetch(`${base}${path}`, { method: "HEAD" })).status, status, `HEAD ${path}`);
    }
    const robots = await fetch(`${base}/robots.txt`);
    assert.match(robots.headers.get("content-type"), /^text\/plain\b/);
    assert.equal(await robots.text(), "User-agent: *\nDisallow: /\n");

    const other = await browser.context();
    try {
      const visitor = await other.newPage();
      assert.equal((await visitor.goto(`${base}/no/such`, { waitUntil: "networkidle" })).status(), 404);
      await visitor.getByRole("heading", { name: "There is no such page", level: 1 }).waitFor();
      assert.equal(await visitor.locator("main").count(), 1);
    } finally {
      await other.close();
    }
  });

  test("no page complained, and none is wider than its window", () => {
    assert.deepEqual(browser.complaints, []);
    assert.deepEqual(layout, []);
  });
});
