// The server and the nodes, and their clocks.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Clock } from "../clock.mjs";
import { healed, hold } from "./heal.mjs";

const node = (chaos) => chaos.pick(chaos.world.nodes);
const HOURS = [-24, -1, 1, 24];

export const programs = {
  "the server is killed": async ({ world }) => {
    await world.server.end("SIGKILL");
    return () => world.server.start();
  },
  "the server is restarted": async ({ world }) => {
    await world.server.restart();
    return healed;
  },
  "the server stands still": (chaos) => hold(chaos, chaos.world.server.process.pid),
  "the server's clock jumps": async (chaos) => {
    if (!Clock.exists()) return undefined;
    chaos.clocks.server.set(chaos.pick(HOURS));
    return async () => chaos.clocks.server.set(0);
  },
  "a node is killed": async (chaos) => {
    const one = node(chaos);
    await one.end("SIGKILL");
    return async () => one.process.alive || chaos.launch(one);
  },
  "a node is restarted": async (chaos) => {
    const one = node(chaos);
    await one.end();
    chaos.launch(one);
    return healed;
  },
  "a node stands still": (chaos) => hold(chaos, node(chaos).process.pid),
  "a node's clock jumps": async (chaos) => {
    if (!Clock.exists()) return undefined;
    const { clock } = node(chaos);
    clock.set(chaos.pick(HOURS));
    return async () => clock.set(0);
  },
  "a node loses its data directory": async (chaos) => {
    const one = node(chaos);
    await one.end("SIGKILL");
    // The keys stay: they are mounted into containers that run.
    for (const name of readdirSync(one.dir).filter((name) => name !== "instances")) rmSync(join(one.dir, name), { recursive: true });
    chaos.launch(one);
    return healed;
  },
};
