// An instance is root's own, so `/bin/sh` and every tool in it may be anything. What the node runs there, for files and for
// terminals, then harms its own instance and nobody else's.
import assert from "node:assert/strict";
import http from "node:http";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { must, until, World } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { openTerminal } from "../../support/terminal.mjs";

/** Takes the place of `/bin/sh`, and ends by nothing but SIGKILL. How it behaves stands in a file. */
const EVIL = `#!/usr/bin/perl
# evil-sh
$SIG{$_} = "IGNORE" for qw(HUP TERM INT PIPE);
open my $how, "<", "/etc/how"; chomp(my $as = <$how> // "");
my $piece = "\\0" x 65536;
if ($as eq "lines") { $piece = "file 10\\n" x 8192 }
if ($as eq "folder") { syswrite STDOUT, "folder\\n"; }
if ($as eq "lies") { syswrite STDOUT, "file 10\\n"; }
if ($as eq "errors") { 1 while (syswrite(STDERR, "no\\n" x 20000), 1) }
if ($as eq "silent") { sleep 1 while 1 }
1 while (syswrite(STDOUT, $piece), 1);
`;

const memory = async (pid) => Number((await readFile(`/proc/${pid}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)[1]) / 1024;

describe("an instance whose programs are anything", () => {
  let world, node, good, eve, client, bad, container;
  let attacks = 0;

  before(async () => {
    world = await World.open();
    node = await world.node("lab");
    good = world.ada;
    await good.addKey();
    eve = await world.signUp("eve");
    await eve.addKey();
    await good.phase((await good.create("good-1")).id, "running", 300);
    bad = (await eve.phase((await eve.create("bad-1")).id, "running")).id;
    client = await Client.of(good);
    await client.ready("good-1");
    container = (await world.engine.containersOf(bad))[0].Id;
    await must("docker", ["-H", `unix://${world.engine.socket}`, "exec", "-i", container, "sh", "-c", "cat >/usr/local/bin/evil && chmod 755 /usr/local/bin/evil && cp /bin/dash /usr/local/bin/honest && echo kept >/root/file"], { input: EVIL });
  });
  after(async () => {
    console.log(`programs of a tenant that did harm: ${attacks}`);
    await world?.close();
  });

  const inside = (...args) => must("docker", ["-H", `unix://${world.engine.socket}`, "exec", container, "/usr/local/bin/honest", "-c", ...args]);
  const behave = (how) => inside(`echo ${how} >/etc/how; cp -f --remove-destination /usr/local/bin/evil /bin/sh`);
  const honest = () => inside("cp -f --remove-destination /usr/local/bin/honest /bin/sh");
  /** Those of the instance's processes that took the place of a shell. */
  const evils = async () => (await world.engine.call("GET", `/containers/${container}/top?ps_args=-e%20-o%20pid,args`)).Processes.filter((row) => row.join(" ").includes("perl"));
  const none = (seconds = 20) => until("its programs have been ended", async () => (await evils()).length === 0, seconds);

  /** How long logins of somebody else's to another instance take, in milliseconds. */
  async function logins(count) {
    const took = [];
    for (let i = 0; i < count; i++) {
      const begun = Date.now();
      const { status, stderr } = await client.ssh("good-1", "true", { seconds: 30 });
      took.push(status === 0 ? Date.now() - begun : Infinity);
      if (status !== 0) console.log(`a login failed: ${status} ${stderr}`);
    }
    return took;
  }

  /** A request that is given up when the test says so. */
  function transfer(method = "GET", path = "/root/file", length = 0) {
    const { hostname, port } = new URL(world.server.base);
    const headers = { ...eve.api.headers, ...(length ? { "content-length": length } : {}) };
    const sent = http.request({ method, host: hostname, port, path: `/api/v1/instances/${bad}/files?path=${path}`, headers, agent: false });
    const answer = { received: 0, text: "" };
    answer.over = new Promise((resolve) => {
      sent.on("response", (came) => {
        answer.status = came.statusCode;
        came.on("data", (data) => {
          answer.received += data.length;
          if (answer.text.length < 2_000) answer.text += data;
        });
        came.on("close", resolve);
        came.on("error", () => {});
      });
      sent.on("error", resolve);
    });
    answer.leave = () => (sent.destroy(), answer.over);
    if (!length) sent.end();
    answer.sent = sent;
    attacks += 1;
    return answer;
  }

  test("1, 3 and 8 files that never end: everybody else logs in as always, the node stays small, nothing goes on", async () => {
    await behave("zeros");
    const usual = await logins(4);
    const [before, worst] = [await memory(node.process.pid), Math.max(...usual)];
    console.log(`alone: logins ${usual.join(", ")} ms, the node has ${before.toFixed(0)} MiB`);
    const seen = [];
    for (const count of [1, 3, 8]) {
      const asked = Array.from({ length: count }, () => transfer());
      await Promise.race([...asked.map(({ over }) => over), until("a program runs, or has been ended", async () => (await evils()).length > 0 || asked.some(({ status }) => status), 20)]);
      const [took, most] = [await logins(3), await memory(node.process.pid)];
      console.log(`beside ${count}: logins ${took.join(", ")} ms, the node has ${most.toFixed(0)} MiB`);
      seen.push({ took: Math.max(...took), most, liveness: (await world.admin.get(`/nodes/${node.id}`)).liveness });
      await Promise.all(asked.map(({ leave }) => leave()));
    }
    for (const { took, most, liveness } of seen) {
      assert.ok(took < Math.max(4 * worst, 2_000), `a login took ${took} ms instead of ${worst}`);
      assert.ok(most - before < 24, `the node grew from ${before} to ${most} MiB`);
      assert.equal(liveness, "online");
    }
    await none();
    const grown = (await memory(node.process.pid)) - before;
    assert.ok(grown < 16, `the node keeps ${grown} MiB`);
  });

  for (const [how, says] of [["zeros", /do not say what is there/], ["lines", undefined], ["errors", /says more than it was asked/], ["folder", undefined], ["lies", undefined]]) {
    test(`a file out of an instance whose shell gives ${how}`, async () => {
      await behave(how);
      const asked = transfer();
      if (how === "folder") await until("some of it came", () => asked.received > 1 << 20);
      else await asked.over;
      if (says) {
        assert.equal(asked.status, 404);
        assert.match(JSON.parse(asked.text).message, says);
      }
      // What it promised, and no more.
      if (how === "lines" || how === "lies") assert.equal(asked.received, 10);
      await asked.leave();
      await none();
    });
  }

  test("a file into it: a shell that takes nothing, one that talks instead, and a person who leaves", async () => {
    for (const how of ["zeros", "errors"]) {
      await behave(how);
      const asked = transfer("PUT", "/root/new", 4 << 20);
      asked.sent.end(Buffer.alloc(4 << 20));
      await asked.over;
      assert.equal(asked.status, 409, asked.text);
      await none();
    }
    await behave("silent");
    const asked = transfer("PUT", "/root/new", 64 << 20);
    asked.sent.write(Buffer.alloc(1 << 20));
    await until("a program waits", async () => (await evils()).length > 0);
    await asked.leave();
    await none();
    const got = transfer();
    await until("a program waits", async () => (await evils()).length > 0);
    await got.leave();
    await none();
  });

  test("more at once than an instance may have, and all the places are free again", async () => {
    await behave("silent");
    const asked = Array.from({ length: 48 }, () => transfer());
    await until("those beyond the bound are refused", () => asked.filter(({ status }) => status === 503).length >= 16, 60);
    assert.match(asked.find(({ status }) => status === 503).text, /moves 32 files already/);
    const took = await logins(2);
    assert.ok(Math.max(...took) < 5_000, `${took}`);
    await Promise.all(asked.map(({ leave }) => leave()));
    await none(60);
    await honest();
    const whole = transfer();
    await whole.over;
    assert.deepEqual([whole.status, whole.text], [200, "kept\n"]);
  });

  test("terminals that show without end while nobody looks, and one that is full of half-open sequences", async () => {
    await honest();
    const usual = Math.max(...(await logins(3)));
    const loud = [];
    for (let i = 0; i < 8; i++) {
      const terminal = await openTerminal(eve, bad);
      await terminal.waitFor(/# $/);
      terminal.type("yes\r");
      await terminal.waitFor(/y\r\ny\r\n/);
      await terminal.leave();
      loud.push(terminal.state.terminal);
      attacks += 1;
    }
    const took = await logins(3);
    console.log(`beside 8 terminals that nobody looks at: logins ${took.join(", ")} ms instead of ${usual}`);
    assert.ok(Math.max(...took) < Math.max(4 * usual, 2_000));
    for (const terminal of loud) (await openTerminal(eve, bad, { terminal })).close();
    await until("they are closed", async () => !(await world.engine.call("GET", `/containers/${container}/top?ps_args=-e%20-o%20pid,args`)).Processes.some((row) => row.join(" ").includes("yes")), 30);
    const open = await openTerminal(eve, bad);
    await open.waitFor(/# $/);
    open.type("perl -e 'print \"\\e]\" x 300000'; echo; echo do''ne\r");
    await open.waitFor(/done/, 60);
    await open.leave();
    const begun = Date.now();
    const again = openTerminal(eve, bad, { terminal: open.state.terminal });
    const beside = await logins(2);
    await (await again).waitFor(/done/, 60);
    attacks += 1;
    console.log(`shown again after ${Date.now() - begun} ms; logins meanwhile ${beside.join(", ")} ms`);
    assert.ok(Math.max(...beside) < Math.max(4 * usual, 2_000));
    (await again).close();
  });

  test("a terminal that shows what looks like the engine's own head of 4 GiB", async () => {
    await honest();
    const before = await memory(node.process.pid);
    const terminal = await openTerminal(eve, bad);
    await terminal.waitFor(/# $/);
    terminal.type("stty raw; perl -e '$| = 1; for (1 .. 200) { syswrite STDOUT, \"\\001\\000\\000\\000\\377\\377\\377\\377\"; select undef, undef, undef, 0.005 } syswrite STDOUT, \"x\" x 65536 for 1 .. 1000'; stty sane; echo do''ne\r");
    await terminal.waitFor(/done/, 60);
    attacks += 1;
    const grown = (await memory(node.process.pid)) - before;
    console.log(`a terminal with false heads: ${terminal.received >> 20} MiB shown, the node grew by ${grown.toFixed(0)} MiB`);
    assert.ok(terminal.received > 60 << 20, `${terminal.received}`);
    assert.ok(grown < 24, `the node grew by ${grown} MiB`);
    terminal.close();
  });

  test("a terminal whose shell ends by nothing is ended when it is closed", async () => {
    await behave("zeros");
    const terminal = await openTerminal(eve, bad);
    await until("it shows something", () => terminal.received > 1 << 20);
    terminal.close();
    attacks += 1;
    await none(40);
    await honest();
  });
});
