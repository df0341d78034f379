// The main job on a real Docker engine: two nodes, a real OpenSSH client, and everything killed once.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { IMAGE, World, closeListener, isOpen, listen, must, run, until } from "../../harness.mjs";
import { Live } from "../../support/live.mjs";

const hostPort = (view, container) => view.ports.find((port) => port.container === container).host;

/** Every file below a folder whose path names the instance. */
function filesOf(dir, id) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, name))
    .filter((path) => path.includes(id) && statSync(path).isFile());
}

describe("on a real engine", () => {
  let world, first, second, ada;

  before(async () => {
    world = await World.open();
    ada = world.ada;
    await ada.addKey();
    first = await world.node("lab-1");
    second = await world.node("lab-2", { max_instances: 2 });
  });
  after(() => world?.close());

  const nodeOf = (view) => world.nodes.find((node) => node.id === view.node.id);

  test("create, log in, write a file", async () => {
    const asked = await ada.create("box");
    assert.match(asked.id, /^i-[0-9a-f]{16}$/);
    assert.equal(asked.desired, "running");
    const view = await ada.phase(asked.id, "running", 300);
    assert.equal(view.image, IMAGE);
    assert.deepEqual(view.ports.map((port) => port.container), [22, 80, 443]);
    assert.ok(hostPort(view, 22) >= nodeOf(view).range.first && hostPort(view, 443) <= nodeOf(view).range.last);
    assert.equal(view.node.address, "127.0.0.1");
    assert.match(await ada.sshOk(view, "cat /etc/os-release"), /VERSION_ID="12"/);
    assert.equal(await ada.sshOk(view, "echo kept > $HOME/note && sync && cat $HOME/note"), "kept");
    const [container] = await world.engine.containersOf(view.id);
    assert.equal(container.Labels["dockhost.instance"], view.id);
    assert.ok(container.Labels["dockhost.cluster"] && container.Labels["dockhost.spec-hash"]);
  });

  const box = async () => (await ada.api.get("/instances")).find((view) => view.name === "box");
  const keeps = async (why) => assert.equal(await ada.sshOk(await ada.phase((await box()).id, "running"), "cat note"), "kept", why);

  test("what it wrote survives stop and start, and its ports stay", async () => {
    const { id, ports } = await box();
    await ada.api.post(`/instances/${id}/stop`);
    const stopped = await ada.phase(id, "stopped");
    assert.deepEqual(stopped.ports, ports);
    assert.equal((await world.engine.containersOf(id))[0].State, "exited");
    await ada.api.post(`/instances/${id}/start`);
    assert.deepEqual((await ada.phase(id, "running")).ports, ports);
    await keeps("after stop and start");
  });

  test("a restart is one", async () => {
    const { id } = await box();
    const bootId = (await world.engine.call("GET", `/containers/${(await world.engine.containersOf(id))[0].Id}/json`)).State.StartedAt;
    await ada.api.post(`/instances/${id}/restart`);
    await until("the container was started again", async () => {
      const [container] = await world.engine.containersOf(id);
      const { State } = await world.engine.call("GET", `/containers/${container.Id}/json`);
      return State.Running && State.StartedAt !== bootId;
    });
    await keeps("after a restart");
  });

  test("a killed node comes back to the same container", async () => {
    const view = await box();
    const node = nodeOf(view);
    const [before] = await world.engine.containersOf(view.id);
    await node.end("SIGKILL");
    const [during] = await world.engine.containersOf(view.id);
    assert.equal(during.State, "running", "the instance goes on without its node");
    await until("the server noticed", async () => (await world.admin.get(`/nodes/${node.id}`)).liveness !== "online", 90);
    assert.notEqual((await box()).phase, "lost");
    await node.start();
    await keeps("after a kill of the node");
    const now = await world.engine.containersOf(view.id);
    assert.deepEqual(now.map((container) => container.Id), [before.Id]);
  });

  test("the server may be killed and comes back knowing everything", async () => {
    const view = await box();
    await world.server.restart("SIGKILL");
    const again = await ada.phase(view.id, "running");
    assert.deepEqual([again.ports, again.generation, again.node.id], [view.ports, view.generation, view.node.id]);
    await Promise.all([first.online(), second.online()]);
    await keeps("after a kill of the server");
  });

  test("a restarted dockerd is survived, and leaves the bridge of the machine's own alone", async () => {
    const bridge = "/sys/class/net/docker0";
    const made = !existsSync(bridge);
    if (made) await must("ip", ["link", "add", "docker0", "type", "bridge"]);
    try {
      const number = readFileSync(`${bridge}/ifindex`, "utf8");
      await world.engine.restart();
      await Promise.all([first.online(), second.online()]);
      await keeps("after a restart of dockerd");
      assert.equal(readFileSync(`${bridge}/ifindex`, "utf8"), number);
    } finally {
      if (made) await run("ip", ["link", "delete", "docker0"]);
    }
  });

  test("a container stopped by hand is seen by the API and on the live feed, and started again as wished", async () => {
    const { id } = await box();
    const live = await Live.open(world.server.base, ada.api.headers);
    try {
      await until("the snapshot came", () => live.world?.instances[id]);
      const phases = new Set();
      const watch = () => phases.add(live.world.instances[id].phase);
      live.socket.on("data", watch);
      const [container] = await world.engine.containersOf(id);
      await world.engine.stop(container.Id);
      await until("the feed told of it", () => [...phases].some((phase) => phase !== "running"), 30);
      await until("the API agrees with the feed", async () => (await box()).phase === live.world.instances[id].phase, 60);
      assert.deepEqual(live.problems, []);
      await ada.phase(id, "running");
    } finally {
      live.close();
    }
  });

  test("a foreign listener on its ports moves an instance to the next block, and the new ports are shown", async () => {
    const taken = [];
    try {
      for (const node of world.nodes) {
        const used = (await ada.api.get("/instances")).filter((view) => view.node.id === node.id);
        const free = Math.max(node.range.first - 1, ...used.flatMap((view) => view.ports.map((port) => port.host))) + 1;
        taken.push({ node, port: free, server: await listen(free) });
      }
      const asked = await ada.create("moved");
      const blocked = taken.find(({ node }) => node.id === asked.node.id).port;
      const view = await ada.phase(asked.id, "running");
      const hosts = view.ports.map((port) => port.host);
      assert.ok(!hosts.includes(blocked), `${hosts} must not contain ${blocked}`);
      assert.deepEqual(hosts, [hosts[0], hosts[0] + 1, hosts[0] + 2]);
      assert.equal(await ada.sshOk(view, "echo here"), "here");
      await ada.api.remove(`/instances/${view.id}`);
      await ada.gone(view.id);
    } finally {
      await Promise.all(taken.map(({ server }) => closeListener(server)));
    }
  });

  test("a cordoned node takes nothing new, and when none is left the answer says why for each", async () => {
    await world.admin.post(`/nodes/${first.id}/cordon`);
    const asked = await ada.create("elsewhere");
    assert.equal(asked.node.id, second.id);
    await world.admin.post(`/nodes/${second.id}/cordon`);
    const refused = await ada.api.call("POST", "/instances", { name: "nowhere", image: IMAGE });
    assert.equal(refused.status, 409);
    assert.equal(refused.body.code, "no_capacity");
    assert.match(refused.body.message, /lab-1.*lab-2/s);
    assert.match(refused.body.message, /cordon/i);
    assert.deepEqual(refused.body.evidence.map(({ text }) => text.split(" ")[0]), ["lab-1", "lab-2"]);
    assert.ok(refused.body.evidence.every(({ at }) => Date.now() - Date.parse(at) < 60_000));
    assert.match(refused.body.next_step, /register another node/);
    await world.admin.post(`/nodes/${first.id}/uncordon`);
    await world.admin.post(`/nodes/${second.id}/uncordon`);
    await ada.phase(asked.id, "running");
    await ada.api.remove(`/instances/${asked.id}`);
    await ada.gone(asked.id);
  });

  test("a repeated create with one idempotency key makes one instance", async () => {
    const headers = { "idempotency-key": "once-and-no-more" };
    const body = { name: "once", image: IMAGE };
    const answers = await Promise.all([1, 2, 3].map(() => ada.api.call("POST", "/instances", body, headers)));
    assert.deepEqual(answers.map((answer) => answer.status), [202, 202, 202], answers.map((answer) => answer.text).join("\n"));
    assert.equal(new Set(answers.map((answer) => answer.body.id)).size, 1);
    const other = await ada.api.call("POST", "/instances", { ...body, name: "twice" }, headers);
    assert.equal(other.status, 409);
    await ada.api.remove(`/instances/${answers[0].body.id}`);
    await ada.gone(answers[0].body.id);
  });

  test("the quota holds, also for creates at once", async () => {
    const bob = await world.signUp("bob");
    await bob.addKey();
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7].map((n) => bob.api.call("POST", "/instances", { name: `q-${n}`, image: IMAGE })),
    );
    const taken = answers.filter((answer) => answer.status === 202);
    const refused = answers.filter((answer) => answer.status !== 202);
    assert.equal(taken.length, 5, answers.map((answer) => answer.text).join("\n"));
    assert.deepEqual(refused.map((answer) => [answer.status, answer.body.code]), [[409, "quota_exceeded"], [409, "quota_exceeded"]]);
    for (const { body } of taken) await bob.api.remove(`/instances/${body.id}`);
    for (const { body } of taken) await bob.gone(body.id, 120);
  });

  test("somebody else's key does not open it", async () => {
    const carol = await world.signUp("carol");
    await carol.addKey();
    const done = await ada.ssh(await box(), "true", { identity: carol.identity });
    assert.equal(done.status, 255);
    assert.match(done.stderr, /Permission denied/);
  });

  test("two machines with one key: the second is refused and the first goes on", async () => {
    const twin = first.launch({ dir: `${first.dir}-twin`, log: `${first.log}.twin.log` });
    try {
      await until("the twin was told", () => twin.tail().match(/another machine|second machine|same key|in use/i), 30);
      await until("the owner is told", async () => (await world.admin.get(`/nodes/${first.id}`)).alarm !== "", 30);
      await first.online();
    } finally {
      await twin.end();
    }
  });

  test("a wrong API key ends the node with a clear word", async () => {
    const stray = first.launch({ key: `${first.key.slice(0, -4)}AAAA`, dir: `${first.dir}-stray`, log: `${first.log}.stray.log` });
    try {
      await until("it says that the key is wrong", () => stray.tail().match(/key/i) && stray.tail().match(/refused|wrong|not accepted|unknown|not one|does not|invalid/i), 30);
    } finally {
      await stray.end();
    }
  });

  test("a rotated key ends the old one", async () => {
    const { secret } = await world.admin.post(`/nodes/${second.id}/rotate-key`);
    assert.notEqual(secret, second.key);
    await until("the old connection is gone", async () => (await world.admin.get(`/nodes/${second.id}`)).liveness !== "online", 60);
    await second.end();
    second.key = secret;
    await second.start();
  });

  test("a delete leaves no container, volume, network, key file or listening port", async () => {
    const view = await box();
    const node = nodeOf(view);
    const volumes = (await world.engine.volumes()).length;
    assert.ok(filesOf(node.dir, view.id).length > 0, "the node keeps key files for a living instance");
    const answer = await ada.api.call("DELETE", `/instances/${view.id}`);
    assert.ok([200, 202].includes(answer.status), answer.text);
    await ada.gone(view.id);
    assert.deepEqual(await world.engine.containersOf(view.id), []);
    assert.ok((await world.engine.volumes()).length <= volumes);
    assert.deepEqual((await world.engine.networks()).filter((network) => network.Name.includes(view.id)), []);
    await until("its key files are gone", () => filesOf(node.dir, view.id).length === 0, 20);
    for (const { host } of view.ports) assert.equal(await isOpen(host), false, `host port ${host} still listens`);
    const again = await ada.create("box");
    await ada.phase(again.id, "running");
    assert.notEqual(again.id, view.id);
    assert.equal((await ada.ssh(await box(), "cat note")).status !== 0, true, "nothing of the old one is in the new one");
  });
});
