// A few faults of every run of `make chaos`, and a few crash points.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Chaos } from "../../chaos/chaos.mjs";
import { play, report } from "../../chaos/play.mjs";
import { ofNode, ofServer } from "../../chaos/points.mjs";

const root = process.getuid() === 0;
const SEED = Number(process.env.SEED ?? 3);

test("the sources name their crash points", () => {
  for (const all of [ofServer, ofNode]) {
    assert.ok(all.length >= 8);
    assert.equal(new Set(all).size, all.length, "each name stands for one point");
  }
  assert.ok(ofNode.includes("before-Create") && ofNode.includes("after-Remove"));
});

test("harmed while people work, everything is as it was promised", { skip: root ? false : "it needs root: it mounts disks and kills an engine" }, async () => {
  const chaos = await Chaos.open(SEED);
  const found = [];
  try {
    await play(chaos, found, { faults: 12, seeds: 1, points: 3 });
  } finally {
    await chaos.close();
  }
  report(chaos, found);
  const told = found.map(({ kind, what }) => `${kind}: ${what}`).join("; ");
  assert.equal(told, "", `${told}; play it again with: SEED=${SEED} make chaos`);
});
