// The attack with somebody's public key against real machines; certificates that name the owner; a database of before.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, must, run, until } from "../../harness.mjs";
import { asBefore } from "../../support/before.mjs";
import { Client } from "../../support/gateway.mjs";
import { program } from "../../support/process.mjs";

describe("one key, two accounts, machines of one name", () => {
  let world, node, ada, mallory, web, prod, client, key;

  before(async () => {
    world = await World.open({ env: { DOCKHOST_SIGN_UP: "open" } });
    node = await world.node("lab");
    ada = world.ada;
    mallory = await world.signUp("mallory");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", ada.identity]);
    ada.publicKey = (await readFile(`${ada.identity}.pub`, "utf8")).trim();
    // Public keys are public: mallory has ada's before she has added it herself.
    const theirs = await mallory.api.post("/ssh-keys", { name: "stolen", public_key: ada.publicKey });
    const evil = await mallory.create("web-1", { ssh_keys: [theirs.id] });
    key = await ada.addKey();
    const made = [await ada.create("web-1"), await ada.create("prod")];
    [web, prod] = [await ada.phase(made[0].id, "running"), await ada.phase(made[1].id, "running")];
    await mallory.phase(evil.id, "running");
    await marked(evil.id, "MALLORYS-MACHINE");
    await marked(web.id, "ADAS-MACHINE");
    await marked(prod.id, "PROD");
    client = await Client.of(ada);
  });
  after(() => world?.close());

  async function inside(id, command) {
    const [{ Id }] = await world.engine.containersOf(id);
    return must("docker", ["-H", `unix://${world.engine.socket}`, "exec", Id, "sh", "-c", command]);
  }
  const marked = (id, text) => inside(id, `echo ${text} > /root/whose`);

  test("until ada proves the key, nothing of anybody's is opened with it", async () => {
    for (const user of ["web-1", "web-1.mallory", "web-1.ada", "lobby", "mallory", "root"]) {
      const done = await client.ssh(user, "cat /root/whose");
      assert.equal(done.stdout, "", user);
      assert.match(done.stderr, /Several accounts here claim this SSH key/, user);
    }
    for (const name of ["web-1.mallory", "web-1.ada"]) {
      const jumped = await client.jump(name, "cat /root/whose");
      assert.equal(jumped.stdout, "", name);
      assert.notEqual(jumped.status, 0, name);
    }
  });

  test("once she has, her names lead to her machines alone", async () => {
    const proved = await run("ssh", [...client.options, "enrol+ada@dockhost"]);
    assert.equal(proved.status, 0, proved.stderr);
    await client.ready("web-1");
    for (const user of ["web-1", "web-1.ada"]) assert.equal(await client.ok(user, "cat /root/whose"), "ADAS-MACHINE\n", user);
    assert.equal((await client.jump("web-1.ada", "cat /root/whose")).stdout, "ADAS-MACHINE\n");
    assert.match((await client.lobby("whoami")).stdout, /^ada /);
    for (const user of ["web-1.mallory", "mallory"]) assert.notEqual((await client.ssh(user, "cat /root/whose")).stdout, "MALLORYS-MACHINE\n", user);
    assert.notEqual((await client.jump("web-1.mallory", "true")).status, 0);
  });

  test("an instance is certified for its name below its owner's, and for no other", async () => {
    const certificate = await inside(web.id, "ssh-keygen -L -f /run/dockhost/ssh_host_ed25519_key-cert.pub");
    assert.deepEqual(certificate.match(/Principals:\s+([^]*?)\s+Critical/)[1].split(/\s+/), ["web-1.ada.dockhost"]);
    const short = await run("ssh", [...client.options, "web-1.dockhost", "true"]);
    assert.notEqual(short.status, 0);
    assert.match(short.stderr, /Host key verification failed/, "the short form has a certificate");
    const careless = ["-o", "StrictHostKeyChecking=accept-new", "-o", `UserKnownHostsFile=${join(client.dir, "short")}`];
    const asked = await run("ssh", [...client.options, ...careless, "web-1.dockhost", "cat /root/whose"]);
    assert.equal(asked.stdout, "ADAS-MACHINE\n", "the short form still jumps: " + asked.stderr);
  });

  test("the README's block for ~/.ssh/config does what the README says", async () => {
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const block = readme.match(/```\n(Host dockhost\n[^]*?)```/)[1];
    const own = block.replace("dockhost.example.org", client.host).replace("2222", client.port);
    assert.notEqual(own, block);
    const [config, main] = [join(client.dir, "readme"), join(client.dir, "main")];
    await writeFile(config, own);
    await writeFile(main, [`Include ${config}`, "Host *", `  IdentityFile ${ada.identity}`, "  IdentitiesOnly yes", "  BatchMode yes", "  StrictHostKeyChecking yes", `  UserKnownHostsFile ${client.known}`, ""].join("\n"));
    const said = async (args) => (await must("ssh", ["-F", main, ...args])).trim();
    for (const way of readme.match(/`ssh web-1[.@][^`]*`/g).map((text) => text.slice(5, -1)).filter((way) => /dockhost$/.test(way))) {
      assert.equal(await said([way, "cat", "/root/whose"]), "ADAS-MACHINE", way);
    }
    assert.match(await said(["dockhost", "ls"]), /web-1 +running/);
  });

  test("a key that is ticked for one machine opens that and jumps there, and manages nothing", async () => {
    const robot = Object.assign(Object.create(ada), { identity: join(world.dir, "id-robot") });
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", robot.identity]);
    const public_key = (await readFile(`${robot.identity}.pub`, "utf8")).trim();
    const own = await ada.api.post("/ssh-keys", { name: "robot", public_key, may_manage: false });
    const box = await ada.phase((await ada.create("ci-box", { ssh_keys: [own.id] })).id, "running");
    const theirs = await Client.of(robot, { name: "robot" });
    await theirs.ready("ci-box");
    assert.equal((await theirs.jump("ci-box.ada", "hostname")).stdout, "ci-box\n");
    for (const name of ["prod", "prod.ada", "web-1.ada"]) {
      const jumped = await theirs.jump(name, "cat /root/whose");
      assert.equal(jumped.stdout, "", name);
      assert.match(jumped.stderr, /prohibited|forwarding failed/, name);
    }
    const session = await theirs.ssh("prod", "cat /root/whose");
    assert.equal(session.stdout, "");
    for (const command of ["ls", "open prod 5432", "stop prod", "new other", "rm prod --yes"]) {
      const done = await theirs.lobby(command);
      assert.equal(done.status, 1, command);
      assert.match(done.stderr, /logs in to ci-box, and may not manage/);
    }
    assert.equal((await ada.api.get(`/instances/${prod.id}`)).desired, "running");
    // What it is allowed later ends with that again, also where it is under way.
    await ada.api.ok("PUT", `/ssh-keys/${own.id}/may-manage`, { allowed: true });
    const under = theirs.stay(["-W", "prod:22", "lobby@dockhost"]);
    await until("the jump stands", () => under.out.text.startsWith("SSH-2.0"), 20);
    await ada.api.ok("PUT", `/ssh-keys/${own.id}/may-manage`, { allowed: false });
    let over = false;
    under.ended.then(() => (over = true));
    await until("the jump ends with the right to it", () => over, 20);
    await ada.api.remove(`/instances/${box.id}`);
    await ada.gone(box.id);
  });

  test("a database of before: keys of one account are proved, and machines show the new certificate without a restart", async () => {
    const file = join(world.dir, "before.dockhost");
    const dockhost = (args) => must(program("dockhost"), args, { env: { ...process.env, ...world.server.env } });
    const second = await mallory.addKey("own");
    await dockhost(["backup", file]);
    await asBefore(file, world.dir, (all) => {
      // Two accounts had this one.
      const [shared] = all.ssh_keys.filter((row) => row.id === second.id);
      all.ssh_keys.push({ ...shared, id: "k-00000000000000aa", person: all.people.find((row) => row.username === "ada").id, name: "both" });
    });
    const running = async () => (await inspect(web.id)).State.StartedAt;
    const inspect = async (id) => JSON.parse(await must("docker", ["-H", `unix://${world.engine.socket}`, "inspect", (await world.engine.containersOf(id))[0].Id]))[0];
    const started = await running();
    await world.server.end();
    await rm(join(world.server.dir, "store"), { recursive: true });
    await dockhost(["restore", file]);
    // As the old version wrote it there, too.
    const old = JSON.parse((await readFile(file, "utf8")).split("\n")[1]).instances.find((row) => row.id === web.id).host_key.certificate;
    await writeFile(join(node.dir, "instances", web.id, "ssh_host_ed25519_key-cert.pub"), `${old}\n`);
    assert.match(await inside(web.id, "ssh-keygen -L -f /run/dockhost/ssh_host_ed25519_key-cert.pub"), /web-1\.dockhost/);
    await world.server.start();
    await node.online();
    const keys = await ada.api.get("/ssh-keys");
    const of = (name) => keys.find((row) => row.name === name);
    assert.deepEqual([of("laptop").standing, of("both").standing, of("laptop").may_manage], ["contested", "contested", true]);
    assert.equal(of("robot").standing, "proved");
    // The port of the gateway is another one after a start of the tests' server.
    client = await Client.of(ada);
    assert.equal((await run("ssh", [...client.options, "enrol+ada@dockhost"])).status, 0);
    await until("the machine shows its new certificate", async () => {
      const done = await client.jump("web-1.ada", "cat /root/whose");
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout === "ADAS-MACHINE\n";
    }, 30);
    assert.equal(await running(), started, "its container was restarted");
    assert.equal(key.fingerprint, of("laptop").fingerprint);
  });
});
