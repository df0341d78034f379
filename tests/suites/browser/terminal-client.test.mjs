// The web terminal's client alone, in Chromium, against a server that does as it is told.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { output, until } from "../../harness.mjs";
import { Browser } from "../../support/browser.mjs";
import { FakeTerminal } from "../../support/fake-terminal.mjs";

const ESC = "\u001b";
const BEL = "\u0007";

/** Runs in the page: a terminal whose tickets come from the fake server. */
async function start(terminal) {
  const { open } = await import("/terminal/terminal.mjs");
  const said = { states: [], titles: [], terminals: [] };
  const ticket = async (id, columns, rows) => {
    const answer = await (await fetch("/ticket", { method: "POST", body: JSON.stringify({ id, columns, rows }) })).json();
    if (answer.secret) return answer.secret;
    throw Object.assign(new Error(answer.reason), { again: answer.again });
  };
  const handle = await open(document.getElementById("home"), {
    terminal,
    ticket,
    socket: (secret) => `${location.origin.replace("http", "ws")}/api/v1/terminal?ticket=${secret}`,
    onState: (state) => said.states.push(state),
    onTerminal: (...which) => said.terminals.push(which),
    onTitle: (title) => said.titles.push(title),
    onLeave: () => (said.left = true),
  });
  Object.assign(globalThis, { said, handle });
  handle.focus();
}

describe("the terminal's client", () => {
  let fake, browser, context, page;

  before(async () => {
    browser = await Browser.open();
  });
  beforeEach(async () => {
    fake = await FakeTerminal.open();
    context = await browser.context();
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: fake.base });
    page = await context.newPage();
    await page.goto(fake.base);
  });
  afterEach(async () => {
    await context.close();
    await fake.close();
  });
  after(async () => {
    await browser?.close();
    assert.deepEqual(browser?.complaints, []);
  });

  const said = () => page.evaluate(() => globalThis.said);
  const shows = (text) => page.waitForFunction((text) => document.querySelector(".xterm-rows").innerText.replaceAll("\u00a0", " ").includes(text), text);
  const state = (name) => until(`the state is ${name}`, async () => {
    const last = (await said()).states.at(-1);
    return last?.name === name && last;
  }, 20);
  const type = (text) => page.keyboard.type(text);

  /** A terminal that is open and attached, with its socket. */
  async function attached(more = {}) {
    await page.evaluate(start);
    const wire = await fake.wire(1);
    wire.state({ terminal: "t-1", again: false, ...more });
    await state("attached");
    return wire;
  }

  test("it attaches with its size, has the focus, and sends what is typed", async () => {
    const wire = await attached();
    assert.deepEqual((await said()).states.map(({ name }) => name), ["connecting", "attached"]);
    assert.deepEqual((await said()).terminals, [["t-1", false]]);
    assert.equal(wire.ticket, "ticket-1");
    const [asked] = fake.asked;
    assert.equal(asked.id, null);
    assert.ok(asked.columns > 100 && asked.rows > 30, JSON.stringify(asked));
    await until("the size is told", () => wire.sizes.length > 0);
    assert.deepEqual(wire.sizes[0], [asked.columns, asked.rows]);
    await type("echo grün 漢字");
    await page.keyboard.press("Enter");
    await until("it arrives", () => wire.text() === "echo grün 漢字\r");
    wire.output("grün 漢字\r\n");
    await shows("grün 漢字");
  });

  test("every key but ours is the program's, and one of ours leaves the terminal", async () => {
    const wire = await attached();
    for (const key of ["Escape", "Tab", "Control+c", "Control+w", "F6", "ArrowUp", "Control+Shift+ArrowUp"]) await page.keyboard.press(key);
    await until("they arrive", () => wire.text() === `${ESC}\t\u0003\u0017${ESC}[17~${ESC}[A`);
    assert.equal((await said()).left, true);
  });

  test("a flood of 20 MB is drawn and acknowledged to the last byte", async () => {
    const wire = await attached();
    const lines = Array.from({ length: 2_700_000 }, (_, number) => `${number}\n`).join("").replaceAll("\n", "\r\n");
    const data = Buffer.from(lines.slice(0, 20_000_000));
    await wire.flood(Buffer.concat([data, Buffer.from("\r\nlast line")]));
    await until("all of it is acknowledged", () => wire.acknowledged === wire.sent, 120);
    await shows("last line");
    const largest = Math.max(...wire.acknowledgements);
    assert.ok(largest < 128 * 1024, `${largest} bytes in one acknowledgement`);
  });

  test("a window that changes its size says so", async () => {
    const wire = await attached();
    await page.setViewportSize({ width: 600, height: 400 });
    const smaller = await until("the size is smaller", () => wire.sizes.at(-1)?.[0] < 90 && wire.sizes.at(-1));
    await page.setViewportSize({ width: 1280, height: 800 });
    await until("it is larger again", () => wire.sizes.at(-1)[0] > smaller[0] && wire.sizes.at(-1)[1] > smaller[1]);
  });

  test("after a drop it comes back to the same terminal, shows it once, and answers no old question", async () => {
    const wire = await attached();
    wire.output("once\r\n");
    await shows("once");
    wire.drop();
    await state("reconnecting");
    const again = await fake.wire(2);
    assert.equal(fake.asked[1].id, "t-1");
    const old = `once\r\n${ESC}[c${ESC}[6n${ESC}[?1004h${ESC}[?1004l${ESC}]11;?${BEL}`;
    again.state({ terminal: "t-1", again: true, replay: old.length });
    again.output(old);
    await state("attached");
    await until("it is drawn", () => again.acknowledged === old.length);
    assert.equal((await page.locator(".xterm-rows").innerText()).match(/once/g).length, 1);
    again.output(`${ESC}[c`);
    await until("a new question is answered", () => again.text() !== "");
    assert.equal(again.text(), `${ESC}[?1;2c`);
  });

  test("a reload comes back by the id", async () => {
    await page.evaluate(start, "t-9");
    const wire = await fake.wire(1);
    assert.equal(fake.asked[0].id, "t-9");
    wire.state({ terminal: "t-9", again: true });
    wire.output("$ old");
    await shows("$ old");
    wire.output(`${ESC}[c`);
    await until("questions are answered once the old is shown", () => wire.text() !== "");
  });

  test("it keeps asking a server that is away, and ends when it is refused", async () => {
    const wire = await attached();
    fake.refusal = { reason: "The server cannot be reached.", again: true };
    wire.end("The server restarts.", true);
    await until("it asked several times", () => fake.asked.length >= 4, 20);
    assert.equal((await state("reconnecting")).reason, "The server cannot be reached.");
    fake.refusal = { reason: "web-1 is stopped." };
    assert.equal((await state("ended")).reason, "web-1 is stopped.");
  });

  test("an end is final and says why", async () => {
    const wire = await attached();
    wire.end("The shell ended with code 0.");
    assert.equal((await state("ended")).reason, "The shell ended with code 0.");
    await until("the socket is closed", () => wire.closed);
    assert.equal(fake.asked.length, 1);
  });

  test("nothing on the screen writes to the clipboard or makes a title of more than plain text", async () => {
    const wire = await attached();
    await page.evaluate(() => navigator.clipboard.writeText("mine"));
    wire.output(`${ESC}]52;c;${Buffer.from("theirs").toString("base64")}${BEL}`);
    wire.output(`${ESC}]2;a\u202eb\u2028<b>${"x".repeat(200)}${BEL}${ESC}[21tdone`);
    await shows("done");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "mine");
    assert.deepEqual((await said()).titles, [`ab<b>${"x".repeat(75)}`]);
    assert.equal(wire.text(), "", "the title is not told back");
  });

  test("a link shows where it leads before it is opened", async () => {
    const wire = await attached();
    const target = `${fake.base}/somewhere?a=1`;
    wire.output(`${ESC}[2J${ESC}[H${target}\r\n${ESC}]8;;${fake.base}/hidden${ESC}\\bank.example${ESC}]8;;${ESC}\\\r\n${ESC}]8;;javascript:alert(1)${ESC}\\script${ESC}]8;;${ESC}\\`);
    await shows("script");
    const bar = page.getByRole("group", { name: "Open this link?" });
    const click = async (row) => {
      const box = await page.locator(".xterm-rows > div").nth(row).boundingBox();
      await page.mouse.move(box.x + 30, box.y + box.height / 2);
      await page.locator(".xterm-cursor-pointer").first().waitFor();
      await page.mouse.click(box.x + 30, box.y + box.height / 2);
    };
    await click(0);
    assert.equal(await bar.locator("code").innerText(), target);
    assert.equal(context.pages().length, 1);
    await page.keyboard.press("Escape");
    await bar.waitFor({ state: "detached" });
    await click(1);
    assert.equal(await bar.locator("code").innerText(), `${fake.base}/hidden`);
    const opening = context.waitForEvent("page");
    await bar.getByRole("link", { name: "Open link" }).click();
    assert.equal((await opening).url(), `${fake.base}/hidden`);
    await (await opening).close();
    await page.mouse.click(40, 48);
    assert.equal(await bar.count(), 0, "what is no website is no link");
    await type("x");
    await until("the terminal has the focus again", () => wire.text() === "x");
  });

  test("a large paste arrives whole and in small pieces; Ctrl+Shift+C copies", async () => {
    const wire = await attached();
    wire.output(`${ESC}[?2004hready`);
    await shows("ready");
    const text = Array.from({ length: 20_000 }, (_, line) => `line ${line} ä`).join("\n");
    await page.evaluate((text) => navigator.clipboard.writeText(text), text);
    await page.keyboard.press("Control+Shift+V");
    const whole = `${ESC}[200~${text.replaceAll("\n", "\r")}${ESC}[201~`;
    await until("all of it arrives", () => wire.input.length >= Buffer.byteLength(whole));
    assert.equal(wire.text(), whole);
    assert.ok(Math.max(...wire.pieces) <= 4096);
    const box = await page.locator(".xterm-rows > div").first().boundingBox();
    await page.mouse.dblclick(box.x + 10, box.y + box.height / 2);
    await page.keyboard.press("Control+Shift+C");
    await until("it is copied", async () => (await page.evaluate(() => navigator.clipboard.readText())) === "ready");
  });

  test("what has scrolled by is found", async () => {
    const wire = await attached();
    wire.output(`${ESC}[Hneedle 1\r\n${"hay\r\n".repeat(300)}needle 2\r\n`);
    await shows("needle 2");
    await page.keyboard.press("Control+Shift+F");
    await type("needle");
    const count = page.locator(".dh-count");
    await page.getByText("2 of 2").waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("1 of 2").waitFor();
    await shows("needle 1");
    await page.keyboard.press("Escape");
    await count.waitFor({ state: "detached" });
    await type("y");
    await until("the terminal has the focus again", () => wire.text() === "y");
  });

  test("closing tells the server whether the terminal shall end, and leaves nothing on the page", async () => {
    const wire = await attached();
    await page.evaluate(() => globalThis.handle.close(false));
    await until("it is left open", () => wire.closed === 4000);
    assert.equal(await page.locator("#home > *").count(), 0);
    await page.evaluate(start);
    const next = await fake.wire(2);
    next.state({ terminal: "t-2", again: false });
    await state("attached");
    await page.evaluate(() => globalThis.handle.close(true));
    await until("it is ended", () => next.closed === 1000);
  });

  test("it looks like its page, also when the machine changes between light and dark", async () => {
    const wire = await attached();
    const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"].map((name, at) => `${ESC}[3${at}m${name} ${ESC}[9${at}m${name}${ESC}[0m`);
    wire.output(`${ESC}[1mroot@web-1${ESC}[0m:~# ls --color\r\n${colours.join("\r\n")}\r\nhttps://dockhost.example.org/a/long/way\r\nroot@web-1:~# `);
    await shows("/a/long/way");
    const background = () => page.evaluate(() => getComputedStyle(document.querySelector(".xterm-scrollable-element")).backgroundColor);
    mkdirSync(join(output, "screens"), { recursive: true });
    const seen = new Set();
    for (const [width, colorScheme] of [[1280, "light"], [1280, "dark"], [390, "dark"], [390, "light"]]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await until("the colours follow", async () => (await background()) === (colorScheme === "dark" ? "rgb(21, 24, 32)" : "rgb(255, 255, 255)"));
      seen.add(await background());
      await page.keyboard.press("Control+Shift+F");
      await type("root");
      await page.getByText("2 of 2").waitFor();
      await page.screenshot({ path: join(output, "screens", `terminal-client-${width}-${colorScheme}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, `${overflow} px wider than a window of ${width} px`);
      await page.keyboard.press("Escape");
    }
    assert.equal(seen.size, 2);
  });
});
