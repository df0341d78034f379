// What brings the tools: a release page of our own gives the right archive, a wrong one, none, or hardly any of it, and
// whatever it gives, the tool is there in the end. And what puts compressed forms beside the web client's files.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { must, root, run } from "../../support/process.mjs";

const machine = { x64: "x86_64", arm64: "aarch64" }[arch()] ?? arch();
const sha256 = (content) => createHash("sha256").update(content).digest("hex");
const program = (text) => `#!/bin/sh\necho "${text}"\n`;

function executable(path, text) {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

describe("a tool", () => {
  let dir, page, answer, asked;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), "dockhost-tools-"));
    page = http.createServer((request, response) => {
      if (request.method === "HEAD") return response.end();
      asked.push(request.url);
      answer(response, request.url);
    });
    await new Promise((listening) => page.listen(0, "127.0.0.1", listening));
  });
  after(() => {
    page.close();
    page.closeAllConnections();
    rmSync(dir, { recursive: true, force: true });
  });

  /** An archive such as release pages have, with that text as its program. */
  async function archive(text, name = "gadget") {
    const folder = mkdtempSync(join(dir, "archive-"));
    mkdirSync(join(folder, "gadget-1.2.3"));
    executable(join(folder, "gadget-1.2.3", name), text);
    await must("tar", ["-czf", join(folder, "gadget.tar.gz"), "-C", folder, "gadget-1.2.3"]);
    return readFileSync(join(folder, "gadget.tar.gz"));
  }

  const RELEASED = program("gadget 1.2.3 of the page");

  /** Asks for gadget 1.2.3 with an empty cache. Where it had to be compiled, a cargo of ours does so. */
  async function bring({ list, url = `http://127.0.0.1:${page.address().port}`, already }) {
    const cache = mkdtempSync(join(dir, "cache-"));
    mkdirSync(join(cache, "bin"));
    asked = [];
    executable(join(cache, "bin/cargo"), `#!/bin/sh
echo "$@" >>${cache}/cargo.log
printf '#!/bin/sh\\necho gadget 1.2.3 compiled\\n' >${cache}/bin/gadget && chmod +x ${cache}/bin/gadget
`);
    if (already) executable(join(cache, "bin/gadget"), already);
    writeFileSync(join(cache, "list"), list);
    const begin = Date.now();
    const done = await run(join(root, "scripts/tool.sh"), ["gadget", "gadget-cli", "1.2.3", "--locked"], {
      env: {
        ...process.env,
        TMPDIR: cache,
        DOCKHOST_CACHE_DIR: cache,
        DOCKHOST_TOOLS_LIST: join(cache, "list"),
        DOCKHOST_TOOLS_URL: url,
        DOCKHOST_TOOLS_PATIENCE: "2",
      },
    });
    assert.equal(done.status, 0, done.stderr);
    const version = (await must(join(cache, "bin/gadget"), ["--version"])).trim();
    const compiled = existsSync(join(cache, "cargo.log")) && readFileSync(join(cache, "cargo.log"), "utf8").trim();
    assert.deepEqual(readdirSync(cache).filter((name) => name.startsWith("dockhost-tool.")), [], "it cleans up after itself");
    return { version, compiled, said: done.stderr, seconds: (Date.now() - begin) / 1000 };
  }

  const line = (sum, { version = "1.2.3", on = machine } = {}) => `gadget ${version} ${on} ${sum} some/where/gadget-${version}.tar.gz\n`;

  function isCompiled(brought, why) {
    assert.equal(brought.version, "gadget 1.2.3 compiled");
    assert.match(brought.compiled, /^install gadget-cli --version 1\.2\.3 --root \S+ --force --locked$/);
    assert.match(brought.said, why);
  }

  test("with the checksum of the list is taken from the page", async () => {
    const right = await archive(RELEASED);
    answer = (response) => response.end(right);
    const brought = await bring({ list: `# a comment\n${line(sha256(right))}` });
    assert.equal(brought.version, "gadget 1.2.3 of the page");
    assert.equal(brought.compiled, false);
    assert.deepEqual(asked, ["/some/where/gadget-1.2.3.tar.gz"]);
  });

  test("with another checksum is not run, and both are named", async () => {
    const right = await archive(RELEASED);
    const wrong = await archive(program("gadget 1.2.3, and something else"));
    answer = (response) => response.end(wrong);
    isCompiled(await bring({ list: line(sha256(right)) }), new RegExp(`is not used: its checksum is ${sha256(wrong)}.*${sha256(right)}`));
  });

  test("is measured by what the page publishes only where the list says so, and by nothing less", async () => {
    const right = await archive(RELEASED);
    const wrong = sha256("another");
    const list = line("page:some/where/sums");
    const publishes = (sums) => (answer = (response, url) => response.end(url.endsWith("/sums") ? sums : right));
    for (const sums of [`${sha256(right)}\n`, `${wrong}  other.tar.gz\n${sha256(right)} *gadget-1.2.3.tar.gz\n`]) {
      publishes(sums);
      assert.equal((await bring({ list })).version, "gadget 1.2.3 of the page");
    }
    for (const sums of ["", "<html>sign in</html>", `${sha256(right)}  other.tar.gz\n`, `${sha256(right).slice(1)}\n`]) {
      publishes(sums);
      isCompiled(await bring({ list }), /has no checksum of gadget-1\.2\.3\.tar\.gz/);
    }
    publishes(`${wrong}\n`);
    isCompiled(await bring({ list }), new RegExp(`should be ${wrong}`));
    answer = (response, url) => (url.endsWith("/sums") ? response.writeHead(404).end() : response.end(right));
    isCompiled(await bring({ list }), /sums could not be fetched/);
  });

  test("whose archive breaks off is not run", async () => {
    const right = await archive(RELEASED);
    answer = (response) => {
      response.writeHead(200, { "content-length": right.length });
      response.write(right.subarray(0, right.length / 2), () => response.destroy());
    };
    isCompiled(await bring({ list: line(sha256(right)) }), /could not be fetched/);
  });

  test("that the page does not have is compiled", async () => {
    answer = (response) => response.writeHead(404).end("no such release");
    isCompiled(await bring({ list: line(sha256("")) }), /could not be fetched: .*404/);
  });

  test("whose page hardly sends anything is compiled after a while", async () => {
    const right = await archive(RELEASED);
    answer = (response) => {
      response.writeHead(200, { "content-length": right.length });
      response.write(right.subarray(0, 10));
    };
    const brought = await bring({ list: line(sha256(right)) });
    isCompiled(brought, /could not be fetched: .*too slow/i);
    assert.ok(brought.seconds < 20, `it took ${brought.seconds} s`);
  });

  test("whose page cannot be reached is compiled", async () => {
    isCompiled(await bring({ list: line(sha256("")), url: "http://127.0.0.1:9" }), /http:\/\/127\.0\.0\.1:9 cannot be reached/);
  });

  test("of which the list has no checksum is never fetched", async () => {
    const right = sha256(await archive(RELEASED));
    for (const list of ["", line(right, { version: "1.2.30" }), line(right, { on: "sparc" }), `gadget 1.2.3 ${machine}\n`]) {
      isCompiled(await bring({ list }), /has no checksum of gadget 1\.2\.3 for/);
      assert.deepEqual(asked, []);
    }
  });

  test("that is something else than the archive should hold, or does not run here, is compiled", async () => {
    const useless = [
      [await archive(RELEASED, "gizmo"), /has no gadget in it/],
      [await archive(program("gadget 1.2.30")), /does not run here/],
      [await archive("#!/no/such/interpreter\n"), /does not run here/],
      [Buffer.from("no archive at all"), /is no archive/],
    ];
    for (const [given, why] of useless) {
      answer = (response) => response.end(given);
      isCompiled(await bring({ list: line(sha256(given)) }), why);
    }
  });

  test("that is there already is left alone, and one of another version is not taken for it", async () => {
    assert.equal((await bring({ list: "", already: program("gadget 1.2.3") })).compiled, false);
    for (const other of ["gadget 1.2.30", "gadget 11.2.3", "gadget 1.2.4"]) {
      isCompiled(await bring({ list: "", already: program(other) }), /has no checksum/);
    }
  });

  test("every line of the repository's list has a whole checksum, or the page's own, and an address with its version", () => {
    const lines = readFileSync(join(root, "scripts/tools"), "utf8").split("\n").filter((text) => text && !text.startsWith("#"));
    assert.ok(lines.length > 0);
    for (const text of lines) {
      const [name, version, , sum, address, ...more] = text.split(" ");
      assert.match(sum, /^([0-9a-f]{64}|page:\S+\.sha256)$/, text);
      assert.ok(new RegExp(`/v?${version.replaceAll(".", "\\.")}/${name}-`).test(address) && more.length === 0, text);
    }
  });
});

test("compressed forms stand beside whatever shrinks, and give back the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dockhost-compress-"));
  try {
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    const files = { "style.css": "a { color: red }\n".repeat(200), "deep/er/client.wasm": Buffer.alloc(50_000, "wasm"), "tiny.js": "1" };
    for (const [name, content] of Object.entries({ ...files, "font.woff2": Buffer.alloc(9000), "picture.png": Buffer.alloc(9000) })) {
      writeFileSync(join(folder, name), content);
    }
    await must("node", [join(root, "scripts/compress.mjs"), folder]);
    const made = readdirSync(folder, { recursive: true }).filter((name) => /\.(br|gz)$/.test(name)).sort();
    assert.deepEqual(made, ["deep/er/client.wasm.br", "deep/er/client.wasm.gz", "style.css.br", "style.css.gz"]);
    for (const name of ["style.css", "deep/er/client.wasm"]) {
      assert.deepEqual(brotliDecompressSync(readFileSync(join(folder, `${name}.br`))), Buffer.from(files[name]));
      assert.deepEqual(gunzipSync(readFileSync(join(folder, `${name}.gz`))), Buffer.from(files[name]));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("a command beside the rest", () => {
  let cache;
  before(() => (cache = mkdtempSync(join(tmpdir(), "dockhost-beside-"))));
  after(() => rmSync(cache, { recursive: true, force: true }));

  /** In process numbers of its own, so that the number of the one that has ended can be given to another. */
  const play = (command) => run("unshare", ["--pid", "--fork", "--mount-proc", "bash", "-c", `
    source "${root}/scripts/lib.sh"
    beside 'a tool' ${command}
    while kill -0 "$BESIDE_PID" 2>/dev/null; do :; done
    reused=
    while [ "$reused" != "$BESIDE_PID" ]; do
      echo $((BESIDE_PID - 1)) >/proc/sys/kernel/ns_last_pid
      reused=$(echo "$BASHPID")
    done
    joined
    echo went on`], { env: { ...process.env, DOCKHOST_CACHE_DIR: cache }, seconds: 30 });

  test("is done although another process has its number by now", async () => {
    const done = await play("echo made");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, /^made$/m);
    assert.match(done.stdout, /went on/);
  });

  test("that failed ends the script, with its output", async () => {
    const failed = await play("bash -c 'echo why it failed; exit 3'");
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /why it failed[^]*Cannot go on: a tool failed; its log is /);
    assert.doesNotMatch(failed.stdout, /went on/);
  });
});
