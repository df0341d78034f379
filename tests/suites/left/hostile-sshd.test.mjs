// Instances are root's own, so whatever speaks on their port 22 may be anything. It harms its own logins and nobody else.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { must, root, run, until, World } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";

/** The system's own, for which Debian packs paramiko. */
const PYTHON = "/usr/bin/python3";
const ESC = String.fromCharCode(27);
const memory = async (pid) => Number((await readFile(`/proc/${pid}/status`, "utf8")).match(/VmRSS:\s+(\d+)/)[1]) >> 10;
/** What a terminal obeys. Line ends are no harm. */
const obeyed = (text) => text.match(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u009b]/g) ?? [];

/** Speaks on port 22 in one of several bad ways. */
const FAKE = `
use strict; use IO::Socket::INET;
my $how = shift; $SIG{CHLD} = "IGNORE"; $SIG{PIPE} = "IGNORE";
my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => "0.0.0.0", LocalPort => 22, ReuseAddr => 1) or die;
my $evil = "\\e]0;pwned\\a\\e[2J";
while (my $socket = $listener->accept) {
  next if fork;
  if ($how eq "banner") { syswrite $socket, "$evil before\\r\\n" x 50 . "SSH-2.0-$evil\\r\\n" . "\\0" x 4096 }
  if ($how eq "endless") { 1 while syswrite $socket, "x" x 65536 }
  if ($how eq "packet") { syswrite $socket, "SSH-2.0-OpenSSH_9.2\\r\\n" . "\\xff" x 4096 }
  if ($how eq "echo") { while (sysread $socket, my $bytes, 65536) { syswrite $socket, $bytes } exit }
  sleep 600;
}
`;

/** Takes one connection on port 22 and carries it over its standard input and output. */
const RELAY = `
use strict; use IO::Socket::INET; use IO::Select; $SIG{PIPE} = "IGNORE";
my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => "0.0.0.0", LocalPort => 22, ReuseAddr => 1) or die;
my $socket = $listener->accept; close $listener;
my $select = IO::Select->new($socket, \\*STDIN);
while (1) { for my $from ($select->can_read) {
  exit if !sysread $from, my $bytes, 65536;
  my $to = $from == $socket ? \\*STDOUT : $socket;
  my $at = 0; while ($at < length $bytes) { my $n = syswrite $to, $bytes, length($bytes) - $at, $at or exit; $at += $n }
} }
`;

describe("what speaks in place of an instance's sshd", () => {
  let world, node, ada, client, bad, server;

  before(async () => {
    world = await World.open();
    node = await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    const made = [await ada.create("good-1"), await ada.create("bad-1")];
    for (const { id } of made) await ada.phase(id, "running");
    bad = made[1].id;
    client = await Client.of(ada);
    for (const name of ["good-1", "bad-1"]) await client.ready(name);
    server = world.server.process.pid;
  });
  after(() => world?.close());

  const inside = async (command, ...more) => {
    const container = (await world.engine.containersOf(bad))[0].Id;
    return must("docker", ["-H", `unix://${world.engine.socket}`, "exec", ...more, container, "sh", "-c", command]);
  };

  /** Its own sshd goes to another port, and nothing is in its place. */
  async function moved() {
    await inside(`echo Port 2200 >/etc/ssh/sshd_config.d/00-port.conf`);
    await ada.api.post(`/instances/${bad}/restart`);
    await until("it was restarted", async () => (await inside("ss -Hltn 'sport = :2200'")).includes("2200"), 60);
    await ada.phase(bad, "running");
  }

  /** That program takes its place. */
  async function replaced(how) {
    await moved();
    await inside(`cat >/root/fake.pl <<'EOF'\n${FAKE}\nEOF`);
    await inside(`exec perl /root/fake.pl ${how}`, "-d");
    await until("the program listens", async () => (await inside("ss -Hltn 'sport = :22'")) !== "", 20);
  }

  for (const how of ["banner", "endless", "packet", "silence", "echo"]) {
    test(`${how}: a login ends with a sentence, in time, and others log in meanwhile`, async () => {
      await replaced(how);
      const before = await memory(server);
      const begun = Date.now();
      const refused = Promise.all(Array.from({ length: 4 }, () => client.ssh("bad-1", "true")));
      const jumped = client.jump("bad-1", "true", { seconds: 10, options: ["-o", "ConnectTimeout=5"] });
      assert.equal((await client.ok("good-1", "hostname")).trim(), "good-1");
      for (const { status, stdout, stderr } of await refused) {
        assert.equal(status, 255);
        assert.match(stderr, /bad-1/, "nobody says which instance it is");
        assert.deepEqual(obeyed(stdout + stderr), [], JSON.stringify(stderr));
      }
      const took = Date.now() - begun;
      assert.ok(took < 40_000, `it took ${took} ms`);
      assert.notEqual((await jumped).status, 0);
      const grown = (await memory(server)) - before;
      assert.ok(grown < 100, `the server grew by ${grown} MiB`);
      console.log(`# ${how}: refused after ${took} ms; server +${grown} MiB`);
      assert.equal((await client.ok("good-1", "hostname")).trim(), "good-1");
    });
  }

  /** An sshd with the instance's own host key, which root of the instance can read. Answers with what became of its channels. */
  async function evil(mode, count) {
    await moved();
    await inside(`cat >/root/relay.pl <<'EOF'\n${RELAY}\nEOF`);
    const container = (await world.engine.containersOf(bad))[0].Id;
    const key = join(node.dir, "instances", bad, "ssh_host_ed25519_key");
    const relay = ["docker", "-H", `unix://${world.engine.socket}`, "exec", "-i", container, "perl", "/root/relay.pl"];
    const told = must(PYTHON, [join(root, "tests/support/evil-sshd.py"), key, mode, String(count), ...relay], { seconds: 90 });
    told.catch(() => {});
    await until("it listens", async () => (await inside("ss -Hltn 'sport = :22'")) !== "", 20);
    return { told: async () => JSON.parse(await told) };
  }

  test("channels that an instance opens and nobody asked for are refused, each one", async () => {
    const sshd = await evil("unasked", 100);
    const session = client.stay(["-R", "9002:127.0.0.1:9", "bad-1@dockhost", "true"]);
    const told = await sshd.told();
    await session.end();
    console.log(`# unasked: ${JSON.stringify(told)}`);
    const kinds = ["forwarded-tcpip", "auth-agent@openssh.com", "x11", "session", "direct-tcpip"];
    assert.deepEqual(told, Object.fromEntries(kinds.map((kind) => [kind, { prohibited: 100 }])));
    assert.equal((await client.ok("good-1", "hostname")).trim(), "good-1");
  });

  test("of those that were asked for there are no more than a client may have, also when it never answers", async () => {
    const before = await memory(server);
    const sshd = await evil("asked", 400);
    const quiet = spawn(PYTHON, [join(root, "tests/support/evil-client.py"), client.host, client.port, "bad-1", ada.identity], { stdio: "ignore" });
    const ended = new Promise((resolve) => quiet.on("exit", resolve));
    const { "forwarded-tcpip": told } = await sshd.told();
    quiet.kill();
    await ended;
    const grown = (await memory(server)) - before;
    console.log(`# asked and never answered: ${JSON.stringify(told)}; server +${grown} MiB`);
    assert.ok(told.shortage > 0 && told.unanswered <= 128 && told.opened === undefined, JSON.stringify(told));
    assert.equal(told.shortage + (told.refused ?? 0) + told.unanswered, 400);
    assert.ok(grown < 100, `the server grew by ${grown} MiB`);
    assert.equal((await client.ok("good-1", "hostname")).trim(), "good-1");
  });

  test("what a client calls itself is shown and logged without what a terminal obeys", async () => {
    const evil = `${ESC}]0;pwned\u0007`;
    for (const user of [evil, `web-1${ESC}[2J`, "a".repeat(5_000)]) {
      const { status, stdout, stderr } = await run("ssh", ["-F", client.config, "-o", `User=${user}`, "dockhost", "ls"], { seconds: 30 });
      assert.ok(status !== null, "it hangs");
      // The client itself repeats a name that it will not use.
      if (!stderr.includes("percent") && !stderr.includes("remote username")) assert.deepEqual(obeyed(stdout + stderr), [], JSON.stringify(stdout + stderr));
    }
    assert.equal((await client.lobby(`explain ${evil}`)).status, 1);
    const log = await readFile(world.server.log, "utf8");
    const raw = log.split("\n").filter((line) => line.includes(`${ESC}]0;`) || line.includes("\u0007"));
    assert.deepEqual(raw, [], "the log repeats it raw");
  });
});
