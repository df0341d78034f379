// An instance on a real computer has a systemd of its own, which cannot undo what bounds it, and the computer's own is not touched.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { PATIENCE, Vm } from "../../support/vm.mjs";

/** Tells each start and each stop, within bounds that a unit of a distribution has. */
const UNIT = `[Unit]
Description=tells that it was started and stopped
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo started >>/var/log/told'
ExecStop=/bin/sh -c 'echo stopped >>/var/log/told'
PrivateTmp=yes
ProtectSystem=strict
ReadWritePaths=/var/log
MemoryMax=64M
[Install]
WantedBy=multi-user.target
`;

describe("systemd in an instance", () => {
  const vm = Vm.get();
  let world, client, node, instance, mounted;

  before(async () => {
    mounted = await hierarchy();
    world = await vm.world();
    await world.ada.addKey();
    client = await Client.of(world.ada);
    node = await vm.becomeNode(world, "lab");
    instance = await world.ada.create("box", { limits: { memory_bytes: 512 * 2 ** 20 } });
    await running();
    // Without it, each of the tests would wait for it in vain.
    assert.equal(await login("cat /proc/1/comm"), "systemd", "the instance's first process");
  });
  after(async () => {
    await world?.close();
    await vm.noNode();
  });

  /** The computer's own hierarchy: a remount of it would take `nsdelegate` off for all of its containers. */
  const hierarchy = () => vm.run("grep ' /sys/fs/cgroup ' /proc/mounts");
  const running = () => world.ada.phase(instance.id, "running", PATIENCE);
  const ssh = (command, input) => client.ssh(instance.name, command, { seconds: 120, input });
  const login = (command, input) =>
    until(`ssh ${instance.name}@dockhost: ${command}`, async () => {
      const done = await ssh(command, input);
      if (done.status !== 0) throw new Error(`status ${done.status}: ${done.stdout}${done.stderr}`);
      return { text: done.stdout.trim() };
    }, PATIENCE).then(({ text }) => text);
  /** Asked again, as sshd may answer before the last unit runs; a unit that failed is named. */
  const isRunning = () => login("state=$(systemctl is-system-running --wait); systemctl --failed --no-legend; echo $state; [ $state = running ]");
  const told = async () => (await login("cat /var/log/told")).split("\n");

  test("runs with every unit", async () => {
    assert.match(await hierarchy(), /^cgroup2 .*\bnsdelegate\b/);
    assert.equal(await isRunning(), "running");
    assert.equal(await hierarchy(), mounted);
  });

  test("keeps what was enabled when the instance is stopped and started", async () => {
    await login("cat >/etc/systemd/system/told.service && systemctl daemon-reload && systemctl enable --now told", UNIT);
    assert.deepEqual(await told(), ["started"]);
    await world.ada.api.post(`/instances/${instance.id}/stop`);
    await world.ada.phase(instance.id, "stopped", PATIENCE);
    await world.ada.api.post(`/instances/${instance.id}/start`);
    await running();
    assert.equal(await isRunning(), "running");
    assert.equal(await login("systemctl is-active told"), "active");
    // It was asked to end, and not killed.
    assert.deepEqual(await told(), ["started", "stopped", "started"]);
    assert.equal(await hierarchy(), mounted);
  });

  test("bounds its units, and cannot lift the instance's own bounds", async () => {
    const container = await vm.run("docker ps --quiet --no-trunc --filter name=^dockhost-i-");
    const bounds = () => vm.run(`cd /sys/fs/cgroup/system.slice/docker-${container}.scope && cat memory.max pids.max`);
    const before = await bounds();
    assert.match(before, /^\d+\n\d+$/, "an instance has a bound of each kind");
    assert.equal(await login("systemctl show --property=MemoryMax --value told"), String(64 << 20));
    for (const file of ["memory.max", "pids.max", "cpu.max", "cgroup.max.descendants"]) {
      const done = await ssh(`echo max >/sys/fs/cgroup/${file}`);
      assert.notEqual(done.status, 0, `${file} was written`);
      assert.match(done.stderr, /I\/O error|Input\/output error|Operation not permitted|Permission denied|Read-only/, file);
    }
    assert.equal(await bounds(), before);
    for (const command of ["mount -t cgroup2 none /mnt", "mount -o remount,rw /sys/fs/cgroup"]) {
      assert.notEqual((await ssh(command)).status, 0, command);
    }
    assert.equal(await hierarchy(), mounted);
  });

  test("comes back with what was enabled when the computer is started anew", async () => {
    await vm.reboot();
    await vm.online(world, node.id);
    await running();
    assert.equal(await isRunning(), "running");
    assert.equal(await login("systemctl is-active told"), "active");
    assert.equal((await told()).at(-1), "started");
    assert.equal(await hierarchy(), mounted);
  });

  test("leaves no group of processes behind", async () => {
    await world.ada.api.remove(`/instances/${instance.id}`);
    await world.ada.gone(instance.id, PATIENCE);
    assert.equal(await vm.run("docker ps --all --quiet; find /sys/fs/cgroup -name 'docker-*.scope'"), "");
  });
});
