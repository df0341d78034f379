// After the faults: everything as it was promised, in the API, on the engine, on the host.
import { existsSync, readdirSync } from "node:fs";

import { isOpen, until } from "../harness.mjs";

const BUSY = ["pending", "creating", "stopping", "restarting", "deleting", "unknown"];

/** Waits until nothing moves any more; answers with every row. */
export async function quiet(chaos, seconds) {
  const { world, people } = chaos;
  for (const node of world.nodes) {
    await until(`node ${node.name} is online`, async () => {
      const view = await world.admin.get(`/nodes/${node.id}`);
      // A person sees to it: the machines that took turns with the key are one again.
      if (view.frozen) await world.admin.post(`/nodes/${node.id}/unfreeze`);
      return view.liveness === "online" && view.facts?.engine.engine === "up";
    }, seconds);
  }
  const round = {};
  return until("nothing moves any more", async () => {
    const rows = [];
    for (const person of people.persons) rows.push(...(await person.api.get("/instances")));
    const moving = [];
    for (const row of rows.filter((row) => row.phase === "error" || BUSY.includes(row.phase))) {
      if (row.phase !== "error" || !(await broken(chaos, row, round))) moving.push(row);
    }
    if (moving.length) throw new Error(moving.map((row) => `${row.id} on ${row.node.name} ${row.phase}: ${row.message}`).join("; "));
    return rows;
  }, seconds);
}

/** How long after a restart of the machine a start may still be refused: a node tries again within half a minute. */
const AFTER_RESTART = 60_000;

/** A killed dockerd may leave a container that it does not start again, because something of its last run is left: the
    engine's own defect. The page says to restart that machine, and that is done, once in a round. */
async function broken(chaos, { id, message }, round) {
  if (!/Docker refused to start the container.*restart of that machine/.test(message)) return false;
  if (!round.restarted) {
    await chaos.engine.reboot();
    round.restarted = Date.now();
    chaos.restarts++;
  }
  if (Date.now() - round.restarted < AFTER_RESTART) return false;
  chaos.broken.add(id);
  return true;
}

/** Which container of each instance runs, and since when. */
export async function runs(chaos) {
  const found = new Map();
  for (const { Id, State, Labels } of await chaos.engine.containers("dockhost.cluster")) {
    if (State !== "running" || chaos.forged.has(Id)) continue;
    const { StartedAt } = (await chaos.engine.call("GET", `/containers/${Id}/json`)).State;
    found.set(Labels["dockhost.instance"], `${Id} since ${StartedAt}`);
  }
  return found;
}

/** Every way in which what is there differs from what was promised. `before` is what must have gone on untouched. */
export async function differences(chaos, rows, before) {
  const { world, people, removed, renamed, denied, forged } = chaos;
  const found = [...people.violations];
  for (const id of chaos.broken) found.push({ kind: "stuck", what: `${id} does not start, although its machine was restarted` });
  unique(rows, ({ owner, name }) => `the name ${name} of ${owner}`, found);
  for (const port of [0, 1, 2]) unique(rows, ({ node, ports }) => `host port ${ports[port].host} of ${node.name}`, found);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const containers = await chaos.engine.containers("dockhost.cluster");
  const after = before.size ? await runs(chaos) : before;
  for (const [id, run] of before) {
    if (people.isUntouched(id) && after.get(id) !== run) found.push({ kind: "interrupted", what: `${id} ran as ${run}, and is now ${after.get(id)}` });
  }
  const ours = new Map();
  for (const container of containers) {
    const id = container.Labels["dockhost.instance"];
    if (forged.has(container.Id)) continue;
    ours.set(id, [...(ours.get(id) ?? []), container]);
  }
  for (const id of forged) {
    if (!containers.some((container) => container.Id === id)) found.push({ kind: "touched", what: `the foreign container ${id} is gone` });
  }
  for (const one of people.promised.values()) {
    const row = byId.get(one.id);
    if (!row && !one.mayGo) found.push({ kind: "lost", what: `${one.id} was promised and is not there` });
    if (row && !one.wishes.has(row.desired)) {
      found.push({ kind: "lost", what: `${one.id} is wished ${row.desired}, and what was acknowledged is ${[...one.wishes]}` });
    }
    if (row && one.deleted) found.push({ kind: "came back", what: `${one.id} was deleted and is ${row.phase}` });
  }
  for (const row of rows) {
    const there = ours.get(row.id) ?? [];
    if (there.length > 1) found.push({ kind: "doubled", what: `${row.id} has ${there.length} containers` });
    if (row.phase === "lost") {
      // A node whose engine denied it in this round calls it so until it looks again.
      const kind = denied.has(row.id) && there.length > 0 ? "untrue" : "lost";
      if (!removed.has(row.id) && !renamed.has(row.id)) found.push({ kind, what: `${row.id} is called lost, and nobody removed it` });
      continue;
    }
    const fits = (state) => (row.phase === "running" ? state === "running" : state !== "running");
    let state = there[0]?.State ?? "absent";
    // A list of dockerd 20.10 keeps the state of before if the disk was full at the change. Of the one container it tells
    // how it is.
    if (!fits(state) && there[0]) state = (await chaos.engine.call("GET", `/containers/${there[0].Id}/json`)).State.Status;
    if (!fits(state)) found.push({ kind: "untrue", what: `${row.id} is ${row.phase} and its container is ${state}` });
    if (there.length === 0 && row.phase === "running") found.push({ kind: "lost", what: `${row.id} has no container` });
    if (row.phase !== row.desired && !chaos.broken.has(row.id)) found.push({ kind: "stuck", what: `${row.id} is ${row.phase}, wished ${row.desired}` });
  }
  for (const [id, there] of ours) {
    if (!byId.has(id) && !renamed.has(id)) found.push({ kind: "leaked", what: `container ${there[0].Names[0]} belongs to no row` });
  }
  await onHost(world, rows, found);
  return found;
}

function unique(rows, what, found) {
  const seen = new Set();
  for (const row of rows) {
    if (seen.has(what(row))) found.push({ kind: "doubled", what: `${row.id} shares ${what(row)}` });
    seen.add(what(row));
  }
}

/** Listening ports and key files: those of rows, and no others. */
async function onHost(world, rows, found) {
  for (const node of world.nodes) {
    // One that is lost keeps its host ports until somebody deletes it.
    const own = rows.filter((row) => row.node.id === node.id);
    const held = new Set(own.flatMap((row) => row.ports.map((port) => port.host)));
    for (let port = node.range.first; port <= node.range.last; port++) {
      if (!held.has(port) && (await isOpen(port, node.host))) found.push({ kind: "leaked", what: `host port ${port} of ${node.name} still listens` });
    }
    for (const row of own.filter((row) => row.phase === "running")) {
      for (const { host } of row.ports) {
        if (!(await isOpen(host, node.host))) found.push({ kind: "untrue", what: `${row.id} is running and host port ${host} is closed` });
      }
    }
    const dir = `${node.dir}/instances`;
    const kept = existsSync(dir) ? readdirSync(dir).filter((name) => name.startsWith("i-")) : [];
    for (const id of kept.filter((id) => !rows.some((row) => row.id === id))) {
      found.push({ kind: "leaked", what: `the keys of ${id} are still on ${node.name}` });
    }
  }
}
