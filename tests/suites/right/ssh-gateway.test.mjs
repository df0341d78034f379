// The gateway with the real OpenSSH client: a node that nothing can dial, and everything that people do over SSH.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile, mkdir, chmod } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { freePort, must, pause, run, until, World } from "../../harness.mjs";
import { Client } from "../../support/gateway.mjs";

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

describe("SSH gateway", () => {
  let world, ada, web, client, dir;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    const made = await ada.create("web-1");
    web = await ada.phase(made.id, "running");
    client = await Client.of(ada);
    dir = client.dir;
    await client.ready("web-1");
  });
  after(() => world?.close());

  test("the command that the page shows leads to the instance", async () => {
    assert.match(web.gateway_command, /^ssh -p \d+ web-1@127\.0\.0\.1$/);
    assert.equal((await client.ok("web-1", "hostname")).trim(), "web-1");
  });

  /** The public half of a key that no client of these tests has. */
  async function otherKey() {
    const file = join(dir, "other-key");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    return (await readFile(`${file}.pub`, "utf8")).trim();
  }

  test("one line of known_hosts ends every question, also about instances", async () => {
    const jumped = await client.jump("web-1", "hostname");
    assert.equal(jumped.status, 0, jumped.stderr);
    assert.equal(jumped.stdout.trim(), "web-1");
    const scanned = await must("ssh-keyscan", ["-t", "ed25519", "-p", client.port, client.host]);
    assert.ok(scanned.includes(client.gateway.host_key.split(" ")[1]), "the API tells another host key");
  });

  test("a key of another authority is refused by the client", async () => {
    const other = join(dir, "other-known");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "other-ca")]);
    const line = client.gateway.known_hosts.split(" ").slice(0, 2).join(" ");
    await writeFile(other, `${line} ${(await readFile(join(dir, "other-ca.pub"), "utf8")).split(" ").slice(0, 2).join(" ")}\n`);
    const done = await client.ssh("web-1", "true", { options: ["-o", `UserKnownHostsFile=${other}`] });
    assert.equal(done.status, 255);
    assert.match(done.stderr, /verification failed/i);
  });

  test("exit codes and signals come back", async () => {
    assert.equal((await client.ssh("web-1", "exit 42")).status, 42);
    assert.equal((await client.ssh("web-1", "kill -TERM $$")).status, 255 & 0xff);
  });

  test("standard error stays apart, without a terminal", async () => {
    const done = await client.ssh("web-1", "echo out; echo err >&2");
    assert.deepEqual([done.stdout, done.stderr], ["out\n", "err\n"]);
  });

  test("binary data go both ways unharmed, through a pipe that echoes them", async () => {
    const bytes = randomBytes(8 << 20);
    const sent = join(dir, "sent"), back = join(dir, "back");
    await writeFile(sent, bytes);
    const config = client.options.join(" ");
    await must("sh", ["-c", `ssh ${config} web-1@dockhost cat <${sent} >${back}`], { seconds: 60 });
    assert.equal(sha(await readFile(back)), sha(bytes));
  });

  test("an interactive shell: prompt, resize, Ctrl-C, Ctrl-D", async () => {
    const script = join(dir, "typed.py");
    await writeFile(script, INTERACTIVE);
    const done = await run("python3", [script, client.config, "web-1@dockhost"], { seconds: 60 });
    assert.equal(done.status, 0, done.stdout + done.stderr);
  });

  test("scp, sftp and rsync", async () => {
    const bytes = randomBytes(1 << 20);
    await writeFile(join(dir, "up.bin"), bytes);
    await must("scp", [...client.options, join(dir, "up.bin"), "web-1@dockhost:/root/up.bin"]);
    await must("scp", [...client.options, "web-1@dockhost:/root/up.bin", join(dir, "down.bin")]);
    assert.equal(sha(await readFile(join(dir, "down.bin"))), sha(bytes));
    await must("sftp", [...client.options, "-b", "-", "web-1@dockhost"], { input: `put ${join(dir, "up.bin")} /root/by-sftp\nget /root/by-sftp ${join(dir, "sftp.bin")}\n` });
    assert.equal(sha(await readFile(join(dir, "sftp.bin"))), sha(bytes));
    await mkdir(join(dir, "tree/a/b"), { recursive: true });
    await writeFile(join(dir, "tree/a/b/file"), "content");
    await must("rsync", ["-a", "-e", `ssh ${client.options.join(" ")}`, `${join(dir, "tree")}/`, "web-1@dockhost:/root/tree/"]);
    assert.equal(await client.ok("web-1", "cat /root/tree/a/b/file"), "content");
  });

  test("git push and clone", async () => {
    await client.ok("web-1", "git init -q --bare /root/project.git");
    const work = join(dir, "project"), again = join(dir, "again");
    const env = { ...process.env, HOME: dir, GIT_SSH_COMMAND: `ssh ${client.options.join(" ")}`, GIT_CONFIG_NOSYSTEM: "1" };
    const git = (args, cwd) => must("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd, env });
    await git(["init", "-q", "-b", "main", work]);
    await writeFile(join(work, "readme"), "hello\n");
    await git(["add", "."], work);
    await git(["commit", "-qm", "first"], work);
    await git(["push", "-q", "web-1@dockhost:/root/project.git", "main"], work);
    await git(["clone", "-q", "-b", "main", "web-1@dockhost:/root/project.git", again]);
    assert.equal(await readFile(join(again, "readme"), "utf8"), "hello\n");
  });

  test("-L, -D and a forward to a socket file lead into the instance", async () => {
    await client.ok("web-1", "mkdir -p /srv/www && echo from-inside >/srv/www/index.html");
    const [local, socks, file] = [await freePort(), await freePort(), join(dir, "local.sock")];
    const server = client.stay(["web-1@dockhost", SERVER]);
    await until("the server in the instance listens", () => server.out.text.includes("listening"));
    const forward = client.stay(["-N", "-o", "ExitOnForwardFailure=yes", "-L", `${local}:127.0.0.1:8000`, "-L", `${file}:/root/app.sock`, "-D", `${socks}`, "web-1@dockhost"]);
    const get = (args) => until("the forward carries", async () => {
      const done = await run("curl", ["-sS", "--fail", "--max-time", "5", ...args]);
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout;
    }, 20);
    assert.equal(await get([`http://127.0.0.1:${local}/`]), "hello from 8000");
    assert.equal(await get(["--socks5-hostname", `127.0.0.1:${socks}`, "http://localhost:8000/"]), "hello from 8000");
    assert.equal(await get(["--unix-socket", file, "http://localhost/"]), "hello from socket");
    await forward.end();
    await server.end();
  });

  test("-R lets the instance reach the client, by port and by socket file", async () => {
    const outside = net.createServer((socket) => { socket.on("error", () => {}); socket.end("hello from the client"); });
    await new Promise((resolve) => outside.listen(0, "127.0.0.1", resolve));
    const { port } = outside.address();
    const back = client.stay(["-N", "-o", "ExitOnForwardFailure=yes", "-R", `9001:127.0.0.1:${port}`, "-R", `/root/back.sock:127.0.0.1:${port}`, "web-1@dockhost"]);
    const said = await until("the instance reaches the client", async () => {
      const done = await client.ssh("web-1", "exec 3<>/dev/tcp/127.0.0.1/9001 && cat <&3");
      return done.status === 0 && done.stdout;
    }, 30);
    assert.equal(said, "hello from the client");
    assert.equal(await client.ok("web-1", "perl -MIO::Socket::UNIX -e 'print IO::Socket::UNIX->new(\"/root/back.sock\")->getline'"), "hello from the client");
    await back.end();
    await new Promise((resolve) => outside.close(resolve));
  });

  test("the agent is forwarded to the instance", async () => {
    const socket = join(dir, "agent.sock");
    const agent = await must("ssh-agent", ["-a", socket, "-s"]);
    const pid = agent.match(/SSH_AGENT_PID=(\d+)/)[1];
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      await must("ssh-add", ["-q", ada.identity], { env });
      const listed = await client.ssh("web-1", "ssh-add -L", { options: ["-A"], env });
      assert.equal(listed.status, 0, listed.stderr);
      assert.ok(listed.stdout.includes(ada.publicKey.split(" ")[1]));
    } finally {
      process.kill(Number(pid));
    }
  });

  test("several sessions share one connection", async () => {
    const control = join(dir, "mux");
    const master = client.stay(["-N", "-M", "-S", control, "web-1@dockhost"]);
    await until("the shared connection stands", async () => (await run("ssh", [...client.options, "-S", control, "-O", "check", "web-1@dockhost"])).status === 0);
    // Several times: a program whose status comes after the end of its output may lose it on the way.
    for (let round = 0; round < 6; round++) {
      const said = await Promise.all([...Array(8).keys()].map((n) => client.ok("web-1", `sleep 0.1; echo ${n}`, { options: ["-S", control] })));
      assert.deepEqual(said.map((text) => text.trim()), [..."01234567"]);
    }
    await master.end();
  });

  test("a channel that nobody reads does not hold up another of its connection", async () => {
    const control = join(dir, "mux-2");
    const master = client.stay(["-N", "-M", "-S", control, "web-1@dockhost"]);
    await until("the shared connection stands", async () => (await run("ssh", [...client.options, "-S", control, "-O", "check", "web-1@dockhost"])).status === 0);
    const stuck = client.stay(["-S", control, "web-1@dockhost", "sleep 600"]);
    // More than every window and queue on the way holds, into a program that never reads.
    const chunk = Buffer.alloc(1 << 20);
    let written = 0;
    const push = () => {
      if (written >= 256 << 20) return;
      written += chunk.length;
      stuck.child.stdin.write(chunk);
    };
    stuck.child.stdin.on("drain", push);
    push();
    let before = -1;
    await until("the stuck channel takes no more", async () => { await pause(300); const same = written === before && written > 0; before = written; return same; }, 30);
    const started = Date.now();
    assert.ok(written < 64 << 20, `${written >> 20} MiB were taken for a program that reads nothing`);
    assert.equal((await client.ok("web-1", "echo alive", { options: ["-S", control] })).trim(), "alive");
    assert.ok(Date.now() - started < 5000, `it took ${Date.now() - started} ms`);
    await stuck.end();
    await master.end();
  });

  test("output that the client does not read stops at its source, and Ctrl-C is heard", async () => {
    const flood = client.stay(["-tt", "web-1@dockhost", "trap : INT; yes; echo it is over"]);
    flood.child.stdout.pause();
    await pause(1000);
    flood.child.stdin.write("\x03");
    flood.child.stdout.resume();
    const { status } = await flood.ended;
    assert.equal(status, 0);
    assert.match(flood.out.text.slice(-200), /it is over/);
  });

  test("keepalives hold an idle session, and are answered", async () => {
    const done = await client.ssh("web-1", "sleep 4; echo still here", { options: ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"] });
    assert.equal(done.stdout, "still here\n");
  });

  test("keys are exchanged anew in the middle of a transfer, both ways", async () => {
    const mib = Number(process.env.REKEY_MIB ?? 256);
    const options = ["-o", "RekeyLimit=16M"];
    const config = [...client.options, ...options].join(" ");
    const down = await must("sh", ["-c", `ssh ${config} web-1@dockhost "head -c ${mib}M /dev/zero" | sha256sum`], { seconds: 300 });
    const up = await must("sh", ["-c", `head -c ${mib}M /dev/zero | ssh ${config} web-1@dockhost sha256sum`], { seconds: 300 });
    const want = await must("sh", ["-c", `head -c ${mib}M /dev/zero | sha256sum`]);
    assert.deepEqual([down, up], [want, want]);
  });

  test("five wrong keys before the right one cost no second", async () => {
    const wrong = [];
    for (let n = 0; n < 5; n++) {
      wrong.push(join(dir, `wrong-${n}`));
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", wrong[n]]);
    }
    const config = join(dir, "many-keys");
    const text = (await readFile(client.config, "utf8")).replace(`  IdentityFile ${ada.identity}`, [...wrong, ada.identity].map((key) => `  IdentityFile ${key}`).join("\n"));
    await writeFile(config, text);
    const timed = async (file) => {
      const started = Date.now();
      await must("ssh", ["-F", file, "web-1@dockhost", "true"]);
      return Date.now() - started;
    };
    const [one, six] = [await timed(client.config), await timed(config)];
    assert.ok(six < one + 1000, `one key ${one} ms, five wrong ones before it ${six} ms`);
  });

  test("a key that nobody has added, a password and a certificate open nothing", async () => {
    const stranger = join(dir, "stranger");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
    for (const options of [["-o", `IdentityFile=${stranger}`], ["-o", "PubkeyAuthentication=no"]]) {
      const done = await run("ssh", ["-F", "none", "-o", "BatchMode=yes", "-o", `UserKnownHostsFile=${client.known}`, "-o", "IdentitiesOnly=yes", ...options, "-p", client.port, `web-1@${client.host}`, "true"]);
      assert.equal(done.status, 255);
      assert.match(done.stderr, /Permission denied \(publickey\)/);
    }
  });

  test("somebody else's instance is as one that does not exist", async () => {
    const bob = await world.signUp("bob");
    await bob.addKey();
    const theirs = await Client.of(bob);
    // What the first login proves is said once.
    await theirs.lobby("ls");
    const answers = [];
    for (const name of ["web-1", "no-such-1"]) {
      const session = await theirs.ssh(name, "hostname");
      const jump = await theirs.jump(name, "true");
      const plain = (text) => text.replaceAll(name, "NAME");
      answers.push([session.status, session.stdout, plain(session.stderr), jump.status, plain(jump.stderr)]);
    }
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(answers[0][0], 255);
    assert.match(answers[0][2], /You are bob here, and have no instance called NAME\. You have no instance yet\./);
  });

  test("what was typed for an instance is never run by the lobby, and a wrong name is answered with the right ones", async () => {
    for (const command of ["rm web-1 --yes", "stop web-1", "ls"]) {
      const done = await client.ssh("wbe-1", command);
      assert.deepEqual([done.status, done.stdout], [255, ""], command);
      assert.match(done.stderr, /have no instance called wbe-1\. Your instances: web-1\./);
    }
    const other = await ada.api.post("/ssh-keys", { name: "other", public_key: await otherKey() });
    await ada.phase((await ada.create("not-mine", { ssh_keys: [other.id] })).id, "running");
    for (const command of ["rm not-mine --yes", "ls"]) {
      const done = await client.ssh("not-mine", command);
      assert.deepEqual([done.status, done.stdout], [255, ""], command);
      assert.match(done.stderr, /this SSH key may not log in to not-mine: the page of not-mine has the list/);
    }
    assert.deepEqual((await ada.api.get("/instances")).map(({ name, desired }) => [name, desired]).sort(), [["not-mine", "running"], ["web-1", "running"]]);
    const { id } = (await ada.api.get("/instances")).find(({ name }) => name === "not-mine");
    await ada.api.remove(`/instances/${id}`);
    await ada.gone(id);
  });

  test("a jump leads to declared ports of own instances and nowhere else", async () => {
    for (const target of ["127.0.0.1:22", "localhost:80", "169.254.169.254:80", "web-1:8000", "web-1:0", "10.0.0.1:22", "[::1]:22", "web-1.dockhost.example.org:22"]) {
      const done = await run("ssh", [...client.options, "-W", target, "lobby@dockhost"], { seconds: 20 });
      assert.notEqual(done.status, 0, target);
      assert.match(done.stderr, /administratively prohibited|open failed|Stdio forwarding request failed|stdio forwarding failed|Bad stdio/, target);
    }
  });

  test("VS Code Remote: a server is uploaded, started, and reached by a dynamic and a socket forward", async () => {
    const script = 'mkdir -p ~/.vscode-server && cat > ~/.vscode-server/server.sh && chmod +x ~/.vscode-server/server.sh && echo uploaded';
    assert.equal((await client.ssh("web-1", ["bash", "-c", `'${script}'`], { input: "#!/bin/sh\n" + SERVER_SCRIPT })).stdout.trim(), "uploaded");
    const [socks, file] = [await freePort(), join(dir, "code.sock")];
    const session = client.stay(["-T", "-D", `${socks}`, "-L", `${file}:/root/code.sock`, "web-1@dockhost", "bash"]);
    session.child.stdin.write("echo ready; ~/.vscode-server/server.sh &\n");
    await until("the uploaded server listens", () => session.out.text.includes("listening"));
    const by = async (args) => (await must("curl", ["-sS", "--fail", "--max-time", "10", ...args]));
    assert.equal(await by(["--socks5-hostname", `127.0.0.1:${socks}`, "http://127.0.0.1:8100/"]), "hello from 8100");
    assert.equal(await by(["--unix-socket", file, "http://localhost/"]), "hello from socket");
    await session.end();
  });

  test("the lobby lists, creates, stops, starts, explains and deletes", async () => {
    assert.match((await client.lobby("ls")).stdout, /NAME +STATE.*\nweb-1 +running/);
    const made = await client.lobby("new box-1 debian-12");
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /box-1 is running\n {2}ssh -p \d+ box-1@/);
    assert.match((await client.lobby("stop box-1")).stdout, /box-1 is stopped/);
    assert.match((await client.lobby("start box-1")).stdout, /box-1 is running/);
    const explained = JSON.parse((await client.lobby("explain box-1 --json")).stdout);
    assert.equal(explained.phase, "running");
    assert.equal(JSON.parse((await client.lobby("ls --json")).stdout).length, 2);
    const unsure = await client.lobby("rm box-1");
    assert.equal(unsure.status, 1);
    assert.match(unsure.stderr, /rm box-1 --yes/);
    assert.equal((await client.lobby("rm box-1 --yes")).status, 0);
    for (const wrong of ["rm -rf /", "frobnicate", "start no-such", "new Bad_Name", "ls; id"]) {
      const done = await client.lobby(wrong);
      assert.equal(done.status, 1, wrong);
      assert.ok(done.stderr.trim().length > 10 && done.stdout === "", wrong);
    }
  });

  test("a session ends with the reason when its instance is stopped; a login then says so, or starts it", async () => {
    const session = client.stay(["web-1@dockhost", "echo in; sleep 300"]);
    await until("the session runs", () => session.out.text.includes("in"));
    await ada.api.post(`/instances/${web.id}/stop`);
    const { status } = await session.ended;
    assert.equal(status, 255);
    assert.match(session.out.error, /web-1 is being stopped \(ada asked to stop it\)/);
    await ada.phase(web.id, "stopped");
    const refused = await client.ssh("web-1", "true");
    assert.equal(refused.status, 255);
    assert.match(refused.stderr, /web-1 is stopped/);
    await ada.api.ok("PUT", `/instances/${web.id}/start-on-connect`, { allowed: true });
    const started = await client.ssh("web-1", "hostname");
    assert.equal(started.stdout.trim(), "web-1", started.stderr);
    assert.match(started.stderr, /web-1 is stopped; starting it/);
  });

  test("the host key outlives the container, and a login at another key is refused", async () => {
    const shown = async () => (await must("ssh-keyscan", ["-t", "ed25519", "-p", String(web.ports[0].host), "127.0.0.1"])).split(" ")[2];
    const before = await until("sshd answers", shown, 30);
    await client.ok("web-1", "true");
    await ada.api.post(`/instances/${web.id}/restart`);
    await ada.phase(web.id, "running");
    await client.ready("web-1");
    assert.equal(await shown(), before);
    // An instance that swaps its key is not let in to.
    await client.ok("web-1", "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/evil; sed -i 's,^HostKey .*,HostKey /etc/ssh/evil,; s,^HostCertificate.*,,' /etc/ssh/sshd_config.d/10-dockhost.conf");
    await ada.api.post(`/instances/${web.id}/restart`);
    await ada.phase(web.id, "running");
    const done = await until("the gateway looks at the new key", async () => {
      const done = await client.ssh("web-1", "true");
      return /another host key/.test(done.stderr) && done;
    }, 30);
    assert.equal(done.status, 255);
  });

  test("removing a key ends its sessions", async () => {
    const carol = await world.signUp("carol");
    const key = await carol.addKey();
    const made = await carol.create("short-1");
    await carol.phase(made.id, "running");
    const theirs = await Client.of(carol);
    await theirs.ready("short-1");
    const session = theirs.stay(["short-1@dockhost", "echo in; sleep 300"]);
    await until("the session runs", () => session.out.text.includes("in"));
    await carol.api.remove(`/ssh-keys/${key.id}`);
    assert.equal((await session.ended).status, 255);
    assert.match(session.out.error, /key was removed/);
  });
});

const SERVER_SCRIPT = `exec perl -MIO::Socket::INET -MIO::Socket::UNIX -e '
  my ($port, $path) = (8100, "/root/code.sock"); unlink $path;
  my $tcp = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", LocalPort => $port, ReuseAddr => 1) or die;
  my $unix = IO::Socket::UNIX->new(Listen => 5, Local => $path) or die;
  $| = 1; print "listening\\n";
  use IO::Select; my $all = IO::Select->new($tcp, $unix);
  while (my @ready = $all->can_read(60)) { for my $one (@ready) { my $c = $one->accept or next; my $head = ""; while ($head !~ /\\r\\n\\r\\n/) { sysread($c, $head, 4096, length $head) or last } 
    my $body = $one == $tcp ? "hello from $port" : "hello from socket"; print $c "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body"; close $c; } }'
`;
const SERVER = SERVER_SCRIPT.replaceAll("8100", "8000").replaceAll("/root/code.sock", "/root/app.sock");

const INTERACTIVE = `
import os, pty, re, select, signal, struct, sys, termios, fcntl, time
config, target = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    os.execvp("ssh", ["ssh", "-F", config, target])
seen = b""
def expect(pattern, seconds=20):
    global seen
    until = time.time() + seconds
    while not re.search(pattern, seen):
        left = until - time.time()
        if left <= 0: sys.exit("no %r in %r" % (pattern, seen[-400:]))
        if select.select([fd], [], [], left)[0]:
            try: seen += os.read(fd, 65536)
            except OSError: sys.exit("ended before %r in %r" % (pattern, seen[-400:]))
    seen = re.split(pattern, seen, maxsplit=1)[-1]
def size(rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.kill(pid, signal.SIGWINCH)
size(30, 100)
expect(rb"# ")
os.write(fd, b"echo term=$TERM; tty\\r")
expect(rb"term=xterm-256color\\r\\n/dev/pts/")
size(41, 133)
os.write(fd, b"while [ \\"$(stty size)\\" != '41 133' ]; do sleep 0.05; done; echo re''sized\\r")
expect(rb"resized")
os.write(fd, b"sleep 100 && echo not-this\\r")
time.sleep(0.3)
os.write(fd, b"\\x03")
os.write(fd, b"echo inter''rupted $?\\r")
expect(rb"interrupted 130")
os.write(fd, "printf '%s' 'gr\\u00fc\\u00df \\u65e5\\u672c' | od -An -c | head -1; echo do''ne\\r".encode())
expect(rb"done")
os.write(fd, b"\\x04")
expect(rb"logout")
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`;
