// What a fleet costs the server: nodes that only speak the channel, against the release build. Rounds take turns, and both
// sides are printed, as rows of a table for docs/performance.md.
// ROWS=beats,quiet,creates,feeds,activity chooses; LINES, NODES, INSTANCES, MANY_NODES, MANY_INSTANCES, ROUNDS, SECONDS, CREATES, COMMANDS size it.
import { performance } from "node:perf_hooks";

import { pause } from "../harness.mjs";
import { CALLERS, Fleet } from "./fleet.mjs";

const number = (name, usual) => Number(process.env[name] ?? usual);
const [NODES, INSTANCES] = [number("NODES", 100), number("INSTANCES", 950)];
const [MANY_NODES, MANY_INSTANCES] = [number("MANY_NODES", 1_000), number("MANY_INSTANCES", 10_000)];
const [ROUNDS, SECONDS] = [number("ROUNDS", 5), number("SECONDS", 30)];
const [CREATES, COMMANDS] = [number("CREATES", 640), number("COMMANDS", 200)];
/** Rows of the server with few of them. */
const FEW = number("FEW", 100);
/** Lines of the activity log, where it is long. */
const LINES = number("LINES", 1_000_000);
const rows = (process.env.ROWS ?? "beats,quiet,creates,feeds,activity").split(",");
const PEOPLE = 20;
const FEEDS = 200;
/** What a command changes between. */
const QUOTAS = [900, 901];

const say = (words) => process.stderr.write(`${words}\n`);
const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
const sorted = (values) => [...values].sort((a, b) => a - b);
const at = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))];
const median = (values) => at(values, 0.5);
const span = (values, digits) => `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
const verdict = (met) => (met ? "met" : "**missed**");

async function filled(name, nodes, instances) {
  say(`${name}: ${nodes} nodes with ${instances} instances`);
  const fleet = await Fleet.open(name);
  await fleet.register(nodes);
  if (instances > 0) await fleet.fill(instances);
  return fleet;
}

/** Processor time for a heartbeat, of two fleets in turns. */
async function beats() {
  const fleets = [await filled("none", NODES, 0), await filled("full", NODES, INSTANCES)];
  try {
    for (const fleet of fleets) await fleet.restart();
    await pause(10_000);
    const taken = fleets.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [which, fleet] of fleets.entries()) {
        const { cpu, beats } = await fleet.watch(SECONDS);
        taken[which].push((cpu * 1_000) / beats);
        say(`round ${round + 1}, ${fleet.name}: ${beats} heartbeats, ${(cpu * 1_000).toFixed(0)} ms`);
      }
    }
    const [none, full] = taken.map(median);
    const sides = `${full.toFixed(2)} (${span(taken[1], 2)}) / ${none.toFixed(2)} ms (${span(taken[0], 2)})`;
    const met = full / none <= 1.2 && full <= 0.5;
    row(`CPU per heartbeat: ${NODES} nodes with ${INSTANCES} instances, and with none`, "≤ 1.2 ×, and ≤ 0.5 ms", sides, `${(full / none).toFixed(2)} ×`, verdict(met));
  } finally {
    for (const fleet of fleets) await fleet.close();
  }
}

/** A fleet in which nobody does anything. */
async function quiet(fleet) {
  const alone = await Fleet.open("idle");
  await alone.server.restart();
  await pause(20_000);
  const idle = alone.memory();
  const { cpu: rest, seconds: long } = await alone.watch(SECONDS);
  await alone.close();
  await fleet.restart();
  await pause(40_000);
  const shares = [];
  const memories = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { cpu, beats, seconds } = await fleet.watch(SECONDS);
    shares.push((100 * cpu) / seconds);
    memories.push(fleet.memory());
    say(`round ${round + 1}: ${beats} heartbeats, ${(100 * cpu / seconds).toFixed(1)} % of a core, ${fleet.memory().toFixed(0)} MB`);
  }
  const what = `at ${MANY_NODES} nodes with ${MANY_INSTANCES} instances, all quiet`;
  const share = median(shares);
  row(`share of one core ${what}`, "≤ 10 %", `${share.toFixed(1)} % (${span(shares, 1)})`, `${((100 * rest) / long).toFixed(1)} % with no node`, verdict(share <= 10));
  const more = median(memories) - idle;
  row(`memory beyond idle ${what}`, "≤ 90 MB", `${more.toFixed(0)} MB`, `${median(memories).toFixed(0)} MB against ${idle.toFixed(0)} MB`, verdict(more <= 90));
}

/** Creates that are on disk when they are answered, on as many nodes, with few rows and with many, in turns. The nodes report afterwards. */
async function creates(many) {
  const few = await filled("few", MANY_NODES, FEW);
  try {
    const fleets = [[few, FEW], [many, MANY_INSTANCES]];
    for (const [fleet] of fleets) await fleet.administrators(CALLERS);
    for (const callers of [8, CALLERS]) {
      const rates = [[], []];
      const waits = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        for (const [which, [fleet, count]] of fleets.entries()) {
          fleet.silence(true);
          const { made, times, seconds } = await fleet.create(fleet.callers(callers, round), CREATES, `c${callers}-${round}`);
          fleet.silence(false);
          rates[which].push(made.length / seconds);
          waits[which].push(...times);
          say(`round ${round + 1}, ${callers} callers, ${count} rows: ${(made.length / seconds).toFixed(0)} creates/s`);
          await fleet.remove(made);
          await fleet.settled(count);
        }
      }
      const [a, b] = rates.map(median);
      const how = (which) => `${median(rates[which]).toFixed(0)}/s (${span(rates[which], 0)}), p50 ${at(waits[which], 0.5).toFixed(0)}, p99 ${at(waits[which], 0.99).toFixed(0)} ms`;
      const goal = callers === CALLERS ? "≥ 500/s; ≥ 0.8 × with many rows" : "≥ 0.8 × with many rows";
      const met = b / a >= 0.8 && (callers !== CALLERS || a >= 500);
      row(`durable creates from ${callers} callers on ${MANY_NODES} nodes, with ${FEW} rows and with ${MANY_INSTANCES}`, goal, `${how(0)} / ${how(1)}`, `${(b / a).toFixed(2)} ×`, verdict(met));
    }
  } finally {
    await few.close();
  }
}

/** One command after the other, with pages that follow and without, in turns. */
async function feeds() {
  const fleet = await filled("feeds", NODES, INSTANCES);
  try {
    await fleet.administrators(PEOPLE / 2);
    const people = fleet.people.slice(0, PEOPLE / 2);
    for (let n = people.length; n < PEOPLE; n++) people.push(await fleet.ordinary(`person-${n}`));
    const own = [];
    for (const [n, caller] of people.entries()) {
      own.push(...(await fleet.create([caller], 1, `own-${n}`)).made);
    }
    const waits = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      for (const followed of [false, true]) {
        if (followed) await fleet.follow(people, FEEDS / PEOPLE);
        await pause(2_000);
        for (let n = 0; n < COMMANDS; n++) {
          const { id, caller } = own[n % own.length];
          const on = (Math.floor(n / own.length) + round) % 2 === 0;
          const begin = performance.now();
          await caller.call("PUT", `/instances/${id}/start-on-connect`, { allowed: on });
          waits[Number(followed)].push(performance.now() - begin);
          // A person's pause, in which pages are told.
          await pause(20);
        }
        say(`round ${round + 1}, ${followed ? FEEDS : 0} feeds: median ${median(waits[Number(followed)]).toFixed(1)} ms`);
        await fleet.unfollow();
      }
    }
    const [[n50, n99], [f50, f99]] = waits.map((all) => [at(all, 0.5), at(all, 0.99)]);
    const met = f50 / n50 <= 1.3 && f99 / n99 <= 1.3;
    row(`one command, p50 / p99, with ${FEEDS} feeds of ${PEOPLE} people, half administrators, and with none`, "≤ 1.3 ×",
      `${f50.toFixed(1)} / ${f99.toFixed(1)} ms and ${n50.toFixed(1)} / ${n99.toFixed(1)} ms`, `${(f50 / n50).toFixed(2)} and ${(f99 / n99).toFixed(2)} ×`, verdict(met));
  } finally {
    await fleet.close();
  }
}

/** Starts, and one command after the other, with a long activity log and with a short one, in turns. */
async function activity() {
  const fleets = [await Fleet.open("short"), await Fleet.open("long")];
  try {
    for (const [which, fleet] of fleets.entries()) {
      await fleet.administrators(PEOPLE);
      say(`${fleet.name}: a backup with ${which * LINES} lines is restored`);
      await fleet.remade(which * LINES);
    }
    const starts = [[], []];
    const waits = [[], []];
    const reads = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      // The first of a round is another one each time: what the other leaves behind meets both.
      for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const fleet = fleets[which];
        const begin = performance.now();
        await fleet.server.restart();
        starts[which].push(performance.now() - begin);
        await pause(2_000);
        for (let n = 0; n < COMMANDS; n++) {
          const caller = fleet.people[n % fleet.people.length];
          const begin = performance.now();
          await caller.call("PUT", "/settings", { sign_up: "open", quota: QUOTAS[n % 2] });
          waits[which].push(performance.now() - begin);
          await pause(20);
        }
        for (let n = 0; n < 20; n++) {
          const begin = performance.now();
          await fleet.people[n % fleet.people.length].call("GET", "/events?of=everybody&limit=50");
          reads[which].push(performance.now() - begin);
        }
        say(`round ${round + 1}, ${fleet.name}: start ${starts[which].at(-1).toFixed(0)} ms, median ${median(waits[which]).toFixed(2)} ms`);
      }
    }
    const ratio = (values) => median(values[1]) / median(values[0]);
    const logs = `with ${LINES} lines in the activity log and with few`;
    const start = (which) => `${median(starts[which]).toFixed(0)} ms (${span(starts[which], 0)})`;
    row(`stop and start of the server, ${logs}`, "≤ 1.05 ×", `${start(1)} / ${start(0)}`, `${ratio(starts).toFixed(2)} ×`, verdict(ratio(starts) <= 1.05));
    const shares = [0.5, 0.95, 0.99];
    const told = (which) => shares.map((share) => at(waits[which], share).toFixed(2)).join(" / ");
    row(`one command, p50 / p95 / p99, ${logs}`, "≤ 1.05 ×", `${told(1)} ms and ${told(0)} ms`,
      shares.map((share) => (at(waits[1], share) / at(waits[0], share)).toFixed(2)).join(", "), verdict(ratio(waits) <= 1.05));
    row(`the newest 50 lines, p50, ${logs}`, "none", `${median(reads[1]).toFixed(1)} ms and ${median(reads[0]).toFixed(1)} ms`, `${ratio(reads).toFixed(2)} ×`, "none");
  } finally {
    for (const fleet of fleets) await fleet.close();
  }
}

row("figure", "goal", "measured", "ratio, or what it is compared with", "goal is");
row("---", "---", "---", "---", "---");
if (rows.includes("beats")) await beats();
if (rows.includes("feeds")) await feeds();
if (rows.includes("activity")) await activity();
if (rows.includes("quiet") || rows.includes("creates")) {
  const many = await filled("many", MANY_NODES, MANY_INSTANCES);
  try {
    if (rows.includes("quiet")) await quiet(many);
    if (rows.includes("creates")) await creates(many);
  } finally {
    await many.close();
  }
}
