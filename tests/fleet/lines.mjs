// A backup with as many lines of the activity log as wanted, written piece by piece: it is larger than a text may be.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { once } from "node:events";

/** Lines that are written at once. */
const AT_ONCE = 5_000;
const HEAD = "dockhost-backup 1 sha256:";
/** Things that the lines speak of. */
const THINGS = 1_000;

/** Line `number` of `count`, of the last 60 days: every fifth is somebody's command, the others are what a node saw. */
function line(number, count, people) {
  const at = new Date(Date.now() - (count - number) * (60 * 86_400_000 / count)).toISOString();
  const thing = number % THINGS;
  const person = people[thing % people.length];
  const node = { id: `n-${(thing % 50).toString(16).padStart(16, "0")}`, name: `node-${thing % 50}` };
  const subject = { kind: "instance", id: `i-${thing.toString(16).padStart(16, "0")}`, name: `box-${thing}` };
  const of = { number, at, subject, owner: person.id, node: node.id };
  return number % 5 === 0
    ? { ...of, cause: { who: "person", id: person.id, name: person.username, way: "token", address: "192.0.2.1" }, kind: "asked", details: { verb: "restart" } }
    : { ...of, cause: { who: "node", ...node, address: "192.0.2.2" }, kind: "moved", details: { moved: "restarted" } };
}

/** Writes to `to` the backup `from`, with that many lines behind its own. */
export async function withLines(from, to, count, people) {
  const { activity = [], ...rest } = JSON.parse((await readFile(from, "utf8")).split("\n")[1]);
  const first = activity.length + 1;
  function* pieces() {
    yield `${JSON.stringify(rest).slice(0, -1)},"activity":[${activity.map((own) => JSON.stringify(own)).join(",")}`;
    for (let begin = 0; begin < count; begin += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, count - begin) }, (_, n) => begin + n);
      yield numbers.map((n) => `,${JSON.stringify(line(first + n, first + count, people))}`).join("");
    }
    yield "]}";
  }
  // The checksum stands first and is known last.
  const hash = createHash("sha256");
  const file = createWriteStream(to);
  file.write(`${HEAD}${"0".repeat(64)}\n`);
  for (const piece of pieces()) {
    hash.update(piece);
    if (!file.write(piece)) await once(file, "drain");
  }
  file.end("\n");
  await once(file, "close");
  const again = createWriteStream(to, { flags: "r+" });
  again.end(`${HEAD}${hash.digest("hex")}`);
  await once(again, "close");
}
