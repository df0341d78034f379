// An instance is a machine: systemd runs in it, what was enabled comes back after every restart of anything, and what is
// asked for from inside is seen on the page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import { until, World } from "../../harness.mjs";

describe("systemd in an instance", () => {
  let world, node, ada, box;
  const mounts = () => readFileSync("/proc/mounts", "utf8").split("\n").filter((line) => / cgroup2? /.test(line)).join("\n");
  let mountsBefore;

  before(async () => {
    mountsBefore = mounts();
    world = await World.open();
    node = await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    box = await ada.phase((await ada.create("box")).id, "running", 300);
    await inside("systemctl is-system-running --wait");
  });
  after(() => world?.close());

  /** By its own sshd, as often as it takes until that answers. */
  async function inside(command) {
    return until(`${command} in the instance`, async () => {
      const done = await ada.ssh(box, command);
      return done.status === 255 ? undefined : done;
    }, 60).then((done) => done.stdout.trim());
  }
  const isUp = () => inside("systemctl is-system-running --wait");
  const isActive = (...units) => inside(`systemctl is-active ${units.join(" ")}`).then((text) => text.split("\n"));
  const verb = (name) => ada.api.post(`/instances/${box.id}/${name}`);
  const container = async () => (await world.engine.containersOf(box.id))[0];
  /** When the container was last started, as its engine says. */
  const begun = async () => (await world.engine.call("GET", `/containers/${(await container()).Id}/json`)).State.StartedAt;
  async function cycle() {
    await verb("stop");
    await ada.phase(box.id, "stopped", 60);
    await verb("start");
    await ada.phase(box.id, "running", 60);
  }
  const events = async () => (await ada.api.get(`/instances/${box.id}/events`)).map(({ text }) => text);

  test("it runs as the first process, and nothing of it failed", async () => {
    assert.equal(await isUp(), "running", await inside("systemctl --failed --no-legend"));
    assert.equal((await ada.api.get(`/instances/${box.id}`)).init, "systemd");
    assert.equal(await inside("cat /proc/1/comm"), "systemd");
    assert.deepEqual(await isActive("ssh", "cron", "dbus.socket", "systemd-journald"), Array(4).fill("active"));
    assert.match(await inside("journalctl -b -u ssh --no-pager"), /Server listening/);
    assert.match(await inside("cat /etc/machine-id"), /^[0-9a-f]{32}$/);
  });

  test("what was enabled comes back after stop and start, with cron, rc.local and an empty /run and /tmp", async () => {
    await inside(`set -e
      printf '[Service]\\nExecStart=/bin/sleep infinity\\nExecStop=/bin/sh -c "echo told >>/var/told; sleep 1; echo done >>/var/told"\\nPrivateTmp=yes\\nProtectSystem=full\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/own.service
      printf '[Timer]\\nOnActiveSec=1s\\nAccuracySec=100ms\\n[Install]\\nWantedBy=timers.target\\n' >/etc/systemd/system/tick.timer
      printf '[Service]\\nType=oneshot\\nExecStart=/bin/sh -c "echo tick >>/var/ticks"\\n' >/etc/systemd/system/tick.service
      printf '#!/bin/sh\\necho local >>/var/local-ran\\n' >/etc/rc.local; chmod 755 /etc/rc.local
      echo '@reboot root echo cron >>/var/cron-ran' >/etc/cron.d/own
      touch /run/mark /tmp/mark
      systemctl daemon-reload; systemctl -q enable --now own.service tick.timer`);
    assert.deepEqual(await isActive("own", "tick.timer"), ["active", "active"]);
    await cycle();
    assert.equal(await isUp(), "running");
    assert.deepEqual(await isActive("own", "tick.timer"), ["active", "active"]);
    assert.equal(await inside("cat /var/told"), "told\ndone", "ExecStop had its time");
    await until("rc.local, cron and the timer did their work", async () => (await inside("cat /var/local-ran /var/cron-ran /var/ticks | sort -u")) === "cron\nlocal\ntick", 30);
    assert.equal(await inside("ls /run/mark /tmp/mark 2>/dev/null"), "");
  });

  test("every program is told of a stop, also one that left its session", async () => {
    await inside(`setsid sh -c 'trap "echo first >/var/trap; sleep 1; echo second >>/var/trap; exit" TERM; touch /var/trapped; while :; do sleep 0.1; done' </dev/null >/dev/null 2>&1 & until [ -e /var/trapped ]; do sleep 0.1; done`);
    await cycle();
    assert.equal(await inside("cat /var/trap"), "first\nsecond");
  });

  test("an idle instance stops long before its time is up", async () => {
    await isUp();
    const asked = Date.now();
    await verb("stop");
    await ada.phase(box.id, "stopped", 60);
    const took = Date.now() - asked;
    assert.ok(took < 4_000, `it took ${took} ms`);
    await verb("start");
    await ada.phase(box.id, "running", 60);
  });

  test("the end of its sshd does not end the instance", async () => {
    const before = await begun();
    await inside("systemctl kill --signal=KILL --kill-whom=main ssh || systemctl kill --signal=KILL --kill-who=main ssh");
    assert.equal((await isActive("own"))[0], "active");
    assert.equal(await begun(), before);
  });

  test("reboot is a restart, and is called so", async () => {
    const before = await begun();
    await until("it ran long enough to be no loop", async () => Number(await inside("ps -o etimes= -p 1")) > 11, 60);
    await ada.ssh(box, "systemctl reboot; sleep 5");
    await until("it was started again", async () => (await ada.api.get(`/instances/${box.id}`)).phase === "running" && (await begun()) !== before, 30);
    assert.equal(await isUp(), "running");
    assert.ok((await events()).includes("It was rebooted from inside."), JSON.stringify(await events()));
  });

  test("poweroff is a stop: it stays off until somebody starts it, also while its node comes and goes", async () => {
    await ada.ssh(box, "poweroff; sleep 5");
    await ada.phase(box.id, "stopped", 60);
    assert.ok((await events()).includes("It was switched off from inside."), JSON.stringify(await events()));
    await node.end("SIGKILL");
    await node.start();
    await ada.phase(box.id, "stopped", 60);
    await verb("start");
    await ada.phase(box.id, "running", 60);
    assert.equal(await isUp(), "running");
  });

  test("poweroff while the server is away is kept in mind", async () => {
    await world.server.end("SIGKILL");
    await ada.ssh(box, "poweroff; sleep 5");
    await until("its container ended", async () => (await container()).State === "exited", 30);
    await world.server.start();
    await node.online();
    await ada.phase(box.id, "stopped", 60);
    await verb("start");
    await ada.phase(box.id, "running", 60);
  });

  test("a node and an engine that are killed change nothing of it, or bring it back as it was", async () => {
    const before = await begun();
    await node.end("SIGKILL");
    await node.start();
    await ada.phase(box.id, "running", 60);
    assert.equal(await begun(), before, "the node's end is not the instance's");
    assert.equal(await isUp(), "running");
    await world.engine.reboot();
    await until("it runs again", async () => (await ada.api.get(`/instances/${box.id}`)).phase === "running" && (await begun()) !== before, 120);
    assert.equal(await isUp(), "running");
    assert.deepEqual(await isActive("own", "cron"), ["active", "active"]);
  });

  test("it has its own part of the cgroups, and no more", async () => {
    assert.equal(mounts(), mountsBefore, "the host's cgroups are mounted as they were");
    const paths = (await inside("find /sys/fs/cgroup -maxdepth 3 -name '*' -type d | head -400")).split("\n");
    assert.ok(!paths.some((path) => /[0-9a-f]{64}/.test(path)), "it sees containers");
    assert.equal(await inside("cat /proc/1/cgroup | cut -d: -f3 | sort -u | tr '\\n' ' '"), "/ /init.scope");
    const ceilings = await inside("for f in $(find /sys/fs/cgroup -maxdepth 2 -name 'pids.max' -o -maxdepth 2 -name 'memory.limit_in_bytes' -o -maxdepth 1 -name 'memory.max'); do (echo max >$f || echo -1 >$f) 2>/dev/null && echo raised $f; done; true");
    assert.equal(ceilings, "");
    assert.notEqual((await ada.ssh(box, "mount -t tmpfs none /mnt")).status, 0);
    assert.equal(await inside("grep -c . /run/dockhost/gate & sleep 1; kill %1; ls -l /run/dockhost/gate | cut -c1-10"), "prw-------");
  });

  test("units that fail, fork, ignore their stop signal or fill the log harm their own instance, and it still stops", async () => {
    await inside(`set -e
      printf '[Service]\\nExecStart=/bin/sh -c "trap \\\\"\\\\" TERM INT; while :; do sleep 1; done"\\n' >/etc/systemd/system/deaf.service
      printf '[Service]\\nExecStart=/bin/false\\nRestart=always\\nRestartSec=0\\n' >/etc/systemd/system/fails.service
      printf '[Service]\\nExecStart=/usr/bin/base64 -w 400 /dev/urandom\\nLogRateLimitIntervalSec=0\\n' >/etc/systemd/system/loud.service
      systemctl daemon-reload; systemctl start --no-block deaf fails loud`);
    await until("the log was filled", async () => Number((await inside("du -sm /var/log/journal | cut -f1"))) > 20, 60);
    const asked = Date.now();
    await verb("stop");
    await ada.phase(box.id, "stopped", 60);
    assert.ok(Date.now() - asked < 25_000, "its grace is ten seconds");
    await verb("start");
    await ada.phase(box.id, "running", 60);
    assert.ok(Number(await inside("du -sm /var/log/journal | cut -f1")) <= 80, "its log has a bound");
  });

  test("an init that is gone is told in words, and a start tries again", async () => {
    await inside("mv /sbin/init /sbin/init.away; sync");
    await verb("stop");
    await ada.phase(box.id, "stopped", 60);
    await verb("start");
    await until("it is told that it ended", async () => {
      const told = await ada.api.get(`/instances/${box.id}`);
      return told.phase === "restarting" && /stopped by itself/.test(told.message);
    }, 60);
    await verb("stop");
    await ada.phase(box.id, "stopped", 60);
    const path = encodeURIComponent("/sbin/init.away");
    await world.engine.call("GET", `/containers/${(await container()).Id}/archive?path=${path}`);
  });
});
