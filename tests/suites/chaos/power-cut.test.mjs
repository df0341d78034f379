// Three power cuts of the store; `make powercut` makes a hundred.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { root, run } from "../../harness.mjs";

test("what was acknowledged outlives a power cut", async (t) => {
  const env = { ...process.env, CUTS: "3", SEED: "7" };
  const program = [process.execPath, join(root, "tests/power-cut.mjs")];
  // In a world of mounts of its own: nobody else can hold the disk, and nothing stays mounted.
  const { status, stdout, stderr } = await run("unshare", ["--mount", ...program], { env, seconds: 180 });
  // Either of the two says why.
  if (status === 2 || /^unshare: /.test(stderr)) return t.skip(stderr.trim());
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^3 power cuts: opened 3\/3, .* lost 0, came back 0/m);
});
