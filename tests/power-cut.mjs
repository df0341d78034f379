// Power cuts of the store, at length: what was acknowledged must be there afterwards. SEED repeats the moments.
import { impossible, powerCuts, verdict } from "./power-cut/series.mjs";

const cuts = Number(process.env.CUTS ?? 100);
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));

const reason = await impossible();
if (reason) {
  console.error(`cannot go on: ${reason}`);
  process.exit(2);
}
// Whoever interrupts ends the server too; the series then ends by itself and leaves nothing mounted.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
console.log(`SEED=${seed}`);
const figures = await powerCuts({ cuts, seed, tell: (line) => console.log(line) });
for (const line of figures.wrong) console.log(`WRONG: ${line}`);
const { line, sound } = verdict(figures);
console.log(line);
if (!sound) console.log(`again: SEED=${seed} CUTS=${cuts} make powercut`);
process.exitCode = sound ? 0 : 1;
