// Whose a public key is, with real OpenSSH: mallory adds other people's, and gets nothing by it.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, World, must, run, until } from "../../harness.mjs";
import { securityKeys } from "../../support/agent.mjs";

const NAMESPACE = "dockhost-key";
const publicOf = async (file) => (await readFile(`${file.replace(/\.pub$/, "")}.pub`, "utf8")).trim();

describe("SSH keys", () => {
  let world, ada, mallory, host, port, known, agent, made = 0;

  before(async () => {
    // Whose a key is needs no machine.
    world = await World.open({ engine: false, env: { DOCKHOST_SIGN_UP: "open" } });
    ada = world.ada;
    mallory = await world.signUp("mallory");
    const gateway = await ada.api.get("/gateway");
    [host, port] = gateway.address.split(/:(?=\d+$)/);
    known = join(world.dir, "known");
    await writeFile(known, `${gateway.known_hosts}\n`);
    agent = await securityKeys(join(world.dir, "agent"));
  });
  after(async () => {
    await agent?.close();
    await world?.close();
  });

  async function generate(type = "ed25519", bits = []) {
    const file = join(world.dir, `key-${++made}`);
    await must("ssh-keygen", ["-q", "-t", type, ...bits, "-N", "", "-C", "", "-f", file]);
    return file;
  }

  /** `ssh USER@gateway COMMAND` with that key alone, or with several. */
  function ssh(user, keys, command = ["ls"], { options = [], env = process.env } = {}) {
    const own = [keys].flat().flatMap((key) => ["-i", key]);
    const all = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "LogLevel=INFO", "ConnectTimeout=30"];
    return run("ssh", ["-F", "none", ...all.flatMap((one) => ["-o", one]), ...own, ...options, "-p", port, `${user}@${host}`, ...command], { env, seconds: 60 });
  }

  const add = async (person, file, name = `k${made}-${Math.random()}`) => person.api.post("/ssh-keys", { name, public_key: await publicOf(file) });
  const standing = async (person, id) => (await person.api.get("/ssh-keys")).find((key) => key.id === id)?.standing;
  const challenge = (person, id) => person.api.post(`/ssh-keys/${id}/challenge`);
  const sign = (file, text, { namespace = NAMESPACE, env = process.env } = {}) =>
    must("ssh-keygen", ["-Y", "sign", "-n", namespace, "-f", file], { input: text, env });
  const prove = (person, id, signature) => person.api.call("POST", `/ssh-keys/${id}/proof`, { signature });

  /** Somebody with a key that mallory has added before them. */
  async function squatted(name, file) {
    const victim = await world.signUp(name);
    const theirs = await add(mallory, file);
    assert.equal(theirs.standing, "sole");
    const own = await add(victim, file);
    return { victim, theirs, own };
  }

  test("while one account alone has a key, its first login proves it; then nobody can take it over", async () => {
    const file = await generate();
    const key = await add(ada, file);
    assert.deepEqual([key.standing, key.proved_at, key.may_manage], ["sole", null, true]);
    const first = await ssh("lobby", file, ["whoami"]);
    assert.equal(first.stdout, "ada (ada@example.org)\n", first.stderr);
    assert.match(first.stderr, /has proved that the SSH key “.*” is ada's here/);
    const second = await ssh("lobby", file, ["whoami"]);
    assert.equal(second.stderr, "", "it is said once");
    assert.equal(await standing(ada, key.id), "proved");
    const refused = await mallory.api.call("POST", "/ssh-keys", { name: "x", public_key: await publicOf(file) });
    assert.deepEqual([refused.status, refused.body.code, refused.body.field], [409, "conflict", "public_key"]);
    assert.match(refused.body.message, /Another account here has proved to hold this key/);
    assert.doesNotMatch(refused.text, /ada|example\.org/, "it tells whose it is");
    assert.deepEqual((await mallory.api.get("/ssh-keys")).filter(({ name }) => name === "x"), []);
  });

  test("a key that two accounts claim opens nothing, in words, whoever came first", async () => {
    const file = await generate();
    const { victim, theirs, own } = await squatted("vera", file);
    assert.deepEqual([await standing(mallory, theirs.id), await standing(victim, own.id)], ["contested", "contested"]);
    for (const user of ["lobby", "root", "web-1", "mallory", "vera", "web-1.vera", "web-1.mallory"]) {
      const done = await ssh(user, file, ["whoami"]);
      assert.equal(done.status, 255, user);
      assert.equal(done.stdout, "", user);
      assert.match(done.stderr, /Several accounts here claim this SSH key/, user);
      assert.match(done.stderr, new RegExp(`ssh -p ${port} enrol\\+NAME@${host}`));
    }
    for (const target of ["web-1:22", "web-1.dockhost:22", "web-1.mallory.dockhost:22"]) {
      const jumped = await ssh("lobby", file, [], { options: ["-W", target] });
      assert.notEqual(jumped.status, 0, target);
      assert.match(jumped.stderr, /Several accounts here claim this SSH key/, target);
    }
    const forwarded = await ssh("lobby", file, [], { options: ["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9"] });
    assert.notEqual(forwarded.status, 0);
    assert.equal(await standing(victim, own.id), "contested", "a login by the way proves nothing");
  });

  test("a login as enrol+NAME proves it for that account and opens nothing else", async () => {
    const file = await generate();
    const { victim, theirs, own } = await squatted("wanda", file);
    assert.equal(own.enrol_command, `ssh -p ${port} enrol+wanda@${host}`);
    for (const user of ["enrol+nobody-here", "enrol+ada", "enrol+", "enrol"]) {
      const done = await ssh(user, file);
      assert.equal(done.status, 255, user);
    }
    assert.equal(await standing(victim, own.id), "contested");
    const proved = await ssh("enrol+wanda", file, ["rm everything"]);
    assert.deepEqual([proved.status, proved.stdout.trim()], [0, "Proved: this SSH key is wanda's here. Nobody else can use it."]);
    assert.deepEqual([await standing(mallory, theirs.id), await standing(victim, own.id)], ["foreign", "proved"]);
    assert.equal((await ssh("lobby", file, ["whoami"])).stdout, "wanda (wanda@example.org)\n");
    const late = await ssh("enrol+mallory", file);
    assert.equal(late.status, 255);
    assert.match(late.stderr, /Another account here has proved/);
    const named = await ssh("mallory", file, ["whoami"]);
    assert.match(named.stderr, /Permission denied \(publickey\)/, "mallory's name takes no key of wanda's");
    const again = await ssh("enrol+wanda", file);
    assert.equal(again.status, 0, "it may be said twice");
    const jumped = await ssh("enrol+wanda", file, [], { options: ["-W", "web-1:22"] });
    assert.notEqual(jumped.status, 0);
  });

  test("an agent's key that mallory alone has added leads to her from no name of ada's, and is not proved for her", async () => {
    const [stray, own] = [await generate(), await generate()];
    await add(ada, own);
    assert.equal((await ssh("lobby", own, ["whoami"])).stdout, "ada (ada@example.org)\n");
    const theirs = await add(mallory, stray);
    const named = await ssh("ada", [stray, own], ["whoami"]);
    assert.deepEqual([named.stdout, named.stderr], ["ada (ada@example.org)\n", ""]);
    const none = await ssh("web-1.ada", [stray, own], ["whoami"]);
    assert.deepEqual([none.status, none.stdout], [255, ""]);
    assert.match(none.stderr, /You are ada here, and have no instance called web-1\.ada\./);
    for (const user of ["ada", "web-1.ada"]) {
      assert.match((await ssh(user, stray, ["whoami"])).stderr, /Permission denied \(publickey\)/, user);
    }
    for (const target of ["web-1.ada.dockhost:22", "web-1.ada:22"]) {
      assert.notEqual((await ssh("lobby", stray, [], { options: ["-W", target] })).status, 0, target);
    }
    assert.equal(await standing(mallory, theirs.id), "sole", "what went nowhere has proved it");
    // To a stranger who has but the public half, every name behind enrol+ looks the same.
    const half = join(world.dir, "half");
    await writeFile(`${half}.pub`, `${await publicOf(stray)}\n`);
    for (const name of ["ada", "mallory", "nobody-here"]) {
      const offered = await ssh(`enrol+${name}`, `${half}.pub`, [], { options: ["-v"] });
      assert.match(offered.stderr, /Server accepts key/, name);
      assert.equal(offered.status, 255, name);
    }
    const enrolled = await ssh("enrol+ada", stray);
    assert.equal(enrolled.status, 255);
    assert.match(enrolled.stderr, /The account behind enrol\+ has not added this SSH key/);
    assert.equal(await standing(mallory, theirs.id), "sole");
    assert.equal((await ssh("lobby", stray, ["whoami"])).stdout, "mallory (mallory@example.org)\n");
    assert.equal(await standing(mallory, theirs.id), "proved", "where no account is named, the first login proves it");
  });

  describe("keys of every kind", () => {
    const KINDS = { ed25519: [], rsa: ["-b", "3072"], "ecdsa-256": ["-b", "256"], "ecdsa-384": ["-b", "384"], "ecdsa-521": ["-b", "521"], "sk-ed25519": null, "sk-ecdsa": null };
    for (const [kind, bits] of Object.entries(KINDS)) {
      const held = async () => {
        const env = { ...process.env, SSH_AUTH_SOCK: agent.socket };
        if (bits) return { file: await generate(kind.split("-")[0], bits), env };
        // The agent's keys are the same for both tests, so whoever had them lets go.
        const { file } = agent.keys[kind.split("-")[1]];
        const text = (await publicOf(file)).split(" ").slice(0, 2).join(" ");
        for (const person of world.persons) {
          for (const key of await person.api.get("/ssh-keys")) if (key.public_key === text) await person.api.remove(`/ssh-keys/${key.id}`);
        }
        return { file, env };
      };

      test(`${kind}: first login, and enrol`, async () => {
        const { file, env } = await held();
        const name = `l-${kind}`;
        const { victim, own } = await squatted(name, file);
        const proved = await ssh(`enrol+${name}`, file, [], { env });
        assert.equal(proved.status, 0, proved.stderr);
        assert.equal(await standing(victim, own.id), "proved");
        assert.match((await ssh("lobby", file, ["whoami"], { env })).stdout, new RegExp(`^${name} `));
        await victim.api.remove(`/ssh-keys/${own.id}`);
      });

      test(`${kind}: a signature by ssh-keygen -Y sign`, async () => {
        const { file, env } = await held();
        const name = `s-${kind}`;
        const { victim, own, theirs } = await squatted(name, file);
        const { text, namespace, command } = await challenge(victim, own.id);
        assert.equal(namespace, NAMESPACE);
        assert.ok(command.includes(text) && command.includes(`ssh-keygen -Y sign -n ${NAMESPACE}`), command);
        const done = await prove(victim, own.id, await sign(file, `${text}\n`, { env }));
        assert.equal(done.status, 200, done.text);
        assert.deepEqual([done.body.standing, await standing(mallory, theirs.id)], ["proved", "foreign"]);
        assert.match((await ssh("lobby", file, ["whoami"], { env })).stdout, new RegExp(`^${name} `));
      });
    }
  });

  test("the command that the page shows proves a key as it stands, and the README's lines do", async () => {
    const file = await generate();
    const { victim, own } = await squatted("xenia", file);
    const { command } = await challenge(victim, own.id);
    const shown = await must("sh", ["-c", command.replace("~/.ssh/id_ed25519", file)]);
    assert.equal((await prove(victim, own.id, shown)).body.standing, "proved");

    const other = await generate();
    const { victim: yara, own: hers } = await squatted("yara", other);
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const lines = readme.match(/^curl -s -H "\$auth" -X POST \$api\/ssh-keys\/\$key\/challenge[^]*?(?=\n```)/m)[0];
    const env = { ...process.env, auth: `Authorization: ${yara.api.headers.authorization.replace("Authorization: ", "")}`, api: `${world.server.base}/api/v1`, key: hers.id };
    const said = await must("bash", ["-c", lines.replace("~/.ssh/id_ed25519", other)], { env });
    assert.equal(JSON.parse(said).standing, "proved");
  });

  test("a challenge is for one key of one account, once, and says what is wrong with an answer", async () => {
    const [file, others] = [await generate(), await generate()];
    const { victim, theirs, own } = await squatted("zoe", file);
    const why = async (person, id, signature, pattern) => {
      const { status, body } = await prove(person, id, signature);
      assert.ok([400, 409].includes(status), JSON.stringify(body));
      assert.equal(body.field, "signature");
      assert.match(body.message, pattern);
    };
    const none = /There is no challenge for this key now/;
    await why(victim, own.id, await sign(file, "x"), none);
    const of = { victim: (await challenge(victim, own.id)).text, mallory: (await challenge(mallory, theirs.id)).text };
    assert.match(of.victim, /^dockhost-key-proof installation=c-[0-9a-f]{16} account=zoe key=SHA256:\S+ once=[0-9a-f]{64}$/);
    // What the victim was made to sign for another account, another purpose, or with another key.
    await why(victim, own.id, await sign(file, of.mallory), /not one of this challenge/);
    await why(mallory, theirs.id, await sign(file, of.victim), /not one of this challenge/);
    await why(victim, own.id, await sign(file, of.victim, { namespace: "git" }), /something else: use `-n dockhost-key`/);
    await why(victim, own.id, await sign(others, of.victim), /a signature of another key/);
    await why(victim, own.id, await sign(file, `${of.victim}x`), /not one of this challenge/);
    for (const bad of ["", "x", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----", await publicOf(file)]) {
      await why(victim, own.id, bad, /no signature of ssh-keygen/);
    }
    await why(victim, own.id, "x".repeat(17_000), /longer than 16 KiB/);
    const good = await sign(file, of.victim);
    const [first, ...rest] = good.split("\n");
    await why(victim, own.id, [first, "A".repeat(64), ...rest].join("\n"), /no signature of ssh-keygen|another key/);
    // A second challenge takes the place of the first.
    const next = (await challenge(victim, own.id)).text;
    await why(victim, own.id, good, /not one of this challenge/);
    const last = await sign(file, next);
    const absent = await prove(mallory, own.id, last);
    assert.equal(absent.status, 404, "somebody else's row is not there");
    assert.equal((await prove(victim, own.id, last.replaceAll("\n", "\r\n"))).body.standing, "proved");
    await why(victim, own.id, last, none);
    const taken = await prove(mallory, theirs.id, await sign(file, (await challenge(mallory, theirs.id)).text));
    assert.equal(taken.status, 409);
    assert.match(taken.body.message, /Another account here has proved/);
    assert.equal((await victim.api.call("POST", `/ssh-keys/${own.id}/proof`, { signature: last, key: "x" })).status, 400, "an unknown field");
  });

  test("a certificate is no key, and two keys in one paste are none", async () => {
    const [ca, file] = [await generate(), await generate()];
    await add(ada, ca);
    await must("ssh-keygen", ["-q", "-s", ca, "-I", "x", "-n", "lobby,root", `${file}.pub`]);
    const signed = await ssh("lobby", file, ["whoami"], { options: ["-o", `CertificateFile=${file}-cert.pub`] });
    assert.equal(signed.status, 255);
    assert.match(signed.stderr, /Permission denied/);
    await add(ada, file);
    const both = [await publicOf(ca), await publicOf(file)].join("\n");
    const [cert, twice] = await Promise.all([await readFile(`${file}-cert.pub`, "utf8"), both].map((public_key) => ada.api.call("POST", "/ssh-keys", { name: "bad", public_key })));
    assert.match(cert.body.message, /certificate/);
    assert.match(twice.body.message, /several lines/);
    for (const { status, body } of [cert, twice]) assert.deepEqual([status, body.field], [400, "public_key"]);
  });

  test("names that mean something to the gateway are given to nobody anew", async () => {
    const { api } = await world.signUp("namer");
    const visitor = new Api(world.server.base);
    for (const name of ["lobby", "root", "git", "localhost", "gateway", "enrol", "ssh", "admin", "dockhost", "enrol+ada", "a+b"]) {
      const person = await visitor.call("POST", "/sign-up", { username: name, email: `${name.replace("+", "-")}@example.org`, password: PASSWORD });
      assert.deepEqual([person.status, person.body.field], [400, "username"], `${name}: ${person.text}`);
      const instance = await api.call("POST", "/instances", { name });
      assert.deepEqual([instance.status, instance.body.field], [400, "name"], `${name}: ${instance.text}`);
    }
  });

  test("a name that is nothing of theirs is an error in words, whatever is asked under it, and the lobby does nothing", async () => {
    const file = await generate();
    const nora = await world.signUp("nora");
    await add(nora, file);
    assert.equal((await ssh("enrol+nora", file)).status, 0);
    const where = new RegExp(`The lobby, which takes commands: ssh -p ${port} lobby@${host}`);
    for (const user of ["wbe-1", "web-1.nora", "root", "git", "nora.nora", "Lobby", "lobby.nora"]) {
      for (const command of [["whoami"], ["help"], ["ls"], ["new", "box-1"], []]) {
        const done = await ssh(user, file, command);
        assert.deepEqual([done.status, done.stdout], [255, ""], `${user}: ${command}`);
        assert.match(done.stderr, /You are nora here, and have no instance called /, user);
        assert.ok(done.stderr.includes(user), done.stderr);
        assert.match(done.stderr, where);
      }
    }
    const subsystem = await ssh("wbe-1", file, ["sftp"], { options: ["-s"] });
    assert.deepEqual([subsystem.status, subsystem.stdout], [255, ""]);
    // What opens no session is told as the connection ends.
    for (const options of [["-N"], ["-N", "-R", "0:127.0.0.1:9"], ["-W", "web-1:22"]]) {
      const done = await ssh("wbe-1", file, [], { options });
      assert.equal(done.status, 255, `${options}: ${done.stderr}`);
      assert.match(done.stderr, /no instance called wbe-1/, `${options}`);
    }
    for (const user of ["lobby", "nora"]) {
      assert.equal((await ssh(user, file, ["whoami"])).stdout, "nora (nora@example.org)\n", user);
      const jumped = await ssh(user, file, [], { options: ["-W", "wbe-1.nora.dockhost:22"] });
      assert.notEqual(jumped.status, 0);
      assert.match(jumped.stderr, /You are nora here, and this SSH key jumps to no instance called wbe-1\.nora\.dockhost\. You have no instance yet\./);
    }
    assert.deepEqual(await nora.api.get("/instances"), []);
    const own = await nora.api.call("POST", "/instances", { name: "nora" });
    assert.deepEqual([own.status, own.body.field], [400, "name"]);
  });

  test("older clients find a host key and a key exchange that they know, and the API names the key", async () => {
    const file = await generate("ecdsa", ["-b", "256"]);
    await add(ada, file);
    const gateway = await ada.api.get("/gateway");
    assert.deepEqual(gateway.further_host_keys.map(({ host_key }) => host_key.split(" ")[0]), ["ecdsa-sha2-nistp256"]);
    const [{ host_key, fingerprint }] = gateway.further_host_keys;
    const line = join(world.dir, "older-known");
    await writeFile(line, `[${host}]:${port} ${host_key}\n`);
    assert.ok((await must("ssh-keygen", ["-l", "-f", line])).includes(fingerprint));
    const older = { hostkey: "HostKeyAlgorithms=ecdsa-sha2-nistp256", known: `UserKnownHostsFile=${line}` };
    for (const exchange of ["ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "diffie-hellman-group14-sha256"]) {
      const options = ["-o", `KexAlgorithms=${exchange}`, "-o", "Ciphers=aes128-ctr", "-o", "MACs=hmac-sha2-256"];
      const all = ["-F", "none", "-o", older.hostkey, "-o", older.known, "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", ...options];
      const done = await run("ssh", [...all, "-i", file, "-p", port, `lobby@${host}`, "whoami"], { seconds: 60 });
      assert.equal(done.stdout, "ada (ada@example.org)\n", `${exchange}: ${done.stderr}`);
    }
    // Whoever knows the gateway by its certificate is shown that.
    assert.equal((await ssh("lobby", file, ["whoami"])).status, 0);
    const before = gateway.fingerprint;
    await world.server.restart();
    const again = await ada.api.get("/gateway");
    assert.deepEqual([again.fingerprint, again.further_host_keys], [before, gateway.further_host_keys]);
    [host, port] = again.address.split(/:(?=\d+$)/);
    await writeFile(known, `${again.known_hosts}\n`);
  });

  test("a key that may not manage is told so in the lobby, at once", async () => {
    const file = await generate();
    const key = await add(ada, file, "ci");
    await ssh("enrol+ada", file);
    const view = await ada.api.ok("PUT", `/ssh-keys/${key.id}/may-manage`, { allowed: false });
    assert.equal(view.may_manage, false);
    for (const command of ["ls", "whoami", "new box-1", "rm prod --yes", "open prod 5432", "stop prod", "explain prod"]) {
      const done = await ssh("lobby", file, [command]);
      assert.equal(done.status, 1, command);
      assert.match(done.stderr, /This SSH key logs in to no instance now, and may not manage/, command);
      assert.equal(done.stdout, "");
    }
    assert.equal((await ssh("lobby", file, ["help"])).status, 0);
    await ada.api.ok("PUT", `/ssh-keys/${key.id}/may-manage`, { allowed: true });
    assert.equal((await ssh("lobby", file, ["ls"])).status, 0);
    const made = await ada.api.post("/ssh-keys", { name: "robot", public_key: await publicOf(await generate()), may_manage: false });
    assert.equal(made.may_manage, false);
  });

  test("fifty wrong keys are slowed and told of once; the right key from there still gets in, and an agent is one try", async () => {
    const right = await generate();
    await add(ada, right);
    assert.equal((await ssh("lobby", right)).status, 0);
    const wrong = await Promise.all(Array.from({ length: 50 }, () => generate()));
    const agents = { options: ["-o", "BindAddress=127.0.5.2"] };
    for (let n = 0; n < 15; n++) {
      const begun = Date.now();
      assert.equal((await ssh("lobby", [...wrong.slice(0, 5), right], ["ls"], agents)).status, 0);
      assert.ok(Date.now() - begun < 1_900, "five wrong keys before the right one are slowed");
    }
    const options = ["-o", "BindAddress=127.0.5.1"];
    const took = [];
    for (let from = 0; from < 50; from += 10) {
      const begun = Date.now();
      const done = await Promise.all(wrong.slice(from, from + 10).map((key) => ssh("lobby", key, ["ls"], { options })));
      took.push(Date.now() - begun);
      for (const { status, stderr } of done) assert.ok(status === 255 && /Permission denied \(publickey\)/.test(stderr), stderr);
    }
    console.log(`# ten wrong keys at once, five times: ${took.join(", ")} ms`);
    assert.ok(took.slice(1).every((ms) => ms >= 2_000), "they are not slowed");
    const begun = Date.now();
    assert.equal((await ssh("lobby", right, ["ls"], { options })).status, 0, "the right key is shut out");
    assert.ok(Date.now() - begun < 1_900, "the right key is slowed");
    const log = await readFile(world.server.log, "utf8");
    assert.equal(log.match(/goes on offering SSH keys/g).length, 1);
    assert.match(log, /goes on offering.*127\.0\.5\.1|127\.0\.5\.1.*goes on offering/);
  });

  test("connections that only make the server exchange keys wait for their turn, and others do not", async () => {
    const file = await generate();
    await add(ada, file);
    const sockets = [];
    let greeted = 0;
    const begun = Date.now();
    for (let n = 0; n < 200; n++) {
      const socket = net.connect({ port, host, localAddress: "127.0.5.3" });
      socket.on("error", () => {});
      socket.once("data", () => (greeted += 1));
      sockets.push(socket);
    }
    try {
      await until("the first are greeted", () => greeted >= 100, 10);
      const [soon, after] = [greeted, Date.now() - begun];
      assert.ok(soon <= 100 + after / 50 + 5, `${soon} were greeted after ${after} ms`);
      const login = Date.now();
      assert.equal((await ssh("lobby", file)).status, 0);
      console.log(`# of 200 at once, ${soon} were greeted after ${after} ms; a login from elsewhere took ${Date.now() - login} ms`);
      await until("the others get their turn", () => greeted === 200, 15);
      assert.ok(Date.now() - begun >= 4_500, "the others did not wait");
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  test("a claim that its owner withdraws leaves the other alone with it", async () => {
    const file = await generate();
    const { victim, theirs, own } = await squatted("iris", file);
    await mallory.api.remove(`/ssh-keys/${theirs.id}`);
    assert.equal(await standing(victim, own.id), "sole");
    assert.equal((await ssh("lobby", file, ["whoami"])).stdout, "iris (iris@example.org)\n");
    assert.equal(await standing(victim, own.id), "proved");
  });
});
