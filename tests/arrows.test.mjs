// Who may use whom. The table is the one in ARCHITECTURE.md; a crate exists to forbid an arrow.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");

// `ours`: which of our crates; `underServer`: only as optional dependencies; `outside`: the whole list,
// for the cores; `never`: what must not be in the tree at all, however far away.
const TABLE = {
  model: { ours: [], outside: ["chrono", "ipnet", "serde", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  planner: { ours: ["model"], outside: ["chrono", "ipnet", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  agent: { ours: ["model"], outside: ["chrono", "serde", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  protocol: {
    ours: ["model"],
    outside: ["serde", "serde_json", "thiserror"],
    never: ["tokio", "tungstenite", "axum", "dioxus", "surrealdb", "bollard"],
  },
  wire: { ours: ["model", "protocol"], never: ["axum", "dioxus", "surrealdb", "bollard"] },
  crash: { ours: [], outside: [], never: ["tokio"] },
  control: { ours: ["model", "planner", "protocol", "wire", "crash"], never: ["dioxus", "bollard", "server_fns"] },
  server_fns: { ours: ["model"], underServer: ["control"], never: ["surrealdb", "planner", "protocol", "bollard"] },
  app: { ours: ["model", "server_fns"], underServer: ["control"], never: ["surrealdb", "planner", "protocol", "bollard"] },
  glue: { ours: [], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  simulation: { ours: ["model", "planner", "agent", "protocol"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  node: { ours: ["model", "agent", "protocol", "wire", "crash"], never: ["control", "planner", "surrealdb", "dioxus"] },
};

// Types of these libraries stay in the folder that translates them.
const ROOMS = [
  { library: "surrealdb", only: ["server_fns/control/src/store"] },
  { library: "bollard", only: ["node/src/docker"] },
  { library: "russh", only: ["server_fns/control/src/access/ssh", "server_fns/control/src/authority"] },
];

const IMPURE = /\bstd::(fs|process|env|thread)\b|std::net::(Tcp|Udp|ToSocket)|\bSystemTime\b|\bInstant::now\b|\bUtc::now\b|\bLocal::now\b|\bgetrandom\b/;

const metadata = JSON.parse(
  execFileSync(join(root, "scripts/with"), ["cargo", "metadata", "--format-version", "1"], {
    cwd: root,
    maxBuffer: 256 << 20,
    stdio: ["ignore", "pipe", "inherit"],
  }),
);
const members = metadata.packages.filter((crate) => metadata.workspace_members.includes(crate.id));
const names = new Map(metadata.packages.map((crate) => [crate.id, crate.name]));
const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
const folder = (crate) => relative(root, crate.manifest_path.replace(/\/Cargo\.toml$/, ""));

/** Every crate that is compiled into this one, with what `server` brings left out. */
function tree(id, seen = new Set()) {
  for (const dependency of nodes.get(id).deps) {
    const compiled = dependency.dep_kinds.some(({ kind }) => kind === null);
    if (compiled && !seen.has(dependency.pkg)) {
      seen.add(dependency.pkg);
      tree(dependency.pkg, seen);
    }
  }
  return seen;
}

function sources(directory) {
  return readdirSync(join(root, directory), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
}

const code = (file) => readFileSync(join(root, file), "utf8").replace(/^\s*\/\/.*$/gm, "");

test("the table names every crate of the workspace, and no other", () => {
  assert.deepEqual(members.map((crate) => crate.name).sort(), Object.keys(TABLE).sort());
});

for (const crate of members) {
  const rule = TABLE[crate.name];
  if (!rule) continue;
  const direct = crate.dependencies.filter((dependency) => dependency.kind === null);

  test(`${crate.name} uses no other crate of ours than the table says`, () => {
    for (const { name, optional } of direct.filter(({ name }) => name in TABLE)) {
      const allowed = rule.ours.includes(name) || (optional && rule.underServer?.includes(name));
      assert.ok(allowed, `${crate.name} → ${name}${optional ? " (optional)" : ""} is not in the table`);
    }
  });

  test(`${crate.name} uses no library that it must not see`, () => {
    if (rule.outside) {
      const outside = direct.map(({ name }) => name).filter((name) => !(name in TABLE));
      assert.deepEqual(outside.filter((name) => !rule.outside.includes(name)), []);
    }
    assert.deepEqual(direct.map(({ name }) => name).filter((name) => rule.never.includes(name)), []);
    const within = [...tree(crate.id)].map((id) => names.get(id));
    const seen = within.filter((name) => rule.never.some((bad) => name === bad || name.startsWith(`${bad}-`)));
    assert.deepEqual(seen, [], `${crate.name} has these in its tree`);
  });
}

for (const name of ["model", "planner", "agent", "protocol"]) {
  test(`${name} does no IO and reads no clock`, () => {
    const crate = members.find((member) => member.name === name);
    const found = sources(join(folder(crate), "src")).filter((file) => IMPURE.test(code(file)));
    assert.deepEqual(found, []);
  });
}

for (const { library, only } of ROOMS) {
  test(`${library} is named only in ${only.join(", ")}`, () => {
    const used = new RegExp(`\\b${library}::`);
    const found = members
      .flatMap((crate) => sources(join(folder(crate), "src")))
      .filter((file) => used.test(code(file)) && !only.some((room) => file.startsWith(`${room}/`) || file === `${room}.rs`));
    assert.deepEqual([...new Set(found)], []);
  });
}
