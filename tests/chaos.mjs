// Chaos on a real engine, at length. FAULTS (500) random ones, then every crash point SEEDS (3) times; SEED repeats a
// run. ONLY=faults or ONLY=points plays one half, KINDS the faults whose names match.
import { Chaos } from "./chaos/chaos.mjs";
import { play, report } from "./chaos/play.mjs";

const number = (name, usual) => Number(process.env[name] ?? usual);
const seed = number("SEED", Math.floor(Math.random() * 1e9));
const only = process.env.ONLY;
console.log(`seed ${seed}`);
// An interrupted run ends after its next look at everything, and leaves nothing behind.
let over = false;
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (over = true));
const chaos = await Chaos.open(seed);
const found = [];
try {
  await play(chaos, found, { isOver: () => over, faults: only === "points" ? 0 : number("FAULTS", 500), seeds: only === "faults" ? 0 : number("SEEDS", 3) });
} catch (error) {
  console.log(error);
  found.push({ kind: "broken", what: error.message });
}
await chaos.close().catch((error) => {
  console.log(error.message);
  found.push({ kind: "left behind", what: error.message });
});
report(chaos, found);
if (found.length) console.log(`play it again with: SEED=${seed} make chaos`);
// Whatever is still open, such as a connection to a program that was killed, keeps nobody waiting.
process.exit(found.length ? 1 : 0);
