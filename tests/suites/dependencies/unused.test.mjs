// What a manifest names is used, and every version of a library stands in one place. Where a dependency is there for its
// features, or for the code that a macro makes, alone, the comment above it says so.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { must, root } from "../../support/process.mjs";

const EXCUSE = /named for (its features|a macro) alone/i;

const metadata = JSON.parse(await must("scripts/with", ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]));
const tracked = (await must("git", ["ls-files", "*.rs"])).split("\n").filter(Boolean);
const folder = (crate) => crate.manifest_path.slice(root.length + 1, -"/Cargo.toml".length);

/** The sources of a crate, without those of the crates in its folder. */
function sources(crate) {
  const within = metadata.packages.map(folder).filter((other) => other.startsWith(`${folder(crate)}/`));
  const own = tracked.filter((file) => file.startsWith(`${folder(crate)}/`) && !within.some((other) => file.startsWith(`${other}/`)));
  return own.map((file) => readFileSync(join(root, file), "utf8").replace(/^\s*\/\/.*$/gm, "")).join("\n");
}

/** A library is named by a path into it, an import of it as a whole, or a macro of its name. */
const names = (text, library) => new RegExp(`(?<![\\w:])${library}(::|!)|\\buse (::)?${library}\\b|\\bextern crate ${library}\\b`).test(text);

/** The dependencies that the comment above them excuses. A comment holds for the line below it. */
function excused(manifest) {
  const all = new Set();
  let comment = "";
  for (const line of manifest.split("\n")) {
    if (line.startsWith("#")) comment += ` ${line.slice(1).trim()}`;
    else {
      if (EXCUSE.test(comment)) all.add(line.match(/^[\w-]+/)?.[0]);
      comment = "";
    }
  }
  return all;
}

describe("dependencies", () => {
  for (const crate of metadata.packages) {
    test(`${crate.name} uses every library that it names`, () => {
      const text = sources(crate);
      const unnamed = excused(readFileSync(crate.manifest_path, "utf8"));
      const ident = ({ name, rename }) => (rename ?? name).replaceAll("-", "_");
      const unused = crate.dependencies.filter((one) => !names(text, ident(one)) && !unnamed.has(one.rename ?? one.name));
      assert.deepEqual(unused.map(({ name }) => name), [], "remove them, or say above each that it is named for its features alone, or for a macro alone");
      const used = crate.dependencies.filter((one) => unnamed.has(one.rename ?? one.name) && names(text, ident(one)));
      assert.deepEqual(used.map(({ name }) => name), [], "these are used: the comment above them is false");
    });
  }

  test("the workspace names no version that no crate uses", () => {
    const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
    const shared = manifest.split("[workspace.dependencies]")[1].split(/^\[/m)[0];
    const all = [...shared.matchAll(/^([\w-]+) = /gm)].map(([, name]) => name);
    assert.ok(all.length > 30, "the list was read");
    const used = metadata.packages.map((crate) => readFileSync(crate.manifest_path, "utf8")).join("\n");
    assert.deepEqual(all.filter((name) => !new RegExp(`^${name}(\\.workspace = true|.*workspace = true)`, "m").test(used)), []);
  });

  test("the pinned compiler is not older than the oldest that will do", () => {
    const oldest = readFileSync(join(root, "Cargo.toml"), "utf8").match(/^rust-version = "(\d+)\.(\d+)"/m).slice(1).map(Number);
    const pinned = readFileSync(join(root, "scripts/lib.sh"), "utf8").match(/^RUST=(\d+)\.(\d+)\.\d+$/m).slice(1).map(Number);
    assert.ok(pinned[0] > oldest[0] || (pinned[0] === oldest[0] && pinned[1] >= oldest[1]), `${pinned} is older than ${oldest}`);
  });
});
