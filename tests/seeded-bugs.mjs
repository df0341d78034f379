// Bugs, put in one at a time: each must be caught by the simulation or by the tests of the deciding cores. One that
// nothing catches is a hole in the tests.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const CRATES = ["server_fns/model", "server_fns/planner", "node/agent", "node/protocol", "tests/simulation"];
const SEEDS = process.env.SEEDS ?? "1500";
// Only those whose name has this in it.
const ONLY = process.env.ONLY ?? "";

const planner = (file) => `server_fns/planner/src/${file}`;
const agent = (file) => `node/agent/src/${file}`;
const session = "node/protocol/src/session.rs";

// What is wrong, where, and the change that makes it so.
const BUGS = [
  ["the server takes reports of an older connection", session, "if report.epoch == ours && report.sequence > self.heard", "if true"],
  ["a node takes frames of an older connection", session, "Some(ours) if ours == epoch => meaning", "Some(_) => meaning"],
  ["a node takes an older assignment", agent("accept.rs"), "std::cmp::Ordering::Less => Accept::Refuse(Refused::Older { ours: ours.generation, new: new.generation })", "std::cmp::Ordering::Less => Accept::Take"],
  ["a create without an answer counts as failed", agent("local.rs"), "if outcome == Outcome::NoAnswer {", "if false {"],
  ["a node that starts forgets that a create may be under way", agent("local.rs"), "made.is_none().then_some(now + DOUBT)", "None"],
  ["a node that lost its ledger forgets it too", agent("local.rs"), "if first { Self::recalled(", "if false { Self::recalled("],
  ["a node that lost its ledger begins as a new one", agent("node.rs"), "Local::assigned(assigned, first, now)", "Local::assigned(assigned, false, now)"],
  ["a deletion is confirmed by a look alone", agent("local.rs"), "self.removed = false;", "self.removed = true;"],
  ["what could not be looked at counts as absent", agent("report.rs"), "Seen::Unknown | Seen::Foreign(_) => Observed::Unknown { since }", "Seen::Unknown | Seen::Foreign(_) => Observed::Absent"],
  ["the server hears of a container before the ledger does", agent("report.rs"), "written.is_some_and(|made| made >= facts.incarnation)", "true"],
  ["a deletion is confirmed while something is left", agent("report.rs"), "!local.is_cleared(now)", "false"],
  ["a lost container is made anew", planner("reconcile/assign.rs"), "may_create: !instance.was_present", "may_create: true"],
  ["host ports are free as soon as somebody asks to delete", planner("world/lookup.rs"), "self.node_instances(node).flat_map(|instance| instance.held_ports(Place::Node))", "self.node_instances(node).filter(|instance| instance.desired != model::instance::DesiredState::Deleted).flat_map(|instance| instance.held_ports(Place::Node))"],
  ["an old report confirms a deletion", planner("channel.rs"), "old.desired == DesiredState::Deleted && acted_on && report", "old.desired == DesiredState::Deleted && report"],
  ["a repeated create makes another one", planner("command/idempotency.rs"), "return Ok(Decision::unchanged(first));", "let _ = first;"],
  ["a tombstone does not count against the quota", planner("world/lookup.rs"), "self.found_by.of_person.count(owner)", "self.live_instances_of(owner).filter(|row| row.desired != model::instance::DesiredState::Deleted).count() as u32"],
  ["a new wish keeps its generation", planner("command/instances/wish.rs"), "generation: wish.generation.next()", "generation: wish.generation"],
  ["a second machine takes over a live node", planner("channel.rs"), "held && row.machine.as_deref().is_some_and(|known| known != hello.machine)", "held && false"],
  ["a restart is carried out again and again", agent("converge.rs"), "assigned.restarts > local.restarts_done", "assigned.restarts >= local.restarts_done && assigned.restarts.0 > 0"],
  ["a server whose data are older is heard", planner("channel.rs"), "(hello.era, hello.generation) > (world.era, world.generation(row))", "false"],
  ["a deletion is forgotten although its node is here", planner("command/instances/wish.rs"), "if present && !is_overdue(world, instance, Phase::Deleting, now) {", "if false {"],
  ["a container is recovered for somebody who has no place there", planner("command/instances/recover.rs"), "if !world.takes_instances_of(node, owner.id) {", "if false {"],
  ["a node without a feature is given what needs it", planner("placement.rs"), "if let Some(feature) = missing(world, node, spec) {", "if let Some(feature) = missing(world, node, spec).filter(|_| false) {"],
  ["a node is told to make what its program would make wrongly", planner("reconcile/assign.rs"), "withheld(world, node, instance).is_none()", "withheld(world, node, instance).is_none() || true"],
  ["a frame of an unknown type ends the connection", "node/protocol/src/codec.rs", "if !M::TYPES.contains(&r#type.as_str()) =>", "if false =>"],
  ["a recovered instance is made anew when its container vanishes", planner("command/instances/recover.rs"), "was_present: true,", "was_present: false,"],
];

const bugs = BUGS.filter(([name]) => name.includes(ONLY));
const copy = mkdtempSync(join(tmpdir(), "dockhost-bugs-"));
const env = { ...process.env, CARGO_TARGET_DIR: join(process.env.CARGO_TARGET_DIR ?? copy, "seeded-bugs") };
const cargo = (...args) => spawnSync("cargo", args, { cwd: copy, env, encoding: "utf8", maxBuffer: 64 << 20 });

for (const crate of CRATES) cpSync(join(root, crate), join(copy, crate), { recursive: true });
const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
const members = `members = [${CRATES.map((crate) => `"${crate}"`).join(", ")}]`;
writeFileSync(join(copy, "Cargo.toml"), manifest.replace(/members = \[[^\]]*\]/, members));
cpSync(join(root, "Cargo.lock"), join(copy, "Cargo.lock"));
// What a test of the planner compares with its own table.
const PRINTED = "tests/support/permissions.json";
cpSync(join(root, PRINTED), join(copy, PRINTED), { recursive: true });

/** Which of the two catches what is in the copy now. */
function caughtBy() {
  const built = cargo("build", "--offline", "--quiet", "-p", "simulation");
  if (built.status !== 0) return { broken: built.stderr };
  const played = cargo("run", "--offline", "--quiet", "-p", "simulation", "--", "play", "--seeds", SEEDS);
  if (played.status !== 0) return { by: "simulation", how: played.stdout.split("\n")[0] };
  const tested = cargo("test", "--offline", "--quiet", "-p", "planner", "-p", "agent", "-p", "protocol");
  if (tested.status === 0) return {};
  const failed = tested.stdout.match(/---- (\S+) stdout/)?.[1] ?? "a test";
  return { by: "core tests", how: failed };
}

let missed = 0;
try {
  const sound = caughtBy();
  if (sound.by || sound.broken) throw new Error(`without a seeded bug something fails already: ${sound.how ?? sound.broken}`);
  for (const [name, file, from, to] of bugs) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    if (text.split(from).length !== 2) throw new Error(`${file} has not exactly one: ${from}`);
    writeFileSync(path, text.replace(from, () => to));
    const { by, how, broken } = caughtBy();
    if (broken) throw new Error(`the bug "${name}" does not compile:\n${broken}`);
    if (!by) missed++;
    console.log(by ? `caught by ${by}: ${name} (${how.slice(0, 110)})` : `NOT CAUGHT: ${name}`);
    writeFileSync(path, text);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${bugs.length - missed} of ${bugs.length} seeded bugs caught`);
process.exitCode = missed === 0 ? 0 : 1;
