// Who an instance lets in, with the real sshd and the real OpenSSH: keys that come and go while it is there, and other users.
import assert from "node:assert/strict";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, must, run, until } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";

/** Seconds until a change of keys counts. */
const SOON = 5;

describe("the keys of an instance", () => {
  let world, ada, web, laptop, phone, eve;

  before(async () => {
    world = await World.open({ env: { DOCKHOST_SIGN_UP: "open" } });
    await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    laptop = await Client.of(ada);
    await laptop.ready("web-1");
    await laptop.ok("web-1", "useradd --create-home --shell /bin/bash bob");
    eve = await world.signUp("eve");
    await eve.addKey();
  });
  after(() => world?.close());

  async function keyFile(name) {
    const file = join(world.dir, `key-${name}`);
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
    return file;
  }
  const publicOf = async (file) => (await readFile(`${file}.pub`, "utf8")).trim();

  /** ada at another computer, whose key is added to her account. */
  async function computer(name) {
    const identity = await keyFile(name);
    const person = Object.assign(Object.create(ada), { identity });
    const key = await ada.api.post("/ssh-keys", { name, public_key: await publicOf(identity) });
    return Object.assign(await Client.of(person, { name }), { key, identity });
  }

  const letIn = (body, id = web.id) => ada.api.ok("PUT", `/instances/${id}/ssh-keys`, body);
  const view = (id = web.id) => ada.api.get(`/instances/${id}`);
  /** In the order of names; the API has that of ids. */
  const letsIn = ({ ssh_keys, all_ssh_keys }) => [[...ssh_keys].sort(), all_ssh_keys];

  /** At the node's own port, as a user of the instance. */
  function direct(identity, command, { user = "root", of = web } = {}) {
    const [, port, host] = /-p (\d+) \S+@(\S+)/.exec(of.ssh_command);
    const options = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=accept-new", "ConnectTimeout=10", `UserKnownHostsFile=${join(world.dir, "direct")}`, "LogLevel=ERROR"];
    return run("ssh", ["-F", "none", ...options.flatMap((one) => ["-o", one]), "-i", identity, "-p", port, `${user}@${host}`, command], { seconds: 30 });
  }

  /** Each way in, by that computer's key. */
  const ways = (from, name = "web-1", of = web) => ({
    gateway: () => from.ssh(name, "whoami"),
    jump: () => from.jump(name, "whoami"),
    direct: () => direct(from.identity ?? ada.identity, "whoami", { of }),
  });
  async function opens(from, ...rest) {
    for (const [way, go] of Object.entries(ways(from, ...rest))) {
      await until(`the key is let in by ${way}`, async () => {
        const done = await go();
        if (done.status !== 0) throw new Error(done.stderr);
        return done.stdout === "root\n";
      }, SOON);
    }
  }
  async function shut(from, ...rest) {
    for (const [way, go] of Object.entries(ways(from, ...rest))) {
      const done = await until(`the key is refused by ${way}`, async () => {
        const done = await go();
        return done.status === 255 && done;
      }, SOON);
      assert.equal(done.stdout, "", way);
    }
  }

  test("one that was added after the create is let in by each way within seconds", async () => {
    phone = await computer("phone");
    assert.deepEqual(letsIn(await view()), [["laptop"], false]);
    await shut(phone);
    const told = await phone.ssh("web-1", "true");
    assert.match(told.stderr, /this SSH key may not log in to web-1: the page of web-1 has the list, and can let it in/);
    const after = await letIn({ ssh_keys: ["laptop", "phone"] });
    assert.deepEqual([letsIn(after), after.phase], [[["laptop", "phone"], false], "running"]);
    await opens(phone);
    await opens(laptop);
  });

  test("one that is taken out is refused by each way, and its session ends", async () => {
    // One that may not manage jumps to what it is ticked for.
    const manage = (allowed) => ada.api.ok("PUT", `/ssh-keys/${phone.key.id}/may-manage`, { allowed });
    await manage(false);
    const typing = phone.stay(["web-1@dockhost", "echo in; cat"]);
    await until("the session stands", () => typing.out.text === "in\n", 20);
    const jumping = phone.stay(["-W", "web-1:22", "lobby@dockhost"]);
    await until("the jump stands", () => jumping.out.text.startsWith("SSH-2.0"), 20);
    const other = laptop.stay(["web-1@dockhost", "echo in; cat"]);
    await until("the other session stands", () => other.out.text === "in\n", 20);
    await letIn({ ssh_keys: ["laptop"] });
    const over = new Set();
    for (const one of [typing, jumping]) one.ended.then(() => over.add(one));
    await until("session and jump end", () => over.size === 2, SOON);
    assert.match(typing.out.error, /This SSH key may no longer log in to web-1\./);
    await shut(phone);
    await opens(laptop);
    other.child.stdin.write("still here\n");
    await until("the session by the other key goes on", () => other.out.text.includes("still here"), 20);
    await other.end();
    await manage(true);
  });

  test("it counts while the instance is stopped, and then from its first moment", async () => {
    await ada.api.post(`/instances/${web.id}/stop`);
    await ada.phase(web.id, "stopped");
    const [node] = world.nodes;
    const written = () => readFile(join(node.dir, "instances", web.id, "authorized_keys"), "utf8");
    await letIn({ ssh_keys: [phone.key.id] });
    await until("its node has written it down", async () => {
      const lines = await written();
      return lines.includes("ada@phone") && !lines.includes("ada@laptop");
    }, SOON);
    assert.equal((await view()).phase, "stopped", "nothing starts by that");
    await ada.api.post(`/instances/${web.id}/start`);
    web = await ada.phase(web.id, "running");
    await phone.ready("web-1");
    await opens(phone);
    await shut(laptop);
    await letIn({ ssh_keys: ["phone", "laptop", "laptop", phone.key.id] });
    assert.deepEqual(letsIn(await view()), [["laptop", "phone"], false], "each once");
    await opens(laptop);
  });

  test("what cannot be is refused in words, and nothing changes", async () => {
    const before = await view();
    const [foreign] = await eve.api.get("/ssh-keys");
    for (const [body, status, field, words] of [
      [{ ssh_keys: ["desktop"] }, 400, "ssh_keys", /ada has no SSH key “desktop”/],
      [{ ssh_keys: ["laptop", foreign.id] }, 400, "ssh_keys", /ada has no SSH key “k-/],
      [{ ssh_keys: ["laptop"], all_ssh_keys: true }, 400, "ssh_keys", /Say one of the two/],
      [{ ssh_keys: "laptop" }, 400, undefined, /./],
      [{}, 400, "ssh_keys", /Say which SSH keys it lets in/],
      [{ keys: ["laptop"] }, 400, "keys", /./],
    ]) {
      const answer = await ada.api.call("PUT", `/instances/${web.id}/ssh-keys`, body);
      assert.equal(answer.status, status, answer.text);
      if (field) assert.equal(answer.body.field, field, answer.text);
      assert.match(answer.body.message, words);
    }
    for (const [id, by] of [["i-0000000000000000", ada], [web.id, eve]]) {
      const answer = await by.api.call("PUT", `/instances/${id}/ssh-keys`, { all_ssh_keys: true });
      assert.deepEqual([answer.status, answer.body.code], [404, "not_found"], answer.text);
    }
    assert.deepEqual(letsIn(await view()), letsIn(before));
  });

  test("all of them, also those that come later; and the last one locks nobody out", async () => {
    const after = await letIn({ all_ssh_keys: true });
    assert.deepEqual(letsIn(after), [["laptop", "phone"], true]);
    const desktop = await computer("desktop");
    await opens(desktop);
    assert.deepEqual(letsIn(await view()), [["desktop", "laptop", "phone"], true]);
    for (const { id } of await ada.api.get("/ssh-keys")) await ada.api.remove(`/ssh-keys/${id}`);
    assert.deepEqual(letsIn(await view()), [[], true]);
    await shut(desktop);
    const tablet = await computer("tablet");
    await opens(tablet);
    await ada.addKey();
    phone.key = await ada.api.post("/ssh-keys", { name: "phone", public_key: await publicOf(phone.identity) });
    await opens(laptop);
    const none = await letIn({ ssh_keys: [] });
    assert.deepEqual(letsIn(none), [[], false]);
    await shut(tablet);
    const made = await ada.create("db-1", { all_ssh_keys: true });
    assert.deepEqual(letsIn(made), [["laptop", "phone", "tablet"], true]);
    await ada.api.remove(`/instances/${made.id}`);
    await ada.gone(made.id);
  });

  test("the lobby shows them and changes them", async () => {
    const says = async (line) => {
      const done = await laptop.lobby(line);
      assert.equal(done.status, 0, done.stderr);
      return done.stdout;
    };
    assert.equal(await says("keys web-1"), "web-1 lets in no SSH key. Its terminal in the console opens it.\n");
    assert.equal(await says("keys web-1 laptop"), "web-1 lets in: laptop.\n");
    await opens(laptop);
    assert.match(await says("keys web-1 --all"), /^web-1 lets in all your SSH keys, also those that you add later: /);
    assert.deepEqual(letsIn(JSON.parse(await says(`keys web-1 ${phone.key.id} laptop --json`))), [["laptop", "phone"], false]);
    for (const [line, words] of [
      ["keys web-1 nokey", /ada has no SSH key “nokey”/],
      ["keys no-such", /You have no instance called no-such/],
      ["keys web-1 --all laptop", /takes one of these/],
      ["keys --all", /Only `ls` takes --all|takes/],
    ]) {
      const done = await laptop.lobby(line);
      assert.equal(done.status, 1, line);
      assert.match(done.stderr, words);
    }
    assert.deepEqual(letsIn(await view()), [["laptop", "phone"], false]);
  });

  describe("and its other users", () => {
    let own;

    before(async () => {
      own = await keyFile("of-bob");
      await laptop.ready("web-1");
    });

    const inside = (command) => laptop.ok("web-1", command);

    test("the gateway logs in as one that is named before the instance", async () => {
      for (const user of ["bob+web-1", "bob+web-1.ada"]) {
        assert.equal(await laptop.ok(user, "echo $(whoami) $PWD"), "bob /home/bob\n", user);
      }
      assert.equal(await laptop.ok("root+web-1", "whoami"), "root\n");
      const file = join(world.dir, "note");
      await copyFile(new URL(import.meta.url), file);
      await must("scp", [...laptop.options, file, "bob+web-1@dockhost:note"]);
      assert.equal(await inside("stat -c %U /home/bob/note"), "bob\n");
      const refused = await phone.ssh("bob+web-1", "whoami");
      assert.equal(refused.stdout, "bob\n", "each key that it lets in may");
      await letIn({ ssh_keys: ["laptop"] });
      const out = await until("a key that it does not let in may not", async () => {
        const done = await phone.ssh("bob+web-1", "whoami");
        return done.status === 255 && done;
      }, SOON);
      assert.match(out.stderr, /this SSH key may not log in to web-1/);
    });

    test("one that it does not have is refused in words", async () => {
      for (const user of ["carol", "b:pam", "x".repeat(40)]) {
        const done = await laptop.ssh(`${user}+web-1`, "whoami");
        assert.deepEqual([done.status, done.stdout], [255, ""], user);
        assert.match(done.stderr, /web-1 lets no user called .+ in: there is none, or its sshd forbids it/, user);
      }
      const forward = await laptop.ssh("carol+web-1", [], { options: ["-o", "LogLevel=INFO", "-W", "127.0.0.1:22"] });
      assert.notEqual(forward.status, 0);
      assert.match(forward.stderr, /web-1 lets no user called carol in/);
      for (const user of ["bob+lobby", "bob+ada", "bob+no-such"]) {
        const done = await laptop.ssh(user, "ls");
        assert.deepEqual([done.status, done.stdout], [255, ""], user);
        assert.match(done.stderr, /have no instance called bob\+/, user);
      }
    });

    test("each account has its own file, and the console's keys are root's alone", async () => {
      const denied = async (done, who) => {
        const { status, stderr } = await done;
        assert.equal(status, 255, who);
        assert.match(stderr, /Permission denied \(publickey\)/, who);
      };
      await denied(direct(ada.identity, "whoami", { user: "bob" }), "a key of the console's as bob");
      await denied(direct(own, "whoami", { user: "bob" }), "bob's before he is known");
      const line = await publicOf(own);
      await laptop.ok("bob+web-1", `umask 077; mkdir -p .ssh; echo '${line}' >.ssh/authorized_keys`);
      assert.equal((await direct(own, "whoami", { user: "bob" })).stdout, "bob\n");
      await denied(direct(own, "whoami"), "bob's as root");
      const jumped = await run("ssh", [...laptop.options, "-i", own, "bob@web-1.ada.dockhost", "whoami"], { seconds: 60 });
      assert.equal(jumped.stdout, "bob\n", jumped.stderr);
      // As on any machine: a home that others may write to proves nothing.
      await inside("chmod 777 /home/bob");
      await denied(direct(own, "whoami", { user: "bob" }), "a home that everybody writes to");
      await inside("chmod 700 /home/bob");
      assert.equal((await direct(own, "whoami", { user: "bob" })).stdout, "bob\n");
    });

    test("ssh-copy-id lets another key in, which the console does not take away", async () => {
      const guest = await keyFile("guest");
      await mkdir(join(laptop.dir, ".ssh"));
      await must("ssh-copy-id", ["-f", "-i", `${guest}.pub`, ...laptop.options, "web-1@dockhost"], { env: { ...process.env, HOME: laptop.dir }, seconds: 60 });
      assert.equal((await direct(guest, "whoami")).stdout, "root\n");
      await letIn({ ssh_keys: [] });
      await shut(laptop);
      assert.equal((await direct(guest, "whoami")).stdout, "root\n");
      await letIn({ ssh_keys: ["laptop"] });
      await opens(laptop);
    });
  });
});
