// Terminals and files of an instance, through its node's own socket: frames, flow, tickets, and what must not work.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";

import { must, pause, run, until, World } from "../../harness.mjs";
import { openTerminal, Terminal } from "../../support/terminal.mjs";

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const memory = async (pid) => Number((await readFile(`/proc/${pid}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)[1]) >> 10;

describe("terminal and files", () => {
  let world, ada, web, node;

  before(async () => {
    world = await World.open();
    node = await world.node("lab", undefined, { DOCKHOST_TERMINAL_KEPT: "15" });
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
  });
  after(() => world?.close());

  test("a shell of the asked size, with colours and UTF-8", async () => {
    const terminal = await openTerminal(ada, web.id, { columns: 111, rows: 33 });
    await terminal.waitFor(/# $/);
    terminal.type("stty size; echo $TERM; printf 'gr\\303\\274\\303\\237\\n'\r");
    await terminal.waitFor(/33 111\r\nxterm-256color\r\ngrüß/);
    terminal.resize(77, 22);
    terminal.type("while [ \"$(stty size)\" != '22 77' ]; do sleep 0.05; done; echo re''sized\r");
    await terminal.waitFor(/resized/);
    terminal.type("exit 3\r");
    await until("the terminal says its end", () => terminal.end);
    assert.deepEqual(terminal.end, { reason: "The shell has ended with status 3.", resumable: false });
  });

  test("whoever comes back finds the same shell and what it showed; questions to the terminal are not shown again", async () => {
    const first = await openTerminal(ada, web.id);
    await first.waitFor(/# $/);
    first.type("MARK=kept; printf 'asks\\033[6n\\033]11;?\\007\\n'; echo shown-''before\r");
    await first.waitFor(/shown-before/);
    await first.leave();
    const again = await openTerminal(ada, web.id, { terminal: first.state.terminal });
    await again.waitFor(/shown-before/);
    assert.equal(again.state.again, true);
    assert.ok(!again.text.includes("\x1b[6n") && !again.text.includes("\x1b]11;?"));
    again.type("echo it is $MARK\r");
    await again.waitFor(/it is kept/);
    const third = await openTerminal(ada, web.id, { terminal: first.state.terminal });
    await until("the second window is told", () => again.end);
    assert.match(again.end.reason, /another window/);
    third.close();
    await until("the terminal is closed", () => third.end);
    const left = await must("docker", ["-H", `unix://${world.engine.socket}`, "exec", (await world.engine.containersOf(web.id))[0].Id, "sh", "-c", `grep -lzx DOCKHOST_TERMINAL=${first.state.terminal} /proc/[0-9]*/environ 2>/dev/null || echo none`]);
    assert.equal(left.trim(), "none", "its programs go on");
  });

  test("what left the terminal goes on when it is closed, and after it was left alone; what stayed in it is hung up", async () => {
    const container = (await world.engine.containersOf(web.id))[0].Id;
    const inside = (script) => must("docker", ["-H", `unix://${world.engine.socket}`, "exec", container, "sh", "-c", script]);
    const sleepers = async () => (await inside("ps -eo args=")).split("\n").map((line) => line.match(/^sleep (\d+)$/)?.[1]).filter(Boolean).map(Number).sort();
    for (const [how, first] of [["closed", 5100], ["left alone", 5200]]) {
      const terminal = await openTerminal(ada, web.id);
      await terminal.waitFor(/# $/);
      const [away, disowned, ignores, paned, behind, before] = Array.from({ length: 6 }, (_, at) => first + at);
      terminal.type(`setsid sleep ${away} & disown\r`);
      terminal.type(`sleep ${disowned} & disown\r`);
      terminal.type(`nohup sleep ${ignores} >/dev/null 2>&1 &\r`);
      // As tmux does: a terminal of its own, in which the program is the first of a session.
      terminal.type(`setsid script -qfc 'exec sleep ${paned}' /dev/null </dev/null >/dev/null 2>&1 & disown\r`);
      terminal.type(`sleep ${behind} &\r`);
      terminal.type(`sleep ${before}\r`);
      const all = [away, disowned, ignores, paned, behind, before];
      await until("all of them run", async () => { const now = await sleepers(); return all.every((one) => now.includes(one)) || Promise.reject(new Error(`${now}`)); });
      if (how === "closed") terminal.close();
      else await terminal.leave();
      await until(`what stayed in a terminal that was ${how} is gone`, async () => { const now = await sleepers(); return ![behind, before].some((one) => now.includes(one)) || Promise.reject(new Error(`${now}`)); }, 40);
      const marked = () => inside(`for it in /proc/[0-9]*; do grep -qzxF DOCKHOST_TERMINAL=${terminal.state.terminal} $it/environ 2>/dev/null && tr '\\0' ' ' <$it/cmdline && echo; done; true`);
      await until("its shell is gone", async () => !/^-?bash/m.test(await marked()), 20);
      assert.deepEqual(await sleepers(), [away, disowned, ignores, paned], how);
      await inside("pkill -x sleep; true");
    }
  });

  test("output waits for whoever looks, and Ctrl-C is heard within 200 ms", async () => {
    const terminal = await openTerminal(ada, web.id, { shows: false });
    terminal.type("yes 'a line that goes on and on'\r");
    let last = -1;
    await until("the output stands still", async () => {
      await pause(200);
      const same = last === terminal.received && last > 100_000;
      last = terminal.received;
      return same;
    });
    assert.ok(terminal.received <= 600 << 10, `${terminal.received} bytes were sent unseen`);
    terminal.shows = true;
    terminal.shown(terminal.received);
    await until("it flows again", () => terminal.received > 4 << 20);
    const started = Date.now();
    terminal.type("\x03");
    await terminal.waitFor(/\^C[^]*# $/);
    const took = Date.now() - started;
    console.log(`# Ctrl-C while output floods: prompt after ${took} ms`);
    assert.ok(took < 1000, `the prompt came after ${took} ms`);
    terminal.close();
  });

  test("seq 1 1000000 ends with the right last line", async () => {
    const terminal = await openTerminal(ada, web.id);
    await terminal.waitFor(/# $/);
    terminal.type("seq 1 1000000; echo do''ne\r");
    await terminal.waitFor(/999999\r\n1000000\r\ndone/, 60);
    terminal.close();
  });

  test("a large paste arrives whole, paced by what was taken", async () => {
    const terminal = await openTerminal(ada, web.id);
    await terminal.waitFor(/# $/);
    terminal.type("stty -echo; cat >/root/pasted\r");
    await pause(300);
    const before = terminal.taken;
    const text = Array.from({ length: 40_000 }, (_, n) => `line ${n} of a long paste`).join("\n") + "\n";
    for (let at = 0; at < text.length; at += 4096) {
      await until("there is room", () => at - (terminal.taken - before) < 100_000, 20);
      terminal.type(text.slice(at, at + 4096));
    }
    terminal.type("\x04stty echo; sha256sum /root/pasted\r");
    await terminal.waitFor(new RegExp(sha(text)), 60);
    terminal.close();
  });

  test("it opens also when the instance's sshd is broken", async () => {
    const container = (await world.engine.containersOf(web.id))[0].Id;
    const docker = (args) => must("docker", ["-H", `unix://${world.engine.socket}`, ...args]);
    await docker(["exec", container, "sh", "-c", "mv /root/.bashrc /root/.bashrc-gone; echo PermitNothing >/etc/ssh/sshd_config.d/99-broken.conf"]);
    const terminal = await openTerminal(ada, web.id);
    terminal.type("rm /etc/ssh/sshd_config.d/99-broken.conf; echo mended $?\r");
    await terminal.waitFor(/mended 0/);
    terminal.close();
  });

  test("a ticket opens one socket once; nobody gets one for somebody else's instance", async () => {
    const ticket = await ada.api.post(`/instances/${web.id}/terminal`, { columns: 80, rows: 24 });
    const first = new Terminal(world.server.base, ticket.secret);
    await first.opened;
    for (const wrong of [ticket.secret, "", "dht_wrong"]) await assert.rejects(new Terminal(world.server.base, wrong).opened, /401/);
    const bob = await world.signUp("bob");
    for (const id of [web.id, "i-00000000000000aa"]) {
      const answer = await bob.api.call("POST", `/instances/${id}/terminal`, { columns: 80, rows: 24 });
      assert.deepEqual([answer.status, answer.body.code], [404, "not_found"]);
    }
    for (const terminal of ["../../etc", "x", "\u001b]0;x\u0007", "0123456789abcdeg"]) {
      const answer = await ada.api.call("POST", `/instances/${web.id}/terminal`, { terminal, columns: 80, rows: 24 });
      assert.equal(answer.status, 400);
    }
    first.close();
  });

  test("hostile frames end their own socket and nothing else", async () => {
    for (const bytes of [Buffer.from([9, 1, 2]), Buffer.from([0]), Buffer.from([1, 0, 0]), Buffer.from([2, 255]), Buffer.alloc(60_000, 7), Buffer.alloc(200_000)]) {
      const terminal = await openTerminal(ada, web.id);
      terminal.raw(bytes);
      terminal.raw(Buffer.alloc(0));
      await terminal.leave();
    }
    const text = await openTerminal(ada, web.id);
    text.raw("not a frame", 1);
    await until("it is told", () => text.end);
    const fine = await openTerminal(ada, web.id);
    fine.type("echo still''here\r");
    await fine.waitFor(/stillhere/);
    fine.close();
  });

  test("500 terminals that never read leave memory bounded, and 16 are open at the most", async () => {
    const { id } = await ada.phase((await ada.create("crowded")).id, "running");
    const before = [await memory(world.server.process.pid), await memory(node.process.pid)];
    const terminals = [];
    // A hundred at a time: one address may hold 512 connections, and one that is refused holds its own until it was told.
    while (terminals.length < 500) {
      for (let n = 0; n < 100; n++) {
        const answer = await openTerminal(ada, id, { shows: false });
        answer.type("yes\r");
        terminals.push(answer);
      }
      await until("each is full or refused", () => terminals.every((one) => one.received > 300_000 || one.end), 60);
    }
    const flowing = terminals.filter((one) => !one.end);
    const reasons = new Set(terminals.flatMap(({ end }) => end?.reason ?? []));
    const later = [await memory(world.server.process.pid), await memory(node.process.pid)];
    console.log(`# 500 terminals that never read, ${flowing.length} of them open (the others: ${[...reasons].join(", ")}): server ${before[0]} -> ${later[0]} MiB, node ${before[1]} -> ${later[1]} MiB`);
    assert.equal(flowing.length, 16);
    assert.ok(later[0] - before[0] < 100 && later[1] - before[1] < 200);
    for (const one of terminals) one.close();
    await until("every socket is closed", async () => { const open = terminals.filter((one) => !one.socket.destroyed).length; return open === 0 || Promise.reject(new Error(`${open} are open`)); }, 30);
    await until("there is room for another", async () => {
      const another = await openTerminal(ada, id);
      await until("it is begun or refused", () => another.state || another.end);
      another.close();
      return !another.end || Promise.reject(new Error(another.end.reason));
    }, 30);
  });

  const files = (person, method, path, body, headers = {}) => fetch(`${world.server.base}/api/v1/instances/${web.id}/files?path=${encodeURIComponent(path)}`, { method, body, headers: { authorization: person.api.headers.authorization, ...headers } });

  test("a file goes in and comes out unharmed, with any name; a folder comes as an archive", async () => {
    const bytes = randomBytes(5 << 20);
    for (const name of ["plain.bin", "/srv/deep/er/a file with spaces", "ünïcode 日本", "-rf", "quote'\"s$(id)`id`;&|"]) {
      const sent = await files(ada, "PUT", name, bytes);
      assert.equal(sent.status, 204, `${name}: ${await sent.text()}`);
      const back = await files(ada, "GET", name);
      assert.equal(back.status, 200);
      assert.equal(back.headers.get("content-length"), String(bytes.length));
      assert.match(back.headers.get("content-disposition"), /^attachment; filename="/);
      assert.equal(sha(Buffer.from(await back.arrayBuffer())), sha(bytes), name);
    }
    const folder = await files(ada, "GET", "/srv/deep");
    assert.match(folder.headers.get("content-disposition"), /deep\.tar/);
    const listed = await run("tar", ["-tf", "-"], { input: Buffer.from(await folder.arrayBuffer()) });
    assert.match(listed.stdout, /deep\/er\/a file with spaces/);
  });

  test("an archive that is not whole does not look so; one of files that change does", async () => {
    const instead = async (code) => {
      const script = `#!/bin/sh\nhead -c 300000 /dev/zero\necho 'it broke' >&2\nexit ${code}\n`;
      assert.equal((await files(ada, "PUT", "/usr/local/bin/tar", script)).status, 204);
      await ada.sshOk(web, "chmod +x /usr/local/bin/tar");
      const answer = await files(ada, "GET", "/srv/deep");
      assert.equal(answer.status, 200, "its head goes before anybody can know");
      return answer.arrayBuffer();
    };
    for (const code of [2, 137]) await assert.rejects(instead(code), /terminated/);
    assert.equal((await instead(1)).byteLength, 300_000);
    await ada.sshOk(web, "rm /usr/local/bin/tar");
  });

  test("a ticket moves one file of its instance, once, without a session, and its owner alone gets one", async () => {
    const ticket = async () => (await ada.api.post(`/instances/${web.id}/files/ticket`)).secret;
    const at = (secret, id = web.id) => `${world.server.base}/api/v1/instances/${id}/files?path=ticketed&ticket=${secret}`;
    const secret = await ticket();
    assert.equal((await fetch(at(secret), { method: "PUT", body: "by ticket" })).status, 204);
    assert.equal((await fetch(at(secret))).status, 401, "it was used");
    assert.equal(await (await fetch(at(await ticket()))).text(), "by ticket");
    assert.equal((await fetch(at(await ticket(), "i-0000000000000000"))).status, 401, "it is for another instance");
    assert.equal((await fetch(at("dht_nonsense"), { headers: ada.api.headers })).status, 401, "a session does not make a bad ticket good");
    const stranger = await world.signUp("tess");
    assert.equal((await stranger.api.call("POST", `/instances/${web.id}/files/ticket`)).status, 404);
  });

  test("what breaks off changes nothing, and what cannot be is refused with the reason", async () => {
    const { request } = await import("node:http");
    const url = new URL(`${world.server.base}/api/v1/instances/${web.id}/files?path=half`);
    await new Promise((resolve) => {
      const half = request(url, { method: "PUT", headers: { authorization: ada.api.headers.authorization, "content-length": 1_000_000 } });
      half.on("error", resolve);
      half.write(Buffer.alloc(10_000));
      setTimeout(() => half.destroy(), 300);
    });
    await until("nothing is left of it", async () => (await files(ada, "GET", "half")).status === 404);
    const why = async (method, path, body, headers) => { const answer = await files(ada, method, path, body, headers); return [answer.status, (await answer.json()).message]; };
    assert.deepEqual((await why("GET", "/no/such"))[0], 404);
    assert.match((await why("PUT", "/srv", "x"))[1], /folder of that name/);
    for (const bad of ["", "/", "../x", "a/../../b", "a\u0000b", "x".repeat(5000), "folder/"]) assert.equal((await why("PUT", bad, "x"))[0], 400, JSON.stringify(bad));
    const bob = await world.signUp("bert");
    assert.equal((await files(bob, "GET", "/etc/passwd")).status, 404);
    assert.equal((await fetch(`${world.server.base}/api/v1/instances/${web.id}/files?path=/etc/passwd`)).status, 401);
  });

  test("a terminal ends with its instance, and signing out ends it too", async () => {
    const terminal = await openTerminal(ada, web.id);
    await terminal.waitFor(/# $/);
    await ada.api.post(`/instances/${web.id}/stop`);
    await until("the terminal is told", () => terminal.end);
    const refused = await openTerminal(ada, web.id);
    await until("it says why", () => refused.end);
    assert.match(refused.end.reason, /web-1 is stopped/);
  });
});
