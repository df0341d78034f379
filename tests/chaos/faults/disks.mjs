// Full disks: of a node, of the database, of the engine, of the logs.
import { join } from "node:path";

import { pause } from "../../harness.mjs";
import { fill } from "../disks.mjs";

const full = (where) => async (chaos) => {
  const heal = await fill(where(chaos));
  await pause(chaos.random() * 3000);
  return heal;
};

export const disks = {
  "the disk of a node is full": full((chaos) => chaos.pick(chaos.world.nodes).dir),
  "the disk of the database is full": full(({ world }) => world.server.dir),
  "the disk of the engine is full": full(({ engine }) => join(engine.dir, "data")),
  "the disk of the logs is full": full(({ world }) => world.logs),
};
