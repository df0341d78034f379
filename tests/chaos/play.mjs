// The order of things: random faults in small batches, then every crash point.
import { pause } from "../harness.mjs";
import { all } from "./faults/heal.mjs";
import { FAULTS, isGentle, mayNotOverlap, needsHealth } from "./faults/index.mjs";
import { ofNode, ofServer } from "./points.mjs";

/** Faults between two looks at everything. */
const BATCH = 4;

/** Adds every violation to `found`; ends early, between two looks, when `isOver` says so. */
export async function play(chaos, found, { faults, seeds, points = Infinity, isOver = () => false }) {
  chaos.played = new Map();
  chaos.passed = new Map();
  const kinds = Object.keys(FAULTS).filter((name) => new RegExp(process.env.KINDS ?? "").test(name));
  for (let done = 0; done < faults && !isOver(); done += BATCH) {
    const names = Array.from({ length: Math.min(BATCH, faults - done) }, () => kinds[Math.floor(chaos.fate() * kinds.length)]);
    found.push(...(await chaos.round(`${done + names.length} of ${faults}: ${names.join("; ")}`, (heals) => harm(chaos, names, heals), names.every(isGentle))));
  }
  for (let n = 1; n <= seeds; n++) {
    for (const [whose, all] of [["server", ofServer], ["node", ofNode]]) {
      for (const point of all.slice(0, points)) {
        if (isOver()) return;
        let came = false;
        const crash = async () => {
          came = whose === "server" ? await chaos.crashServer(point, n) : await chaos.crashNode(chaos.pick(chaos.world.nodes), point, n);
        };
        found.push(...(await chaos.round(`${whose} at ${point}, passing ${n}`, crash, true)));
        const counts = chaos.passed.get(point) ?? { came: 0, tried: 0 };
        chaos.passed.set(point, { came: counts.came + Number(came), tried: counts.tried + 1 });
      }
    }
  }
  for (const [point, { came }] of points === Infinity ? chaos.passed : []) {
    if (!came) found.push({ kind: "untried", what: `no program ever came to ${point}` });
  }
}

/** Adds to `heals` what is still to be healed afterwards. */
async function harm(chaos, names, heals) {
  for (const name of names) {
    if (needsHealth(name)) await all(heals.splice(0));
    await pause(100 + chaos.random() * 600);
    const heal = await FAULTS[name](chaos);
    // There was nothing to do it to.
    if (!heal) continue;
    heals.push(heal);
    chaos.played.set(name, (chaos.played.get(name) ?? 0) + 1);
    await pause(200 + chaos.random() * 1000);
    // Some overlap with the next fault.
    if (mayNotOverlap(name) || chaos.random() < 0.6) await all(heals.splice(heals.indexOf(heal), 1));
  }
}

export function report(chaos, found) {
  const { people, played = new Map(), passed = new Map() } = chaos;
  const kinds = (kind) => found.filter((one) => one.kind === kind).length;
  for (const [name, count] of [...played].sort()) console.log(`${String(count).padStart(5)}  ${name}`);
  for (const [name, { came, tried }] of [...passed].sort()) console.log(`${came}/${tried}  crash at ${name}`);
  const faults = [...played.values()].reduce((sum, count) => sum + count, 0);
  const crashes = [...passed.values()].reduce((sum, { came }) => sum + came, 0);
  const never = [...passed].filter(([, { came }]) => came === 0).map(([name]) => name);
  console.log(`the machine was restarted ${chaos.restarts} times as the page asked for; containers that did not start after that: ${chaos.broken.size}`);
  if (never.length) console.log(`never reached: ${never.join(", ")}`);
  console.log(
    `${faults} faults and ${crashes} crashes at ${passed.size} points, ${people.acknowledged} operations acknowledged ` +
      `(${((people.asked / chaos.worked) * 1000).toFixed(1)} asked a second), lost ${kinds("lost")}, doubled ${kinds("doubled")}, ` +
      `leaked ${kinds("leaked")}, ${found.length} violations; slowest convergence ${chaos.slowest.toFixed(1)} s`,
  );
}
