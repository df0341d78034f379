// A file that comes in is taken exactly, as scp takes it, or refused: name, mode, owner, links, holes, pipes, mounts.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { must, run, until, World } from "../../harness.mjs";

const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Bytes of a path as they stand in an address. */
const percent = (path) => [...Buffer.from(path)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

describe("uploads", () => {
  let world, ada, web, container;

  before(async () => {
    world = await World.open();
    await world.node("lab");
    ada = world.ada;
    await ada.addKey();
    web = await ada.phase((await ada.create("web-1")).id, "running");
    container = (await world.engine.containersOf(web.id))[0].Id;
    await inside("mkdir /srv/in");
  });
  after(() => world?.close());

  const inside = async (script) => (await must("docker", ["-H", `unix://${world.engine.socket}`, "exec", container, "sh", "-c", script])).trim();
  const asked = (method, query, options = {}) => fetch(`${world.server.base}/api/v1/instances/${web.id}/files?${query}`, { method, ...options, headers: { authorization: ada.api.headers.authorization, ...options.headers } });
  const put = async (path, body, options) => {
    const answer = await asked("PUT", `path=${percent(path)}`, { body, ...options });
    const text = await answer.text();
    return { status: answer.status, message: text && JSON.parse(text).message };
  };
  const taken = async (path, body, options) => assert.deepEqual(await put(path, body, options), { status: 204, message: "" });
  const got = async (path) => {
    const answer = await asked("GET", `path=${percent(path)}`);
    assert.equal(answer.status, 200);
    return Buffer.from(await answer.arrayBuffer());
  };
  /** Nothing of ours stays, and nothing of anybody's is lost. */
  const listed = () => inside("cd /srv/in && find . -printf '%P %y %m %u %n %s %l\\n' | sort");

  test("what is there keeps its mode and its owner; what is new is as anything new", async () => {
    await inside("cd /srv/in; echo old >run; chown nobody run; chmod 4750 run; echo old >secret; chmod 600 secret; chown 1234:4321 secret");
    for (const name of ["run", "secret", "new"]) await taken(`/srv/in/${name}`, "fresh");
    assert.equal(await inside("cd /srv/in; stat -c '%n %a %u:%g' run secret new; cat run secret new"), "run 4750 65534:0\nsecret 600 1234:4321\nnew 644 0:0\nfreshfreshfresh");
  });

  test("a link is followed and stays, also one that leads to nothing yet; every name of a file shows what came", async () => {
    await inside("cd /srv/in; mkdir to; echo old >to/file; ln -s to/file link; ln -s to/later early; ln -s /no/where/at-all lost; ln to/file other");
    await taken("/srv/in/link", "by the link");
    await taken("/srv/in/early", "at last");
    assert.equal(await inside("cd /srv/in; readlink link early; cat to/file other to/later; stat -c %h to/file"), "to/file\nto/later\nby the linkby the linkat last2");
    const before = await listed();
    const lost = await put("/srv/in/lost", "x");
    assert.deepEqual([lost.status, lost.message], [409, "The instance refused it: it is a link that leads nowhere."]);
    assert.equal(await listed(), before);
    assert.equal((await run("tar", ["-tf", "-"], { input: await (await inside("ln -s to /srv/in/folder"), got("/srv/in/folder")) })).stdout.split("\n").sort().join(" ").trim(), "to/ to/file to/later");
  });

  test("a file on which the engine mounts something is written to", async () => {
    const hosts = await inside("cat /etc/hosts");
    await taken("/etc/hosts", `${hosts}\n192.0.2.1 uploaded\n`);
    assert.match(await inside("getent hosts uploaded"), /192\.0\.2\.1/);
  });

  test("holes stay holes, on the way in and in an archive on the way out", async () => {
    const bytes = Buffer.concat([Buffer.alloc(8 << 20), randomBytes(4096), Buffer.alloc(24 << 20)]);
    await taken("/srv/in/sparse", bytes);
    assert.equal(sha(await got("/srv/in/sparse")), sha(bytes));
    assert.ok(Number(await inside("du -k /srv/in/sparse | cut -f1")) < 64);
    await inside("mkdir /srv/in/holes; truncate -s 1G /srv/in/holes/disk");
    assert.ok((await got("/srv/in/holes")).length < 1 << 20);
    await inside("rm -r /srv/in/holes");
  });

  test("any name that the file system takes, byte for byte, comes in and goes out", async () => {
    const all = Buffer.from(Array.from({ length: 255 }, (_, at) => at + 1).filter((byte) => byte !== 0x2f));
    const names = [all, Buffer.from([0xff, 0xfe]), "line\nbreak\n", "\u001b[2J", "a\\0041b\\n%s", "*", " ", "-rf", "x".repeat(255), "ä".repeat(127)].map((name) => Buffer.from(name));
    await inside("mkdir /srv/in/names");
    for (const [at, name] of names.entries()) {
      const path = Buffer.concat([Buffer.from("/srv/in/names/"), name]);
      await taken(path, `content ${at}`);
      assert.equal((await got(path)).toString(), `content ${at}`);
    }
    const there = (await inside("cd /srv/in/names; find . -mindepth 1 -printf '%P\\0' | od -An -v -tx1")).replace(/\s/g, "");
    assert.deepEqual(there.split(/(?<=^(?:..)*)00/).filter(Boolean).sort(), names.map((name) => name.toString("hex")).sort());
    const long = `/srv/in/${Array.from({ length: 20 }, () => "d".repeat(200)).join("/")}/end`;
    await taken(long, "deep");
    assert.equal((await got(long)).toString(), "deep");
  });

  test("a pipe takes what comes, and a device stays one", async () => {
    await inside("mkfifo /srv/in/pipe");
    const bytes = randomBytes(1 << 20);
    for (const options of [{}, { body: new Blob([bytes]).stream(), duplex: "half" }]) {
      await inside("cat /srv/in/pipe >/srv/in/out 2>/dev/null &");
      await taken("/srv/in/pipe", bytes, options);
      await until("its reader has all of it", async () => (await inside("sha256sum </srv/in/out")).startsWith(sha(bytes)));
    }
    await taken("/dev/null", "nothing");
    assert.equal(await inside("stat -c '%F' /dev/null /srv/in/pipe"), "character special file\nfifo");
    const unread = await put("/srv/in/pipe", "nobody");
    assert.deepEqual([unread.status, unread.message], [409, "The instance refused it: nothing reads from that pipe."]);
    assert.equal((await asked("GET", "path=/srv/in/pipe")).status, 404);
  });

  test("a file of which nobody knows how long it is, as curl sends what it reads from a pipe", async () => {
    const bytes = randomBytes(3 << 20);
    await taken("/srv/in/counted-by-nobody", undefined, { body: new Blob([bytes]).stream(), duplex: "half" });
    assert.equal(sha(await got("/srv/in/counted-by-nobody")), sha(bytes));
    const sent = await run("sh", ["-c", `printf 'from a pipe' | curl -s -o /dev/null -w '%{http_code}' -H "authorization: $BEARER" -T - "$ADDRESS"`], { env: { ...process.env, BEARER: ada.api.headers.authorization, ADDRESS: `${world.server.base}/api/v1/instances/${web.id}/files?path=/srv/in/piped` } });
    assert.equal(sent.stdout, "204", sent.stderr);
    assert.equal((await got("/srv/in/piped")).toString(), "from a pipe");
  });

  test("what cannot be done is refused with the reason, and changes nothing", async () => {
    await inside("cd /srv/in; echo plain >file; mkdir -p here; perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un(\"/srv/in/socket\"))'");
    const before = await listed();
    const big = Buffer.alloc(12 << 20);
    for (const [path, says] of [
      ["/srv/in/here", /there is a folder of that name/],
      ["/srv/in/file/below/it", /Not a directory/],
      [`/srv/in/made/for/it/${"x".repeat(256)}`, /File name too long/],
      [`/srv/in/${"y".repeat(256)}/z`, /File name too long/],
      ["/sys/kernel/nothing-new", /Read-only file system|Permission denied/],
      ["/srv/in/socket", /No such device or address/],
    ]) {
      const { status, message } = await put(path, "x");
      assert.equal(status, 409, message);
      assert.match(message, says);
      // Also where the sender has not said everything when it is refused.
      assert.equal((await put(path, big)).status, 409, path);
    }
    const query = async (query, headers) => { const answer = await asked("PUT", query, { body: "x", headers }); const { field } = await answer.json(); return [answer.status, field]; };
    for (const wrong of ["path=a%00b", "path=100%", "path=%zz", "path=..", "path=a/../b", "path=folder/", "path=folder/.", "path=a&path=b", "ticket="]) assert.deepEqual(await query(wrong), [400, "path"], wrong);
    assert.deepEqual(await query("path=a&paht=b"), [400, "paht"]);
    assert.equal((await query("path=/srv/in/file", { "content-range": "bytes 5-5/6" }))[0], 400);
    assert.equal(await listed(), before);
    assert.equal(await inside("cat /srv/in/file"), "plain");
  });

  test("a disk that fills up on the way loses nothing of what was there", async (t) => {
    const room = Number(await inside("df --output=avail -B1 /dev/shm | tail -n 1"));
    if (room > 256 << 20) return t.skip(`there is no small file system in the instance: /dev/shm has ${room} bytes`);
    await inside("echo kept >/dev/shm/file; echo linked >/dev/shm/one; ln /dev/shm/one /dev/shm/two; chmod 640 /dev/shm/file");
    // Of the second there is room for one, and not for what is staged and what is written over.
    for (const [name, bytes] of [["file", room + 1], ["one", Math.floor(room * 0.6)], ["new", room + 1]]) {
      const { status, message } = await put(`/dev/shm/${name}`, Buffer.alloc(bytes, 7));
      assert.equal(status, 409, name);
      assert.match(message, /No space left on device/);
    }
    assert.equal(await inside("cd /dev/shm; cat file one two; stat -c %a file; ls -A"), "kept\nlinked\nlinked\n640\nfile\none\ntwo");
  });
});
