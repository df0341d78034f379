// Three power cuts of the store; `make powercut` makes a hundred.
import assert from "node:assert/strict";
import { test } from "node:test";

import { impossible, powerCuts, verdict } from "./power-cut/series.mjs";

const skip = (await impossible()) ?? false;

test("what was acknowledged outlives a power cut", { skip }, async () => {
  const told = [];
  const figures = await powerCuts({ cuts: 3, seed: 7, tell: (line) => told.push(line) });
  const { line, sound } = verdict(figures);
  assert.ok(sound, [line, ...figures.wrong, ...told].join("\n"));
});
