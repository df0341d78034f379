// The database's disk is full for a while: refused clearly, and nothing that was acknowledged is lost afterwards.
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, World, must, pause, request, run, session, until } from "../../harness.mjs";
import { Daemon, program } from "../../support/process.mjs";

const root = process.getuid() === 0;
const ROUNDS = Number(process.env.ROUNDS ?? 6);

describe("a full disk", { skip: root ? false : "it needs root, to mount a small disk" }, () => {
  let world, disk, maker;

  before(async () => {
    const prepare = async ({ dir }) => {
      disk = join(dir, "small-disk");
      mkdirSync(disk);
      await must("mount", ["-t", "tmpfs", "-o", "size=96m,mode=700", "tmpfs", disk]);
      symlinkSync(disk, join(dir, "data"));
    };
    world = await World.open({ engine: false, prepare });
    // Tokens make no tokens.
    maker = new Api(world.server.base, (await session(world.server.base, "ada", PASSWORD)).headers);
  });
  after(async () => {
    await world?.server.end();
    if (disk) await until("the small disk is unmounted", async () => (await run("umount", [disk])).status === 0);
    await world?.close();
  });

  const names = async () => new Set((await world.admin.get("/tokens")).map(({ name }) => name));
  const make = (name) => maker.call("POST", "/tokens", { name });
  /** Leaves room for less than one write. */
  const fill = () => {
    for (let size = 1 << 20; size >= 64; size >>= 1) {
      try {
        for (;;) writeFileSync(join(disk, "filler"), Buffer.alloc(size, 1), { flag: "a" });
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
      }
    }
  };
  /** Whoever is refused asks again in a moment, as the refusal says: it comes at once while the disk is full. */
  const keepWriting = async (state, who) => {
    for (let n = 0; state.goes; n++) {
      const name = `${who}-${n}`;
      const answer = await make(name).catch(() => undefined);
      if (answer?.status === 200) {
        state.count++;
        state.acknowledged.push({ name, id: answer.body.id });
      } else if (answer) {
        state.refused.push(answer);
        await pause(200);
      }
      // A person may have so many tokens and no more.
      if (state.acknowledged.length > 8) state.leaving.push(state.acknowledged.shift());
      for (const old of state.leaving.splice(0)) {
        const gone = await maker.call("DELETE", `/tokens/${old.id}`).catch(() => {});
        // It is there, or it may be.
        if (!gone || gone.status === 503) state.leaving.push(old);
      }
    }
  };

  test("writes are refused with a reason, reads go on; with room again, so do writes, and a killed server knows them all", async () => {
    const state = { goes: true, count: 0, acknowledged: [], leaving: [], refused: [] };
    const writers = ["a", "b", "c", "d"].map((who) => keepWriting(state, who));
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const [refused, asked] = [state.refused.length, state.count];
        fill();
        await until("writes are refused", () => state.refused.length > refused + 10, 20);
        assert.ok((await names()).size > 0, "what is known can be read meanwhile");
        rmSync(join(disk, "filler"));
        await until("there is room again", () => state.count > asked + 20, 30);
      }
    } finally {
      state.goes = false;
    }
    await Promise.all(writers);
    assert.ok(state.count > 20 * ROUNDS);
    assert.ok(state.refused.every(({ status, body }) => status === 503 && body.code === "unavailable"));
    assert.match(state.refused[0].body.message, /full/);
    await world.server.restart("SIGKILL");
    const there = await names();
    assert.deepEqual(state.acknowledged.map(({ name }) => name).filter((name) => !there.has(name)), [], "acknowledged and lost");
  });

  test("where no line of the log can be written, the server serves", async () => {
    await world.server.end();
    const daemon = new Daemon(program("dockhost"), ["serve"], { log: "/dev/full", env: world.server.env });
    try {
      await until("it is ready", async () => {
        if (!daemon.alive) return true;
        return (await request(world.server.base, "GET", "/readyz")).status === 200;
      });
      assert.ok(daemon.alive, `it ended: ${JSON.stringify(daemon.how)}`);
      assert.equal((await make("unlogged")).status, 200);
    } finally {
      await daemon.end();
    }
    await world.server.start();
    assert.ok((await names()).has("unlogged"));
  });

  test("on a full disk the server does not start, and says why", async () => {
    await world.server.end();
    fill();
    const env = { ...process.env, ...world.server.env };
    const done = await run(program("dockhost"), ["serve"], { env, seconds: 30 });
    assert.equal(done.status, 1, `${done.signal} ${done.stderr.slice(-400)}`);
    assert.match(done.stderr.trim().split("\n").pop(), /^dockhost: .*(No space left|disk may be full)/);
    rmSync(join(disk, "filler"));
    await world.server.start();
    assert.equal((await make("after")).status, 200);
  });
});
