// What people do over SSH on the first days: the locale of their laptop, many sessions and many logins at once by every way
// in, and an instance that is stopped when they come.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { firstBytes, freePort, isOpen, run, until, World } from "../../harness.mjs";
import { request } from "../../support/http.mjs";
import { Client } from "../../support/gateway.mjs";
import { openTerminal } from "../../support/terminal.mjs";

describe("the first days over SSH", () => {
  let world, node, ada, web, client, direct;

  before(async () => {
    world = await World.open();
    node = await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    client = await Client.of(ada);
    await client.ready("web-1");
    const known = join(client.dir, "direct-known");
    direct = ["-F", "none", "-i", ada.identity, "-p", `${web.ports[0].host}`, ...["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new",
      `UserKnownHostsFile=${known}`, "LogLevel=INFO", "ConnectTimeout=60"].flatMap((one) => ["-o", one])];
    // The first one takes the key down, so that many at once do not.
    await until("its own sshd lets her in", async () => (await run("ssh", [...direct, `root@${node.host}`, "true"])).status === 0, 30);
  });
  after(() => world?.close());

  /** Every way to a session: what stands before the command. */
  const ways = () => ({
    gateway: [...client.options, "web-1@dockhost"],
    jump: [...client.options, client.nameOf("web-1")],
    direct: [...direct, `root@${node.host}`],
  });

  test("the locale of a caller warns nobody, and what there is has UTF-8", async () => {
    // A jump is started by the caller's own shell, and bash warns of such a locale by itself.
    const env = { ...process.env, SHELL: "/bin/sh", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", LC_CTYPE: "UTF-8", LC_MESSAGES: "ja_JP.UTF-8" };
    for (const [way, args] of Object.entries(ways())) {
      const done = await run("ssh", ["-o", "SendEnv=LANG LC_*", ...args, "locale charmap; bash -c true; perl -e 1; locale >/dev/null"], { env, seconds: 60 });
      assert.deepEqual([done.status, done.stdout, done.stderr], [0, "UTF-8\n", ""], way);
    }
    const terminal = await openTerminal(ada, web.id);
    await terminal.waitFor(/# $/);
    terminal.type("locale charmap; bash -c true; perl -e 1; x=gr\u00fc\u00df; echo le''ngth ${#x}\r");
    await terminal.waitFor(/UTF-8\r\nlength 4\r\n/);
    assert.doesNotMatch(terminal.text, /warning|setlocale/i);
    terminal.close();
  });

  /** All are open at once: the first counts them and lets them go, so that forty do not keep the machine busy by counting. */
  async function fortyAtOnce(name, shared) {
    const all = `until [ $(ls /tmp/mux-${name}-* | wc -l) -ge 40 ]; do sleep 0.2; done; touch /tmp/go-${name}`;
    const command = (n) => `touch /tmp/mux-${name}-${n}; ${n === 0 ? all : `until [ -e /tmp/go-${name} ]; do sleep 1; done`}; echo ${n}`;
    const done = await Promise.all(Array.from({ length: 40 }, (_, n) => run("ssh", [...shared, command(n)], { seconds: 120 })));
    assert.deepEqual(done.map(({ status, stdout }) => [status, stdout.trim()]), done.map((_, n) => [0, `${n}`]), `${name}: ${done.map(({ stderr }) => stderr).join("")}`);
  }

  test("as many sessions as the gateway grants share one connection, by every way in", async () => {
    for (const [way, args] of Object.entries(ways())) {
      const control = join(client.dir, `mux-${way}`);
      const shared = ["-S", control, ...args];
      const master = client.stay(["-N", "-M", ...shared]);
      await until(`the shared connection stands (${way})`, async () => (await run("ssh", ["-O", "check", ...shared])).status === 0, 30);
      await fortyAtOnce(way, shared);
      await master.end();
    }
  });

  test("an sshd that takes ten sessions on a connection, as one of before does, loses none of forty through the gateway", async () => {
    const conf = "/etc/ssh/sshd_config.d/00-before.conf";
    await client.ok("web-1", `printf 'MaxSessions 10\nMaxStartups 10:30:100\n' >${conf}; kill -HUP $(pgrep -o sshd)`);
    await client.ready("web-1");
    const control = join(client.dir, "mux-before");
    const master = client.stay(["-N", "-M", "-S", control, "web-1@dockhost"]);
    const shared = ["-S", control, ...ways().gateway];
    await until("the shared connection stands", async () => (await run("ssh", ["-O", "check", ...shared])).status === 0, 30);
    await fortyAtOnce("before", shared);
    await master.end();
    await client.ok("web-1", `rm ${conf}; kill -HUP $(pgrep -o sshd)`);
    await client.ready("web-1");
  });

  test("of sixty logins at once none is lost, through the gateway and at the host port", async () => {
    for (const way of ["gateway", "direct"]) {
      const args = ways()[way];
      const done = await Promise.all(Array.from({ length: 60 }, () => run("ssh", [...args, "true"], { seconds: 180 })));
      const lost = done.filter(({ status }) => status !== 0);
      assert.deepEqual(lost.map(({ stderr }) => stderr), [], `${way}: ${lost.length} of 60`);
    }
  });

  test("whoever fills the host ports with connections that never log in keeps the owner out of nothing", async () => {
    // The same sshd is reached by another host port of the node, and by one of the server.
    for (const place of ["node", "server"]) await ada.api.post(`/instances/${web.id}/forwards`, { place, container_port: 22 });
    const { forwards } = await until("both listen", async () => {
      const view = await ada.api.get(`/instances/${web.id}`);
      const open = await Promise.all(view.forwards.map(({ address }) => isOpen(Number(address.split(":")[1]), address.split(":")[0])));
      return open.length === 2 && open.every(Boolean) && view;
    }, 30);
    // Node and server have a count each; at the node's second one the scanner has all the places already.
    const ways = [{ address: `${node.host}:${web.ports[0].host}`, greets: true }, ...forwards.map(({ address, place }) => ({ address, greets: place === "server" }))];
    const sockets = [];
    try {
      for (const { address, greets } of ways) {
        const [host, port] = address.split(":");
        const own = Array.from({ length: 250 }, () => net.connect({ port: Number(port), host, localAddress: "127.0.6.1" }));
        for (const socket of own) socket.on("error", () => {});
        sockets.push(...own);
        await until(`the scanner is greeted or turned away at ${address}`, () => own.some((socket) => (greets ? socket.bytesRead > 0 : socket.destroyed)), 20);
      }
      for (let n = 0; n < 5; n++) {
        const done = await run("ssh", [...direct, `root@${node.host}`, "hostname"], { seconds: 60 });
        assert.equal(done.stdout, "web-1\n", done.stderr);
      }
      assert.equal(await client.ok("web-1", "hostname"), "web-1\n");
    } finally {
      for (const socket of sockets) socket.destroy();
      for (const { place, protocol, host } of forwards) await ada.api.remove(`/instances/${web.id}/forwards/${place}/${protocol}/${host}`);
    }
  });

  describe("an instance that is stopped", () => {
    const allow = (allowed) => ada.api.ok("PUT", `/instances/${web.id}/start-on-connect`, { allowed });
    async function stop() {
      await ada.api.post(`/instances/${web.id}/stop`);
      await ada.phase(web.id, "stopped");
    }
    // As it is where nobody sets it: a client of a jump host takes it of the file alone.
    const loud = ["-F", ""];
    before(async () => {
      loud[1] = join(client.dir, "loud");
      await writeFile(loud[1], (await readFile(client.config, "utf8")).replace("LogLevel ERROR", "LogLevel INFO"));
    });
    /** The ways that have no standard error of their own, and what a client of each does once it stands. */
    const quiet = {
      jump: { begin: () => client.jump("web-1", "hostname", { options: loud, seconds: 150 }), says: "web-1\n" },
      "-W": { begin: () => run("ssh", [...client.options, ...loud, "-W", "web-1:22", "lobby@dockhost"], { seconds: 150 }), says: /^SSH-2\.0-OpenSSH/ },
    };

    test("that may not be started by a login says so by every way, in words that the client shows", async () => {
      await stop();
      await allow(false);
      for (const [way, { begin }] of Object.entries(quiet)) {
        const done = await begin();
        assert.notEqual(done.status, 0, way);
        assert.match(done.stderr, /web-1 is stopped\. Start it on its page/, way);
      }
      const back = await run("ssh", [...client.options, ...loud, "-N", "-R", "9001:127.0.0.1:9", "web-1@dockhost"], { seconds: 60 });
      assert.equal(back.status, 255);
      assert.match(back.stderr, /web-1 is stopped\. Start it on its page/);
      const port = await freePort();
      const forward = client.stay([...loud, "-N", "-o", "ExitOnForwardFailure=yes", "-L", `${port}:127.0.0.1:22`, "web-1@dockhost"]);
      await until("the client listens, and its connection is told why not", async () => {
        await firstBytes(port, "127.0.0.1", 5).catch(() => {});
        return /web-1 is stopped\. Start it on its page/.test(forward.out.error);
      }, 30);
      await forward.end();
      const at = await run("ssh", [...direct, `root@${node.host}`, "true"], { seconds: 30 });
      assert.equal(at.status, 255);
      assert.match(at.stderr, /This instance does not run\. Its owner can start it/);
      const app = await request(`http://${node.host}:${web.ports[1].host}`, "GET", "/");
      assert.equal(app.status, 503);
      assert.match(app.text, /This instance does not run/);
      assert.equal((await ada.api.get(`/instances/${web.id}`)).desired, "stopped", "a host port has started it");
    });

    test("and may be is started by a jump, by -L, and by -R", async () => {
      await allow(true);
      for (const [way, { begin, says }] of Object.entries(quiet)) {
        const { stdout, stderr } = await begin();
        assert.ok(typeof says === "string" ? stdout === says : says.test(stdout), `${way}: ${stdout}${stderr}`);
        await stop();
      }
      const port = await freePort();
      const forward = client.stay(["-N", "-o", "ExitOnForwardFailure=yes", "-L", `${port}:127.0.0.1:22`, "web-1@dockhost"]);
      assert.match(await until("it is reached through -L", () => firstBytes(port, "127.0.0.1", 60), 150), /^SSH-2\.0-OpenSSH/);
      await forward.end();
      await stop();
      const back = client.stay(["-N", "-o", "ExitOnForwardFailure=yes", "-R", "9002:127.0.0.1:9", "web-1@dockhost"]);
      await ada.phase(web.id, "running");
      await until("the instance listens for the client", async () => (await client.ssh("web-1", "ss -Hltn 'sport = :9002'")).stdout.includes("9002"), 60);
      await back.end();
    });
  });
});
