// Every named point at which a program can end itself: read from the sources, so that none is forgotten.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { root } from "../harness.mjs";

function names(dir) {
  const found = [];
  for (const file of readdirSync(join(root, dir), { recursive: true }).filter((name) => name.endsWith(".rs"))) {
    const text = readFileSync(join(root, dir, file), "utf8");
    found.push(...[...text.matchAll(/crash_at!\("([^"]+)"\)/g)].map(([, name]) => name));
  }
  return found;
}

/** Steps as `agent::step::Step` has them; building an image is done once for all rounds. */
function steps() {
  const text = readFileSync(join(root, "node/agent/src/step.rs"), "utf8");
  const body = /pub enum Step \{([^}]+)\}/.exec(text)[1];
  return [...body.matchAll(/^\s+([A-Z]\w+),/gm)].map(([, name]) => name);
}

export const ofServer = names("server_fns/control/src");
export const ofNode = names("node/src").flatMap((name) => (name.includes("{step:?}") ? steps().map((step) => name.replace("{step:?}", step)) : [name]));
