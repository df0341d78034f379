// A real computer becomes a node by the line of *Add a node*, does the main job behind its firewall, and is started anew.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";
import { firstBytes } from "../../support/ports.mjs";
import { PATIENCE, Vm } from "../../support/vm.mjs";

describe("a computer of its own as a node", () => {
  const vm = Vm.get();
  let world, client, node, instance;

  before(async () => {
    world = await vm.world();
    await world.ada.addKey();
    client = await Client.of(world.ada);
  });
  after(async () => {
    // It deletes the instances that are left, which takes the node.
    await world?.close();
    await vm.noNode();
  });

  const running = () => world.ada.phase(instance.id, "running", PATIENCE);
  /** Through the gateway, which needs no port of the node. */
  const login = (command) =>
    until(`ssh ${instance.name}@dockhost: ${command}`, async () => {
      const done = await client.ssh(instance.name, command, { seconds: 90 });
      if (done.status !== 0) throw new Error(`status ${done.status}: ${done.stderr}`);
      return { text: done.stdout.trim() };
    }, PATIENCE).then(({ text }) => text);
  const hostPort = async () => (await running()).ports.find(({ container }) => container === 22).host;
  const banner = async (seconds) => firstBytes(await hostPort(), vm.address, seconds);
  const isShut = () => assert.rejects(banner(10), /no byte|closed without a byte|ECONNRE/);

  test("is what the README asks for, with its firewall on", async () => {
    await vm.firewall();
    assert.match(await vm.run("docker version --format '{{.Server.Version}}'"), /^26\./);
    assert.match(await vm.run("grep ' /sys/fs/cgroup ' /proc/mounts"), /^cgroup2 /);
    // Nothing leads out of it: what a test does there meets nobody.
    assert.equal(await vm.run("ip route show default"), "");
  });

  test("becomes a node by the line, as a service", async () => {
    node = await vm.becomeNode(world, "lab");
    assert.equal(await vm.run("systemctl is-enabled dockhost-node; systemctl is-active dockhost-node"), "enabled\nactive");
    assert.equal(await vm.run("stat -c '%a %U' /etc/dockhost-node/key"), "600 root");
  });

  test("an instance on it runs, and is reached through the gateway alone", async () => {
    instance = await world.ada.create("box");
    await running();
    assert.match(await login("cat /etc/os-release"), /VERSION_ID="12"/);
    assert.equal(await login("echo kept >note && sync && cat note"), "kept");
    await isShut();
  });

  test("its host port is reached once the firewall lets it through", async () => {
    // Not in the file, so it is gone at the next start of the computer.
    await vm.run(`nft add rule inet firewall input tcp dport ${await hostPort()} accept`);
    assert.match(await banner(60), /^SSH-2\.0-/);
    const done = await world.ada.ssh(await running(), "cat note");
    assert.equal(done.stdout.trim(), "kept", done.stderr);
  });

  test("its files stay when it is stopped and started", async () => {
    await world.ada.api.post(`/instances/${instance.id}/stop`);
    await world.ada.phase(instance.id, "stopped", PATIENCE);
    await world.ada.api.post(`/instances/${instance.id}/start`);
    await running();
    assert.equal(await login("cat note"), "kept");
  });

  test("the computer starts anew, and all of it comes back by itself", async () => {
    const port = await hostPort();
    const boot = await login("cat /proc/sys/kernel/random/boot_id");
    await vm.reboot();
    await vm.online(world, node.id);
    assert.equal(await hostPort(), port);
    assert.equal(await login("cat note"), "kept");
    assert.notEqual(await login("cat /proc/sys/kernel/random/boot_id"), boot, "it runs on the kernel of before");
    // So is the firewall, without the rule that was not in its file.
    await isShut();
  });

  test("nothing of it stays", async () => {
    await world.ada.api.remove(`/instances/${instance.id}`);
    await world.ada.gone(instance.id, PATIENCE);
    assert.equal(await vm.run("docker ps --all --quiet"), "");
    await vm.noNode();
    await until("the node is away", async () => (await world.admin.get(`/nodes/${node.id}`)).liveness !== "online");
    await world.admin.remove(`/nodes/${node.id}`);
    assert.equal(await vm.run("systemctl is-active dockhost-node || true"), "inactive");
  });
});
