// The command line with the real server, the real OpenSSH client and real shells: signing in, every verb, every status.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, freePort, must, PASSWORD, request, run, session, until, World } from "../../harness.mjs";
import { Desk } from "../../support/desk.mjs";
import { Client } from "../../support/gateway.mjs";
import { program } from "../../support/process.mjs";

/** Statuses, as README has them. */
const FAILED = 1, USAGE = 2, SIGNED_OUT = 3, NOT_FOUND = 4, UNREACHED = 5;

const ends = (done, status, says) => {
  assert.equal(done.status, status, `${done.status} ${done.stdout}${done.stderr}`);
  if (says) assert.match(done.stderr, says);
};
const tokenOf = (person) => person.api.headers.authorization.replace("Bearer ", "");
const browserOf = async (world, username) => new Api(world.server.base, (await session(world.server.base, username, PASSWORD)).headers);

describe("the command line", () => {
  let world, other, ada, desk, browser, client;

  before(async () => {
    world = await World.open();
    // Another installation, with another ada.
    other = await World.open({ engine: false });
    await world.node("lab");
    ({ ada } = world);
    await ada.addKey();
    desk = await Desk.open(join(world.dir, "desk"));
    await desk.agent(ada.identity);
    browser = await browserOf(world, "ada");
    client = await Client.of(ada);
  });
  after(async () => {
    await desk?.close();
    await other?.close();
    await world?.close();
  });

  describe("signs in", () => {
    test("not before somebody has", async () => {
      ends(await desk.run(["ls"]), SIGNED_OUT, /You are not signed in\. `dockhost login URL`/);
      ends(await desk.run(["logout"]), SIGNED_OUT);
      ends(await desk.run(["--as", "ada", "ls"]), SIGNED_OUT, /no account called ada/);
      assert.equal(await desk.ok(["accounts"]), "");
    });

    test("by a token, which is typed or piped and never a word of the command", async () => {
      const { base } = world.server;
      ends(await desk.login(base, "password"), USAGE, /no API token/);
      ends(await desk.login(base, "dhp_wrong"), SIGNED_OUT, /knows no such token/);
      for (const words of [["--token", "dhp_x"], ["--token=dhp_x"]]) ends(await desk.run(["login", base, ...words]), USAGE, /standard input/);
      assert.deepEqual(JSON.parse(await desk.ok(["accounts", "--json"])), []);
      ends(await desk.login(base, tokenOf(ada)), 0, /signed in to http:\S+ as ada@127\.0\.0\.1:\d+/);
      assert.equal(await desk.ok(["whoami"]), "ada (ada@example.org)\n");
      const file = join(desk.config, "accounts.json");
      assert.deepEqual([statSync(file).mode & 0o777, statSync(desk.config).mode & 0o777], [0o600, 0o700]);
    });

    test("by a browser, in which the person sees what asks and gives it a token", async () => {
      const login = desk.stay(["login", world.server.base]);
      const page = await until("it shows its page", () => /http:\S+\/sign-in-request\?code=(\S+)/.exec(login.out.stderr), 20);
      const code = page[1];
      assert.match(code, /^[B-Z]{4}-[B-Z]{4}$/);
      assert.match(login.out.stderr, new RegExp(`shows the code ${code}`));
      const view = await browser.get(`/sign-in-requests/${code.toLowerCase().replace("-", "")}`);
      const host = (await must("uname", ["-n"])).trim();
      assert.deepEqual([view.code, view.program, view.host, view.address], [code, `dockhost ${(await desk.ok(["--version"])).trim().split(" ")[1]}`, host, "127.0.0.1"]);
      assert.equal(view.name, `dockhost on ${host}`);

      // No token does it, and a token that is refused lets nobody in.
      for (const [method, path, body] of [["GET", ""], ["POST", "/grant", { name: "x" }], ["DELETE", ""]]) {
        const answer = await ada.api.call(method, `/sign-in-requests/${code}${path}`, body);
        assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"], answer.text);
      }
      const bad = await browser.call("POST", `/sign-in-requests/${code}/grant`, { name: "" });
      assert.deepEqual([bad.status, bad.body.field], [400, "name"], bad.text);
      assert.ok(login.child.exitCode === null, "nobody has let it in yet");

      await browser.post(`/sign-in-requests/${code}/grant`, { name: view.name, scope: "instances", expires_in_days: 7 });
      const done = await login.ended;
      ends(done, 0, /signed in/);
      assert.equal(await desk.ok(["whoami"]), "ada (ada@example.org)\n");
      const token = (await ada.api.get("/tokens")).find(({ name }) => name === view.name);
      assert.deepEqual([token.scope, token.expires_at !== null], ["instances", true]);
      // The scope that was given is all that it has.
      ends(await desk.run(["suspend", "ada"]), FAILED, /scope is too small/);
      const again = await browser.call("GET", `/sign-in-requests/${code}`);
      assert.deepEqual([again.status, again.body.code], [404, "not_found"], again.text);
      assert.equal(JSON.parse(await desk.ok(["accounts", "--json"])).length, 1, "the account has its new token");
    });

    test("not where the person says no", async () => {
      const login = desk.stay(["login", world.server.base]);
      const [, code] = await until("it shows its page", () => /code=(\S+)/.exec(login.out.stderr), 20);
      await browser.remove(`/sign-in-requests/${code}`);
      ends(await login.ended, SIGNED_OUT, /The person said no/);
      assert.equal(await desk.ok(["whoami"]), "ada (ada@example.org)\n", "it is signed in as before");
    });

    test("and a code or a secret that is used, guessed or of another request opens nothing", async () => {
      const visitor = new Api(world.server.base);
      const ask = () => visitor.post("/sign-in-requests", { program: "x\u001b[2J", host: "y".repeat(500) });
      const fetch = (secret) => visitor.call("POST", "/sign-in-requests/token", { secret });
      const { secret, code } = await ask();
      const view = await browser.get(`/sign-in-requests/${code}`);
      assert.deepEqual([view.program, view.host], ["x[2J", "y".repeat(64)], "nothing that a terminal obeys, nothing endless");
      assert.deepEqual((await fetch(secret)).body, { state: "waiting" });
      for (const wrong of ["", code, "dhq_wrong", secret.slice(0, -1)]) {
        const answer = await fetch(wrong);
        assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"], answer.text);
      }
      await browser.post(`/sign-in-requests/${code}/grant`, { name: "once", scope: "read" });
      const twice = await browser.call("POST", `/sign-in-requests/${code}/grant`, { name: "twice" });
      assert.equal(twice.status, 404, twice.text);
      const given = await fetch(secret);
      assert.deepEqual([given.body.state, given.body.username, given.body.scope], ["granted", "ada", "read"]);
      assert.equal((await new Api(world.server.base, { authorization: `Bearer ${given.body.token}` }).get("/me")).username, "ada");
      assert.equal((await fetch(secret)).status, 403, "it is told once");
      const mistyped = await visitor.call("POST", "/sign-in-requests", { program: "x", host: "y", scope: "all" });
      assert.deepEqual([mistyped.status, mistyped.body.field], [400, "scope"], mistyped.text);

      // Somebody who tries codes is slowed; somebody who opens requests without end, too.
      const bob = await world.signUp("bob");
      const bobs = await browserOf(world, "bob");
      const tried = [];
      for (let n = 0; n < 80; n++) tried.push((await bobs.call("GET", "/sign-in-requests/BBBB-BBBB")).status);
      assert.deepEqual([...new Set(tried)].sort(), [404, 429]);
      assert.equal((await bob.api.get("/me")).username, "bob", "nothing else of theirs is slowed");
      const opened = [];
      for (let n = 0; n < 40; n++) opened.push((await visitor.call("POST", "/sign-in-requests", { program: "x", host: "y" })).status);
      assert.ok(opened.includes(429), `${opened}`);
    });
  });

  describe("does what the lobby does", () => {
    let web;

    test("creates an instance and waits until it runs", async () => {
      ends(await desk.login(world.server.base, tokenOf(ada)), 0);
      const made = await desk.run(["new", "web-1", "debian-12", "--memory", "256m"]);
      ends(made, 0);
      assert.equal(made.stdout, "web-1 is running\n  dockhost ssh web-1\n");
      web = (await ada.api.get("/instances")).find(({ name }) => name === "web-1");
      assert.equal(web.limits.memory_bytes, 256 << 20);
      ends(await desk.run(["new", "web-1"]), FAILED, /web-1/);
      await client.ready("web-1");
    });

    test("in the lobby's own words, and in the API's where programs read", async () => {
      for (const line of ["ls", "ports web-1", "keys", "keys web-1", "nodes", "whoami", "people", "events web-1 --limit 3", "ls --all"]) {
        const there = await client.lobby(line);
        assert.equal(there.status, 0, there.stderr);
        assert.equal(await desk.ok(line.split(" ")), there.stdout, line);
      }
      const same = (one, two) => assert.deepEqual(one.map(({ id }) => id), two.map(({ id }) => id));
      same(await desk.json(["ls"]), await ada.api.get("/instances"));
      same(await desk.json(["keys"]), await ada.api.get("/ssh-keys"));
      same(await desk.json(["nodes"]), await ada.api.get("/nodes"));
      const [row] = await desk.json(["ls"]);
      assert.deepEqual(Object.keys(row).sort(), Object.keys(web).sort(), "nothing of the API's answer is left out");
      assert.deepEqual(Object.keys(await desk.json(["ports", "web-1"])).sort(), ["doors", "forwards", "ports", "urls"]);
      assert.deepEqual(await desk.json(["keys", "web-1"]), { ssh_keys: ["laptop"], all_ssh_keys: false });
      assert.equal((await desk.json(["explain", "web-1"])).phase, "running");
      const { events, more } = await desk.json(["events", "--limit", "2"]);
      assert.deepEqual([events.length, more], [2, true]);
      const lines = (await desk.ok(["events", "web-1"])).trim().split("\n");
      assert.match(lines[0], /^WHEN \(UTC\) +WHAT +BY/);
      assert.match(lines[1], /web-1 +ada +/);
    });

    test("opens and closes ports and doors, stops, starts and restarts", async () => {
      const opened = await desk.ok(["open", "web-1", "8080", "--on-server", "--from", "127.0.0.0/8"]);
      const [, port] = /8080\/tcp +\S+:(\d+) +127\.0\.0\.0\/8/.exec(opened) ?? assert.fail(opened);
      assert.doesNotMatch(await desk.ok(["close", "web-1", port, "--on-server"]), /8080/);
      // The node is asked, and does it a moment later.
      for (const [wish, says] of [["close", /^80 +\S+ +nobody$/m], ["open", /^80 +\S+ +everybody$/m]]) {
        await desk.ok(["door", "web-1", "80", wish]);
        await until(`the door is as it was asked to be: ${wish}`, async () => says.test(await desk.ok(["ports", "web-1"])), 20);
      }
      assert.match(await desk.ok(["stop", "web-1"]), /^web-1 is stopped/);
      ends(await desk.run(["restart", "web-1"]), FAILED);
      assert.match(await desk.ok(["start", "web-1"]), /^web-1 is running/);
      assert.match(await desk.ok(["restart", "web-1"]), /^web-1 is running/);
      assert.equal((await desk.json(["start", "web-1"])).phase, "running");
      await client.ready("web-1");
    });

    test("lets SSH keys in and out", async () => {
      assert.equal(await desk.ok(["keys", "web-1", "--none"]), "web-1 lets in no SSH key. Its terminal in the console opens it.\n");
      ends(await desk.run(["keys", "web-1", "no such"]), FAILED, /ada has no SSH key “no such”/);
      assert.equal(await desk.ok(["keys", "web-1", "--all"]), "web-1 lets in all your SSH keys, also those that you add later: laptop.\n");
      const [{ id }] = await ada.api.get("/ssh-keys");
      assert.equal(await desk.ok(["keys", "web-1", id]), "web-1 lets in: laptop.\n");
    });

    test("refuses what means nothing, in a sentence and by its status", async () => {
      for (const words of [["lss"], ["ls", "-la"], ["start"], ["start", "web-1", "web-2"], ["new", "x", "--memroy", "1g"], ["ssh"], ["keys", "web-1", "--all", "laptop"], ["exec", "web-1", "ls"], ["cp", "a"],
        ["cp", "a", "b"], ["completion", "csh"], ["config"], ["login"], ["login", "ftp://x"], ["--as"], ["serve"]]) {
        ends(await desk.run(words), USAGE, /^dockhost: \S/);
      }
      for (const words of [["start", "web-2"], ["ports", "$(touch ran)"], ["ssh", "web-2"], ["ssh", "--", "-oProxyCommand=touch ran"], ["exec", "; touch ran", "--", "ls"],
        ["cp", "web-2:a", "b"], ["rm", "\u001b[2J", "--yes"]]) {
        const done = await desk.run(words);
        ends(done, NOT_FOUND);
        assert.ok(!/\u001b/.test(done.stderr), "it repeats nothing that a terminal obeys");
      }
      assert.ok(!existsSync(join(desk.home, "ran")), "a name was run");
      ends(await desk.run(["rm", "web-1"]), FAILED, /rm web-1 --yes/);
      const told = await desk.run(["start", "web-2", "--json"]);
      ends(told, NOT_FOUND);
      assert.equal(JSON.parse(told.stderr).code, "not_found");
    });
  });

  describe("leads OpenSSH to an instance", () => {
    test("with the gateway's key of the API, and with what comes back", async () => {
      assert.equal(await desk.ok(["ssh", "web-1", "hostname"]), "web-1\n");
      const done = await desk.run(["ssh", "web-1", "echo out; echo err >&2; exit 42"]);
      assert.deepEqual([done.status, done.stdout, done.stderr], [42, "out\n", "err\n"]);
      const known = join(desk.config, "known_hosts", new URL(world.server.base).host);
      assert.equal(readFileSync(known, "utf8"), `${client.gateway.known_hosts}\n`);
      // Another user of it stands before its name.
      await desk.ok(["exec", "web-1", "--", "useradd", "--create-home", "bob"]);
      assert.equal(await desk.ok(["ssh", "bob@web-1", "whoami"]), "bob\n");
      ends(await desk.run(["ssh", "carol@web-1", "whoami"]), 255, /web-1 lets no user called carol in/);
      ends(await desk.run(["ssh", "bob@web-2", "whoami"]), NOT_FOUND);
      // Options of OpenSSH stand in front.
      const port = await freePort();
      const stays = desk.stay(["ssh", "-o", "ExitOnForwardFailure=yes", "-L", `${port}:127.0.0.1:22`, "web-1", "echo in; cat >/dev/null; sleep 60"]);
      await until("it forwards", () => stays.out.stdout.includes("in"), 30);
      assert.match(await must("ssh-keyscan", ["-t", "ed25519", "-p", `${port}`, "127.0.0.1"]), /ssh-ed25519/);
      stays.child.kill("SIGTERM");
      await stays.ended;
    });

    test("and exec hands a program exactly these arguments", async () => {
      const words = ["a b", "it's", "$(touch ran)", "*", "", "--json", "\\", "ä"];
      const said = await desk.ok(["exec", "web-1", "--", "printf", "<%s>", ...words]);
      assert.equal(said, words.map((word) => `<${word}>`).join(""));
      ends(await desk.run(["exec", "web-1", "--", "sh", "-c", "exit 7"]), 7);
      const piped = await desk.run(["exec", "web-1", "--", "cat"], { input: "through\n" });
      assert.equal(piped.stdout, "through\n");
    });

    test("and cp copies there and back, whole folders too", async () => {
      writeFileSync(join(desk.home, "with a space"), "content");
      await desk.ok(["cp", "with a space", "web-1:/root/there"]);
      await desk.ok(["cp", "web-1:/root/there", "back"]);
      assert.equal(readFileSync(join(desk.home, "back"), "utf8"), "content");
      await mkdir(join(desk.home, "tree/deep"), { recursive: true });
      writeFileSync(join(desk.home, "tree/deep/a:b"), "deep");
      await desk.ok(["cp", "-r", "tree", "web-1:/root/"]);
      assert.equal(await desk.ok(["exec", "web-1", "--", "cat", "/root/tree/deep/a:b"]), "deep");
      writeFileSync(join(desk.home, "web-1"), "here");
      await desk.ok(["cp", "./web-1", "web-1:/root/of-here"]);
      const missing = await desk.run(["cp", "nothing-there", "web-1:/root/"]);
      assert.notEqual(missing.status, 0);
    });

    test("and config ssh writes a block once, by which every program finds instances", async () => {
      const own = join(desk.home, ".ssh/config");
      await mkdir(join(desk.home, ".ssh"));
      writeFileSync(own, "Host elsewhere\n  User eve\n");
      await desk.ok(["config", "ssh"]);
      const once = readFileSync(own, "utf8");
      assert.match(once, /^# >>> written by `dockhost config ssh`\nInclude "[^\n]+"\n# <<< dockhost\n\nHost elsewhere\n {2}User eve\n$/);
      assert.equal(statSync(own).mode & 0o777, 0o600);
      await desk.ok(["config", "ssh"]);
      assert.equal(readFileSync(own, "utf8"), once);
      // OpenSSH's jump hands the name of a file that was given by -F to a shell, which a space would break.
      const plain = join(desk.dir, "config");
      symlinkSync(own, plain);
      for (const [words, says] of [[["web-1.ada.dockhost", "hostname"], "web-1\n"], [["dockhost", "whoami"], "ada (ada@example.org)\n"], [["web-1@dockhost", "hostname"], "web-1\n"]]) {
        const done = await desk.shell("ssh", ["-F", plain, "-o", "BatchMode=yes", ...words]);
        assert.deepEqual([done.status, done.stdout], [0, says], done.stderr);
      }
      writeFileSync(own, once.replace("# <<< dockhost\n", ""));
      ends(await desk.run(["config", "ssh"]), FAILED, /left as it is/);
    });

    test("and says what is missing where there is no OpenSSH", async () => {
      const done = await run(join(desk.dir, "bin/dockhost"), ["ssh", "web-1"], { env: { ...desk.env, PATH: join(desk.dir, "bin") } });
      ends(done, FAILED, /no program `ssh`/);
    });
  });

  describe("completes", () => {
    const names = /^web-1$/m;

    test("verbs, options and the names of one's own instances", async () => {
      const said = async (...words) => (await desk.ok(["complete", "--", ...words])).trim().split("\n");
      assert.deepEqual(await said("rest"), ["restart"]);
      assert.deepEqual(await said("start", "we"), ["web-1"]);
      assert.deepEqual(await said("cp", "a", ""), ["web-1:"]);
      assert.deepEqual(await said("open", "web-1", "--on"), ["--on-server"]);
      assert.deepEqual(await said("completion", "z"), ["zsh"]);
    });

    const bash = (line) => `source <(dockhost completion bash) && COMP_LINE='${line}' COMP_POINT=${line.length} && _dockhost 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    test("in bash", { skip: existsSync("/bin/bash") ? false : "bash is not installed" }, async () => {
      for (const [line, says] of [["dockhost sta", /^start$/m], ["dockhost stop ", names], ["dockhost cp web", /^web-1:$/m]]) {
        const done = await desk.shell("bash", ["-c", bash(line)]);
        assert.match(done.stdout, says, `${line}: ${done.stderr}`);
      }
      assert.match((await desk.shell("bash", ["-c", "source <(dockhost completion bash) && complete -p dockhost"])).stdout, /-F _dockhost dockhost/);
    });

    test("in zsh", { skip: existsSync("/bin/zsh") || existsSync("/usr/bin/zsh") ? false : "zsh is not installed" }, async () => {
      const script = [
        "autoload -Uz compinit && compinit -D -u", "source <(dockhost completion zsh)",
        "compadd() { print -l -- ${(P)argv[-1]} }; _files() { :; }", "words=(dockhost stop '') CURRENT=3", "_dockhost",
      ].join("\n");
      const done = await desk.shell("zsh", ["-f", "-c", script]);
      assert.match(done.stdout, names, done.stderr);
      assert.equal(done.stderr, "");
    });

    test("in fish", { skip: existsSync("/usr/bin/fish") ? false : "fish is not installed" }, async () => {
      const script = "dockhost completion fish | source; complete -C 'dockhost stop '; complete -C 'dockhost sta'";
      const done = await desk.shell("fish", ["--no-config", "-c", script]);
      assert.match(done.stdout, names, done.stderr);
      assert.match(done.stdout, /^start$/m);
    });
  });

  describe("has accounts", () => {
    test("on two servers, each of which is asked as its own", async () => {
      ends(await desk.login(other.server.base, tokenOf(other.ada)), 0);
      const [one, two] = [world, other].map(({ server }) => `ada@${new URL(server.base).host}`);
      assert.equal(await desk.ok(["accounts"]), `  ${one}\n* ${two}\n`);
      assert.equal(await desk.ok(["ls"]), "You have no instances. `new NAME` creates one.\n");
      assert.match(await desk.ok(["--as", one, "ls"]), /web-1/);
      assert.match((await desk.run(["ls"], { env: { DOCKHOST_AS: one } })).stdout, /web-1/);
      ends(await desk.run(["--as", "ada", "ls"]), USAGE, /may be ada@\S+ or ada@\S+\. Name one/);
      ends(await desk.run(["ssh", "web-1"]), NOT_FOUND);
      assert.equal(await desk.ok(["--as", one, "ssh", "web-1", "hostname"]), "web-1\n");
      await desk.ok(["use", one]);
      assert.match(await desk.ok(["ls"]), /web-1/);
      await desk.ok(["use", two]);
    });

    test("or one of the environment, which is kept nowhere", async () => {
      const kept = readFileSync(join(desk.config, "accounts.json"), "utf8");
      const env = { DOCKHOST_URL: world.server.base, DOCKHOST_TOKEN: tokenOf(ada) };
      assert.match((await desk.run(["ls"], { env })).stdout, /web-1/);
      ends(await desk.run(["ls"], { env: { DOCKHOST_TOKEN: "dhp_x" } }), USAGE, /without DOCKHOST_URL/);
      ends(await desk.run(["ls"], { env: { ...env, DOCKHOST_TOKEN: "dhp_x" } }), SIGNED_OUT);
      assert.equal(readFileSync(join(desk.config, "accounts.json"), "utf8"), kept);
    });

    test("whose tokens end with them", async () => {
      const session = await browserOf(other, "ada");
      const { secret, id } = await session.post("/tokens", { name: "leaving", scope: "read" });
      ends(await desk.login(other.server.base, secret), 0);
      ends(await desk.run(["logout"]), 0, /is signed out/);
      assert.equal((await request(other.server.base, "GET", "/api/v1/me", { headers: { authorization: `Bearer ${secret}` } })).status, 401);
      assert.ok(!(await session.get("/tokens")).some((token) => token.id === id));
      assert.match(await desk.ok(["ls"]), /web-1/, "the other account is used again");

      const revoked = await session.post("/tokens", { name: "revoked" });
      ends(await desk.login(other.server.base, revoked.secret), 0);
      await session.remove(`/tokens/${revoked.id}`);
      ends(await desk.run(["ls"]), SIGNED_OUT, /opens nothing any more.*`dockhost login`/s);
      const json = await desk.run(["ls", "--json"]);
      assert.equal(JSON.parse(json.stderr).code, "unauthenticated");
      ends(await desk.run(["logout"]), 0);
    });

    test("and says so where the server is gone", async () => {
      const nobody = `http://127.0.0.1:${await freePort()}`;
      ends(await desk.login(nobody, tokenOf(ada)), UNREACHED, /Nothing listens at/);
      ends(await desk.run(["login", nobody]), UNREACHED, /Nothing listens at/);
      const kept = readFileSync(join(desk.config, "accounts.json"), "utf8");
      writeFileSync(join(desk.config, "accounts.json"), "{");
      ends(await desk.run(["ls"]), FAILED, /accounts\.json is not what this program wrote/);
      writeFileSync(join(desk.config, "accounts.json"), kept);
    });
  });

  test("warns of a server that is not encrypted, but not on this computer", async () => {
    const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    const warned = /^warning: http:\S+ is not encrypted/m;
    if (address) assert.match((await desk.login(`http://${address}:${await freePort()}`, tokenOf(ada))).stderr, warned);
    assert.doesNotMatch((await desk.login(world.server.base, tokenOf(ada))).stderr, warned);
  });

  test("the server's program has the same verbs beside its own", async () => {
    const server = (args) => run(program("dockhost"), args, { env: desk.env, cwd: desk.home });
    assert.equal((await server(["ls"])).stdout, await desk.ok(["ls"]));
    assert.equal((await server(["--as", "ada", "whoami"])).stdout, "ada (ada@example.org)\n");
    const help = (await server(["--help"])).stdout;
    for (const words of [/^ {2}serve /m, /^ssh \[USER@\]NAME \[COMMAND\]/m, /^new NAME \[IMAGE\] /m]) assert.match(help, words);
    assert.equal((await server(["lss"])).status, 2);
  });

  test("deletes what is to go", async () => {
    assert.match(await desk.ok(["rm", "web-1", "--yes"]), /^web-1 is deleting/);
    await until("it is gone", async () => (await desk.json(["ls"])).length === 0, 60);
  });
});

describe("a server hands the command line out", () => {
  let world, desk, base, token;

  before(async () => {
    // One that made its own certificate, which no authority vouches for.
    world = await World.open({ engine: false, scheme: "https", env: { DOCKHOST_SIGN_UP: "open" }, port: await freePort(), listen: "0.0.0.0" });
    ({ base } = world.server);
    desk = await Desk.open(join(world.dir, "desk"));
    token = await another();
  });
  after(async () => {
    await desk?.close();
    await world?.close();
  });

  /** One that may end. */
  let made = 0;
  const another = () => world.server.adminOk(["create-token", "ada", `desk ${(made += 1)}`]);

  test("over a certificate that nobody knows nothing is sent", async () => {
    ends(await desk.login(base, token), UNREACHED, /no authority that is trusted here\. Nothing was sent/);
    ends(await desk.run(["login", base]), UNREACHED, /Nothing was sent/);
    ends(await desk.login(base, token, ["--ca", "nowhere.pem"]), FAILED, /nowhere\.pem cannot be read/);
    writeFileSync(join(desk.home, "no.pem"), "nothing");
    ends(await desk.login(base, token, ["--ca", "no.pem"]), FAILED, /no certificate/);
    const certificate = join(world.server.dir, "tls/certificate.pem");
    ends(await desk.login(base.replace("127.0.0.1", "127.0.0.3"), token, ["--ca", certificate]), UNREACHED, /for other names than 127\.0\.0\.3/);
    ends(await desk.login(base.replace("https", "http"), token), UNREACHED);
    ends(await desk.login(base, token, ["--ca", certificate]), 0);
    assert.equal(await desk.ok(["whoami"]), "ada (ada@example.org)\n");
    ends(await desk.run(["logout"]), 0);
    token = await another();
  });

  test("by a line that brings the certificate along", async () => {
    const { server_key_pin: pin } = await new Api(base).get("/welcome");
    const line = (words) => `(curl -fsS -k --pinnedpubkey ${pin} ${base}/install-dockhost && echo ${words}) | sh`;
    const folder = join(desk.home, ".local/bin");
    const done = await desk.shell("sh", ["-c", line(`install_dockhost ${base} '"${folder}"'`)]);
    ends(done, 0, /dockhost is installed\. Sign in/);
    const own = join(folder, "dockhost");
    assert.equal((await must("sha256sum", [own])).split(" ")[0], (await must("sha256sum", [program("dockhost-cli")])).split(" ")[0]);
    const login = await run(own, ["login", base, "--token"], { env: desk.env, input: `${token}\n` });
    ends(login, 0);
    // Once more, over itself; and not over the program of a server.
    ends(await desk.shell("sh", ["-c", line(`install_dockhost ${base} '"${folder}"'`)]), 0);
    await must("cp", [program("dockhost"), own]);
    ends(await desk.shell("sh", ["-c", line(`install_dockhost ${base} '"${folder}"'`)]), 1, /is the program of a server/);
    for (const [words, says] of [["install_dockhost", /not whole/], ["install_dockhost ftp://x", /no address/], [`install_dockhost ${base}/path`, /ends behind its port/]]) {
      ends(await desk.shell("sh", ["-c", line(words)]), 1, says);
    }
    const missing = await request(base, "GET", "/install-dockhost/riscv64");
    assert.equal(missing.status, 404);
    assert.match(missing.text, /no command line program for riscv64 \(it has: \w+\)/);
  });
});
