// Who may use whom. The table is the one in ARCHITECTURE.md; a crate exists to forbid an arrow.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { arrowsOf, isKin, loops, loopsBeside, roomOf, told } from "../../support/modules.mjs";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../..");

// `ours`: which of our crates; `underServer`: only as optional dependencies; `outside`: the whole list,
// for the cores; `never`: what must not be in the tree at all, however far away.
const TABLE = {
  model: { ours: [], outside: ["chrono", "ipnet", "schemars", "serde", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  planner: { ours: ["model"], outside: ["imbl", "ipnet", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  verbs: { ours: ["model"], outside: ["serde", "serde_json"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  cli: { ours: ["model", "verbs"], never: ["tokio", "axum", "dioxus", "surrealdb", "bollard", "planner", "control"] },
  agent: { ours: ["model"], outside: ["serde", "thiserror"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  protocol: {
    ours: ["model"],
    outside: ["serde", "serde_json", "thiserror"],
    never: ["tokio", "tungstenite", "axum", "dioxus", "surrealdb", "bollard"],
  },
  wire: { ours: ["model", "protocol"], never: ["axum", "dioxus", "surrealdb", "bollard"] },
  crash: { ours: [], outside: [], never: ["tokio"] },
  control: { ours: ["model", "planner", "protocol", "verbs", "wire", "crash"], never: ["dioxus", "bollard", "server_fns"] },
  server_fns: { ours: ["model"], underServer: ["control"], never: ["surrealdb", "planner", "protocol", "bollard"] },
  app: { ours: ["model", "server_fns"], underServer: ["cli", "control"], never: ["surrealdb", "planner", "protocol", "bollard"] },
  glue: { ours: [], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  simulation: { ours: ["model", "planner", "agent", "protocol"], never: ["tokio", "dioxus", "surrealdb", "bollard"] },
  node: { ours: ["model", "agent", "protocol", "wire", "crash"], never: ["control", "planner", "surrealdb", "dioxus"] },
};

// Types of these libraries stay in the folder that translates them.
const ROOMS = [
  { library: "surrealdb", only: ["server_fns/control/src/store"] },
  { library: "bollard", only: ["node/src/docker"] },
  { library: "russh", only: ["server_fns/control/src/access/ssh"] },
  {
    library: "axum",
    only: [
      ...["activity/streams", "command_line", "http", "nodes", "tunnel/accept", "api/router"].map((room) => `server_fns/control/src/${room}`),
      ...["apps", "files", "terminal"].map((room) => `server_fns/control/src/access/${room}`),
      "server_fns/src/feed",
      "server_fns/src/host",
      "app/src/server",
    ],
  },
];

// Crates whose rooms stand one above the other; and those of which that is asked of each file alone.
const LAYERED = ["control", "node"];
const FREE_OF_LOOPS = ["planner", "verbs", "cli", "agent", "protocol", "wire", "model", "server_fns"];

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

for (const name of ["model", "verbs", "planner", "agent", "protocol"]) {
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

const drawn = (name) => {
  const src = join(root, folder(members.find((crate) => crate.name === name)), "src");
  return { src, ...arrowsOf(src) };
};

test("a loop is found, whichever way it is written", () => {
  const src = mkdtempSync(join(tmpdir(), "arrows-"));
  const files = {
    "lib.rs": "mod a;\nmod b;\nmod c;\nmod d;\n#[cfg(test)]\nmod tests {\n    use crate::c::inner::Last;\n}\n",
    // Passed on by its parent, and named in the middle of a line.
    "a/mod.rs": "mod inner;\npub use inner::{First as One, Second};\n",
    "a/inner.rs": "pub struct First;\npub struct Second;\nfn f() { let _ = super::super::b::Third; }\n",
    "b.rs": "use crate::{\n    a::{One, Second},\n};\npub struct Third;\n",
    // By methods that another file gives to its type; what only tests use is no arrow, nor what a comment says.
    "c/mod.rs": "pub mod inner;\npub struct Fourth;\n// use crate::a::One;\n",
    "c/inner.rs": "pub struct Last;\n",
    "d.rs": "use crate::c::Fourth;\nimpl Fourth {\n    fn g() {}\n}\n#[cfg(test)]\nmod tests {\n    use crate::b::Third;\n}\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(src, name)), { recursive: true });
    writeFileSync(join(src, name), text);
  }
  const { modules, arrows } = arrowsOf(src);
  rmSync(src, { recursive: true });
  const rooms = (found) => found.map((loop) => [...new Set(loop.map(({ a }) => a))].sort()).sort();
  assert.deepEqual(rooms(loops(arrows, roomOf)), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(rooms(loopsBeside(modules, arrows)), [["a", "b"], ["c", "d"]]);
  assert.match(told(loops(arrows, roomOf)[0], src), /a → b: a.inner\.rs:3 fn f\(\)/);
});

for (const name of LAYERED) {
  const { src, modules, arrows } = drawn(name);
  const rooms = new Set(arrows.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]));

  test(`no loop between the ${rooms.size} rooms of ${name}`, () => {
    const found = loops(arrows, roomOf);
    assert.equal(found.length, 0, found.map((loop) => told(loop, src)).join("\n"));
  });

  test(`the rooms of ${name} stand as ARCHITECTURE.md has them`, () => {
    const [, table] = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split(`| \`${name}\`, from the top |`);
    const lines = table.split("\n\n")[0].split("\n").slice(2);
    const line = new Map(lines.flatMap((row, at) => row.split("|")[1].match(/\w+/g).map((room) => [room, at])));
    assert.deepEqual([...line.keys()].filter((room) => !rooms.has(room)), [], "these are no rooms");
    const upwards = arrows.map(({ from, to }) => [roomOf(from), roomOf(to)]).filter(([a, b]) => a !== b && line.get(a) >= line.get(b));
    assert.deepEqual([...new Set(upwards.map((arrow) => arrow.join(" → ")))], []);
  });

  test(`no loop between the ${modules.length} files of ${name}, parent and child apart, nor between its folders`, () => {
    const found = loopsBeside(modules, arrows);
    assert.equal(found.length, 0, found.map((loop) => told(loop, src)).join("\n"));
  });
}

for (const name of FREE_OF_LOOPS) {
  const { src, modules, arrows } = drawn(name);

  test(`no loop between the ${modules.length} files of ${name}, parent and child apart`, () => {
    // Rows give an actor its methods in `planner`, where the actor itself does not know them.
    const between = arrows.filter(({ from, to, gives }) => !gives && !isKin(from, to));
    const found = loops(between, (module) => relative(src, module.file));
    assert.equal(found.length, 0, found.map((loop) => told(loop, src)).join("\n"));
  });
}

// Who may do what is decided by the table of permissions alone. These places read whose a thing is, or who administers, and
// decide nothing by it.
const READS_OWNERS = {
  "server_fns/planner/src/permission/grant.rs": "the table's own: which grants somebody holds",
  "server_fns/planner/src/world/person.rs": "the row",
  "server_fns/planner/src/credentials.rs": "a node's key holds as long as the account of its owner",
  "server_fns/planner/src/guest.rs": "which account the name of a login names",
  "server_fns/planner/src/command/instances/recover.rs": "says who runs the node",
  "server_fns/planner/src/world/lookup.rs": "finds rows by their person, and names by their owner",
  "server_fns/planner/src/invariants/step.rs": "no step changes an owner who is there",
  "server_fns/planner/src/event/seen.rs": "shows an address to whoever came from it",
  "server_fns/planner/src/view/rows.rs": "copies the field into the view",
  "server_fns/planner/src/view/people.rs": "copies the field into the view",
  "server_fns/control/src/people.rs": "hands on what an administrator asks for",
  "server_fns/control/src/console/mod.rs": "what the operator asks for",
  "server_fns/control/src/console/carry_out.rs": "hands that on",
  "server_fns/verbs/src/told/people.rs": "shows who administers",
  "app/src/pages/people/row.rs": "shows who administers",
  "server_fns/planner/src/command.rs": "what is to be written into the field",
  "server_fns/planner/src/command/decide.rs": "hands that on",
  "server_fns/planner/src/command/people.rs": "writes the field",
  "server_fns/planner/src/command/people/administer.rs": "writes the field",
  "server_fns/control/src/access/apps/enter.rs": "compares two visitors in one browser",
  "server_fns/control/src/store/rows/person.rs": "the row",
  "server_fns/control/src/auth/ssh_key.rs": "which rows would be one key twice",
  "server_fns/model/src/view.rs": "the view: whose name an instance has",
  "server_fns/model/src/view/people.rs": "the view",
  "server_fns/model/src/request/people.rs": "what is to be written into the field",
  "app/src/frame/navigation.rs": "says that one administers",
  "app/src/pages/account/mod.rs": "says that one administers",
  "app/src/server/admin.rs": "says who administers",
  "app/cli/src/run.rs": "hands on what an administrator asks for",
  "server_fns/control/src/access/ssh/lobby/run.rs": "hands on what an administrator asks for",
  "server_fns/verbs/src/command.rs": "what is asked for, as typed",
};
const OWNERS = [
  // A field is read, or a row is built with it. In a sentence it is only a word.
  /\.administrator\b(?!\()/,
  /\badministrator\s*[,:}]/,
  /\b(?:owner|person)\s*(?:==|!=)/,
  /(?:==|!=)\s*(?:Some\()?[&*]?(?:\w+\.)*(?:owner|person)\b(?!\()/,
  /\bowner(?:\.as_ref\(\))?\.is_(?:none|some)(?:_\w+)?\(/,
];

test("nobody but the table of permissions reads owners and administrators to decide by them", () => {
  const own = (file) => file.startsWith("app/") || file.startsWith("server_fns/");
  const files = members.flatMap((crate) => sources(join(folder(crate), "src"))).filter((file) => own(file) && !file.endsWith("/tests.rs"));
  // What stands in quotes is said and not read, and what a test compares decides nothing.
  const read = (file) => code(file).replace(/"(?:[^"\\]|\\[^])*"/g, '""').replace(/#\[cfg\(test\)\]\s*mod \w+ \{[^]*$/, "");
  const found = [...new Set(files)].filter((file) => OWNERS.some((pattern) => pattern.test(read(file)))).sort();
  assert.deepEqual(found.filter((file) => !(file in READS_OWNERS)), [], "these decide by themselves; ask planner::permission");
  assert.deepEqual(Object.keys(READS_OWNERS).filter((file) => !found.includes(file)), [], "these need no leave any more");
});
