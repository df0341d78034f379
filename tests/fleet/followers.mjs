// Pages that follow a server, in a process of their own: whoever times commands must not read hundreds of pages meanwhile.
// Told on standard input: { base, headers: [...], tabs }. Says `ready` when all of them have their snapshot, and ends with
// its standard input.
import { until } from "../harness.mjs";
import { onFrames } from "../support/live.mjs";
import { dial } from "./node.mjs";

const lines = process.stdin.setEncoding("utf8")[Symbol.asyncIterator]();
const { base, headers, tabs } = JSON.parse((await lines.next()).value);
for (let n = 0; n < headers.length * tabs; n++) {
  let heard = 0;
  const { socket, head } = await dial(base, "/api/v1/live", headers[n % headers.length]);
  onFrames(socket, head, () => (heard += 1));
  await until("a page has its snapshot", () => heard > 0);
}
process.stdout.write("ready\n");
await lines.next();
process.exit();
