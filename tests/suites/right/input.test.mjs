// Bad input: each gets its status and one clear sentence, nothing half-done stays behind, and no process dies.
import assert from "node:assert/strict";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, IMAGE, PASSWORD, World, must, request, session, until } from "../../harness.mjs";
import { onFrames, sendFrame, upgrade } from "../../support/live.mjs";

const LONG = "a".repeat(10_000);
const NAMES = ["", " ", "a b", "../a", "..", "-a", "a-", "1a", "Web", "wеb", "a\nb", "a\u0000b", "a\u202eb", LONG];

describe("bad input", () => {
  let world, ada, visitor, server;

  before(async () => {
    world = await World.open();
    ({ ada, server } = world);
    await ada.addKey();
    visitor = new Api(server.base);
  });
  after(() => world?.close());

  /** One clear sentence, of the promised shape. */
  function refused(answer, status, field) {
    assert.equal(answer.status, status, answer.text.slice(0, 400));
    assert.equal(typeof answer.body, "object", `not JSON: ${answer.text.slice(0, 200)}`);
    assert.match(answer.body.code, /^[a-z_]+$/);
    assert.ok(answer.body.message.length > 10 && answer.body.message.length < 400, answer.body.message);
    assert.ok(!answer.body.message.includes("\n"), answer.body.message);
    if (field) assert.equal(answer.body.field, field, answer.text);
  }

  const signUp = (more) => visitor.call("POST", "/sign-up", { username: "eve", email: "eve@example.org", password: PASSWORD, ...more });
  const people = () => server.adminOk(["people"]);

  test("usernames", async () => {
    const before = await people();
    // A capital letter is taken for what a phone's keyboard did, and lowered.
    const names = NAMES.filter((name) => name !== "Web");
    for (const username of [...names, "root", "api", "a"]) refused(await signUp({ username }), 400, "username");
    refused(await signUp({ username: "ada" }), 409);
    assert.equal(await people(), before);
  });

  test("email addresses", async () => {
    for (const email of ["", "eve", "@b.c", "a@b", "a b@c.d", "a@b.c\n<x>", `${LONG}@b.c`]) refused(await signUp({ email }), 400, "email");
    refused(await signUp({ email: "ADA@example.org" }), 409);
  });

  test("passwords that are short, common or endless", async () => {
    for (const password of ["", "short", "password", "password123", "1234567890", "qwertyuiop", "a".repeat(5000)]) {
      refused(await signUp({ password }), 400, "password");
    }
    assert.doesNotMatch(await people(), /^eve\b/m);
  });

  test("a set-up token that is not one, or comes too late, makes nobody an administrator", async () => {
    const answer = await signUp({ username: "mallory", email: "m@example.org", setup: "guessed" });
    assert.ok([400, 403, 409].includes(answer.status), answer.text);
    assert.doesNotMatch(await people(), /^mallory\b/m);
  });

  test("SSH keys that are malformed, carry options, have several lines, or are weak", async () => {
    const before = (await ada.api.get("/ssh-keys")).length;
    const make = async (...args) => {
      const file = join(world.dir, `weak-${args.join("")}`);
      await must("ssh-keygen", ["-q", "-N", "", "-f", file, ...args]);
      return (await must("cat", [`${file}.pub`])).trim();
    };
    const good = ada.publicKey;
    const [type, data] = good.split(" ");
    const bad = ["", " ", "hello", type, `${type} AAAA`, `${type} ${data.slice(0, -8)}`, `ssh-rsa ${data}`,
      `command="rm -rf /" ${good}`, `no-pty ${good}`, `${good}\n${good}`, `${good}\r\n`.repeat(2), `ssh-dss ${data}`,
      await make("-t", "rsa", "-b", "1024"), await make("-t", "ecdsa", "-b", "256").then((key) => key.replace("ecdsa", "ecdsb")), LONG];
    for (const public_key of bad) refused(await ada.api.call("POST", "/ssh-keys", { name: "bad", public_key }), 400, "public_key");
    refused(await ada.api.call("POST", "/ssh-keys", { name: "again", public_key: good }), 409);
    for (const name of ["", LONG, "a\u202eb"]) refused(await ada.api.call("POST", "/ssh-keys", { name, public_key: good }), 400, "name");
    assert.equal((await ada.api.get("/ssh-keys")).length, before);
  });

  test("SSH keys as people paste them are taken, and two never become one", async () => {
    const before = (await ada.api.get("/ssh-keys")).length;
    const make = async (...args) => {
      const file = join(world.dir, `pasted-${args.join("")}`);
      await must("ssh-keygen", ["-q", "-N", "", "-C", "eve@laptop", "-f", file, ...args]);
      return (await must("cat", [`${file}.pub`])).trim();
    };
    const rsa = await make("-t", "rsa", "-b", "3072");
    const plain = rsa.split(" ").slice(0, 2).join(" ");
    const broken = (width, by) => rsa.match(new RegExp(`.{1,${width}}`, "g")).join(by);
    for (const public_key of [`  ${rsa}`, `\n\n${rsa}\r\n`, `\ufeff${rsa}`, broken(64, "\n"), broken(80, "\r\n"), broken(76, " \n "), rsa.replace(" ", "\n")]) {
      const added = await ada.api.post("/ssh-keys", { name: "pasted", public_key });
      assert.equal(added.public_key, plain, JSON.stringify(public_key));
      await ada.api.remove(`/ssh-keys/${added.id}`);
    }
    const other = await make("-t", "ecdsa");
    for (const public_key of [`${rsa}\n${other}`, `${broken(64, "\n")}\n${other}`, `${plain.slice(0, 100)}\n${other}\n${plain.slice(100)}`, `${other}\nno-pty`]) {
      refused(await ada.api.call("POST", "/ssh-keys", { name: "two", public_key }), 400, "public_key");
    }
    refused(await ada.api.call("POST", "/ssh-keys", { name: "options", public_key: `  no-pty ${rsa}` }), 400, "public_key");
    assert.equal((await ada.api.get("/ssh-keys")).length, before);
  });

  test("a field that is unknown or mistyped is named, wherever it stands, and nothing is made", async () => {
    const bodies = [
      ["/instances", { name: "x", limits: { mem: "256m" } }, "limits.mem"],
      ["/instances", { name: "x", limits: { memory: 256 } }, "limits.memory"],
      ["/instances", { name: "x", limits: { memory: "much" } }, "limits.memory"],
      ["/instances", { name: "x", limits: { cpus: "two" } }, "limits.cpus"],
      ["/instances", { name: "x", limits: { cpu_millis: "500" } }, "limits.cpu_millis"],
      ["/instances", { name: "x", limits: { memory: "1g", memory_bytes: 1073741824 } }, "limits"],
      ["/instances", { name: "x", limits: { memory: "1m" } }, "limits.memory_bytes"],
      ["/instances", { name: "x", limit: { memory: "256m" } }, "limit"],
      ["/instances", { nmae: "x" }, "nmae"],
      ["/instances", {}, "name"],
      ["/instances", { name: 7 }, "name"],
      ["/instances", { name: "x", ssh_keys: ["laptop", 7] }, "ssh_keys[1]"],
      ["/nodes", { name: "x", host_ports: { first: 1024 } }, "host_ports.last"],
      ["/nodes", { name: "x", host_ports: { first: 1024, last: 2048, step: 3 } }, "host_ports.step"],
      ["/nodes", { name: "x", maxInstances: 3 }, "maxInstances"],
      ["/tokens", { name: "x", scopes: "read" }, "scopes"],
      ["/tokens", { name: "x", scope: "everything" }, "scope"],
      ["/ssh-keys", { name: "x", public_key: ada.publicKey, manage: false }, "manage"],
      ["/sign-up", { username: "eve", email: "eve@example.org", password: PASSWORD, admin: true }, "admin"],
      ["/sign-in", { user: "ada", password: PASSWORD }, "user"],
      ["/invites", { hours: 1 }, "hours"],
    ];
    for (const [path, body, field] of bodies) refused(await ada.api.call("POST", path, body), 400, field);
    refused(await ada.api.call("POST", "/instances", '{"name":"x","name":"y"}'), 400, "name");
    refused(await ada.api.call("PUT", "/settings", { ...(await ada.api.get("/settings")), quotas: 9 }), 400, "quotas");
    const unknown = "i-00000000000000aa";
    for (const verb of ["start", "stop", "restart"]) {
      refused(await ada.api.call("POST", `/instances/${unknown}/${verb}`, { force: true }), 400, "force");
      assert.equal((await ada.api.call("POST", `/instances/${unknown}/${verb}`, {})).status, 404);
    }
    refused(await ada.api.call("PUT", `/instances/${unknown}/ports/80`, { ulr: "public" }), 400, "ulr");
    refused(await ada.api.call("POST", `/instances/${unknown}/forwards`, { container_port: 80, allow: ["10.0.0.0/8"], deny: [] }), 400, "deny");
    refused(await ada.api.call("POST", `/instances/${unknown}/terminal`, { columns: 80, rows: 24, shell: "sh" }), 400, "shell");
    assert.deepEqual(await ada.api.get("/instances"), []);
    assert.deepEqual(await ada.api.get("/nodes"), []);
    assert.deepEqual(await ada.api.get("/invites"), []);
  });

  test("a parameter that the path does not take, and a header twice, are named", async () => {
    refused(await ada.api.call("POST", "/instances?image=debian-12", { name: "x" }), 400, "image");
    refused(await ada.api.call("DELETE", "/instances/i-00000000000000aa?force=true"), 400, "force");
    refused(await ada.api.call("GET", "/instances/i-00000000000000aa/files?path=/etc/hostname&mode=0600"), 400, "mode");
    refused(await ada.api.call("GET", "/instances/i-00000000000000aa/files?pth=/etc/hostname"), 400, "pth");
    refused(await ada.api.call("GET", "/instances/i-00000000000000aa/files"), 400, "path");
    const twice = { "idempotency-key": ["one", "two"] };
    refused(await ada.api.call("POST", "/instances", { name: "x", image: IMAGE }, twice), 400, "Idempotency-Key");
    assert.deepEqual(await ada.api.get("/instances"), []);
  });

  test("instance names, images and keys", async () => {
    for (const name of NAMES) refused(await ada.api.call("POST", "/instances", { name, image: IMAGE }), 400, "name");
    for (const image of ["", "windows", "../ubuntu-24.04", "Ubuntu-24.04", LONG]) {
      refused(await ada.api.call("POST", "/instances", { name: "x", image }), 400, "image");
    }
    for (const ssh_keys of [["k-00000000000000aa"], ["no such name"], [""]]) {
      refused(await ada.api.call("POST", "/instances", { name: "x", image: IMAGE, ssh_keys }), 400, "ssh_keys");
    }
    assert.deepEqual(await ada.api.get("/instances"), []);
  });

  test("node names and settings", async () => {
    for (const name of NAMES) refused(await ada.api.call("POST", "/nodes", { name }), 400, "name");
    for (const host_ports of [{ first: 0, last: 10 }, { first: 3000, last: 2000 }, { first: 3000, last: 3001 }]) {
      refused(await ada.api.call("POST", "/nodes", { name: "x", host_ports }), 400, "host_ports");
    }
    refused(await ada.api.call("POST", "/nodes", { name: "x", max_instances: 1_000_000 }), 400, "max_instances");
    refused(await ada.api.call("POST", "/nodes", { name: "x", lab: LONG }), 400, "lab");
    refused(await ada.api.call("POST", "/nodes", { name: "x", address: "a b; rm -rf /" }), 400, "address");
    assert.deepEqual(await ada.api.get("/nodes"), []);
  });

  test("token names", async () => {
    // No token makes one.
    const browser = new Api(server.base, (await session(server.base, "ada", PASSWORD)).headers);
    for (const name of ["", LONG, "a\u0000b"]) refused(await browser.call("POST", "/tokens", { name }), 400, "name");
  });

  test("ids that are none", async () => {
    for (const id of ["x", "1", "i-1", "I-00000000000000AA", "n-00000000000000aa", "%2e%2e%2f", "i-00000000000000aa%00", "a".repeat(3000)]) {
      const answer = await ada.api.call("GET", `/instances/${id}`);
      assert.ok([400, 404].includes(answer.status), `${id.slice(0, 30)}: ${answer.status} ${answer.text.slice(0, 200)}`);
      assert.ok(answer.body.code && answer.body.message, answer.text.slice(0, 200));
    }
  });

  test("JSON of the wrong shape, and bodies that are not JSON", async () => {
    const bodies = ["", "{", "null", "[]", "7", '"x"', "{}", '{"name":7}', '{"name":null}', '{"name":["x"]}', "\u0000\u0001", "[".repeat(50_000)];
    for (const path of ["/sign-in", "/sign-up", "/tokens", "/ssh-keys", "/nodes", "/instances"]) {
      for (const body of bodies) refused(await ada.api.call("POST", path, body), 400);
    }
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""]) {
      const answer = await ada.api.call("POST", "/tokens", '{"name":"x"}', { "content-type": type });
      assert.ok([400, 415].includes(answer.status), `${type}: ${answer.status}`);
    }
  });

  test("a body over the limit gets 413, told or found out", async () => {
    const body = JSON.stringify({ name: "x".repeat(8 << 20) });
    for (const path of ["/sign-in", "/tokens", "/ssh-keys", "/instances"]) {
      refused(await tooLong(path, body, false), 413);
      refused(await tooLong(path, body, true), 413);
    }
  });

  /** Writes by hand, because the server may answer and close before it has read everything. */
  function tooLong(path, body, chunked) {
    const length = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
    const head = `POST /api/v1${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Authorization: ${ada.api.headers.authorization}\r\n${length}\r\n\r\n`;
    const rest = chunked ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
    return new Promise((resolve, reject) => {
      const socket = net.connect(server.port, "127.0.0.1");
      let text = "";
      const finish = () => {
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
        const json = text.slice(text.indexOf("\r\n\r\n") + 4).match(/\{.*\}/s)?.[0];
        if (status) resolve({ status, text: json ?? text, body: json ? JSON.parse(json) : text });
        else reject(new Error(`no answer to a long body for ${path}: ${text}`));
      };
      socket.on("data", (data) => (text += data));
      socket.on("close", finish);
      socket.on("error", () => {});
      socket.write(head + rest);
    });
  }

  test("what is not there, and the wrong verb", async () => {
    for (const [method, path] of [["GET", "/nothing"], ["DELETE", "/me"], ["PATCH", "/instances"]]) {
      const answer = await ada.api.call(method, path);
      assert.ok([404, 405].includes(answer.status), `${method} ${path}: ${answer.status}`);
      assert.ok(answer.body.code && answer.body.message, `${method} ${path}: ${answer.text.slice(0, 200)}`);
    }
  });

  test("an idempotency key that is none", async () => {
    for (const key of ["", "x".repeat(5000)]) {
      const answer = await ada.api.call("POST", "/instances", { name: "x", image: IMAGE }, { "idempotency-key": key });
      assert.equal(answer.status, 400, answer.text);
    }
  });

  describe("a node that sends garbage", () => {
    let key, id;
    const CHANNEL = "/api/v1/channel";

    before(async () => {
      const registered = await ada.api.post("/nodes", { name: "liar" });
      key = registered.secret;
      id = registered.id;
    });

    const dial = async () => {
      const socket = await upgrade(server.base, CHANNEL, { authorization: `Bearer ${key}` });
      assert.equal(socket.status, 101);
      const heard = [];
      onFrames(socket.socket, socket.head, (frame) => heard.push(frame));
      const connection = { ...socket, heard, ended: false };
      socket.socket.on("close", () => (connection.ended = true));
      return connection;
    };

    test("without or with a wrong key it is not let in", async () => {
      for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: `Bearer ${key}x` }, ada.api.headers]) {
        assert.equal((await upgrade(server.base, CHANNEL, headers)).status, 401);
      }
    });

    const garbage = {
      "no JSON": ["hello"],
      "JSON of no message": ['{"type":"take_over"}'],
      "nothing": [""],
      "bytes": [Buffer.from([0xff, 0xfe, 0]), 2],
      "text that is not UTF-8": [Buffer.from([0xc3, 0x28])],
      "a report before the hello": ['{"type":"report","epoch":1,"sequence":1,"assignment":0,"instances":[]}'],
      "a frame of 20 MB": [Buffer.alloc(20 << 20, 0x20)],
      "JSON without end": ["[".repeat(200_000)],
    };
    for (const [what, [payload, opcode]] of Object.entries(garbage)) {
      test(`${what} ends its connection and nothing else`, async () => {
        const connection = await dial();
        sendFrame(connection.socket, payload, opcode);
        await until("the connection was ended", () => connection.ended, 20);
        assert.equal((await request(server.base, "GET", "/readyz")).status, 200);
        assert.notEqual((await ada.api.get(`/nodes/${id}`)).liveness, "online");
      });
    }
  });

  test("after all of this the server is the same process and works", async () => {
    server.process.check();
    assert.equal((await ada.api.get("/me")).username, "ada");
    assert.deepEqual(await ada.api.get("/instances"), []);
    assert.doesNotMatch(server.process.tail(2000), /panicked/);
  });
});
