// The container engine, and what a node hears of it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { pause } from "../../harness.mjs";
import { MISTAKES, denial } from "../engine-socket.mjs";
import { running } from "./containers.mjs";
import { healed, hold, send } from "./heal.mjs";

const DOCKERD = "dockerd.pid";
const CONTAINERD = "run/containerd/containerd.pid";

const mistakes = Object.entries(MISTAKES).map(([name, mistake]) => [
  `the engine ${name}`,
  async (chaos) => {
    const { engine } = chaos.pick(chaos.world.nodes);
    engine.mistake = mistake;
    await pause(500 + chaos.random() * 3000);
    return async () => (engine.mistake = undefined);
  },
]);

export const engine = {
  "dockerd stands still": (chaos) => hold(chaos, chaos.pid(DOCKERD)),
  "containerd stands still": (chaos) => hold(chaos, chaos.pid(CONTAINERD)),
  "dockerd is killed": async (chaos) => {
    await chaos.engine.restart("SIGKILL");
    return healed;
  },
  "dockerd is restarted": async (chaos) => {
    await chaos.engine.restart();
    return healed;
  },
  "containerd is killed": async (chaos) => {
    // Its supervisor, dockerd, starts it again.
    send(chaos.pid(CONTAINERD));
    return healed;
  },
  "containers outlive dockerd, or no longer do": async (chaos) => {
    const file = join(chaos.engine.dir, "engine.json");
    const settings = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...settings, "live-restore": !settings["live-restore"] }));
    send(chaos.pid(DOCKERD), "SIGHUP");
    return healed;
  },
  "everything is killed at once": async (chaos) => {
    const { world } = chaos;
    for (const one of [world.server, ...world.nodes]) await one.end("SIGKILL");
    send(chaos.pid(CONTAINERD));
    await chaos.engine.restart("SIGKILL");
    // Whoever runs again by then was started by another fault.
    const starts = [() => world.server.process.alive || world.server.start()];
    for (const node of world.nodes) starts.push(async () => node.process.alive || chaos.launch(node));
    // In whatever order.
    return async () => {
      for (const start of starts.sort(() => chaos.random() - 0.5)) await start();
    };
  },
  "the engine denies one container that exists": async (chaos) => {
    const one = await running(chaos);
    if (!one) return undefined;
    chaos.denied.add(one.Labels["dockhost.instance"]);
    // Whichever node has it.
    for (const { engine } of chaos.world.nodes) engine.mistake = denial(one.Names[0].slice(1));
    await pause(500 + chaos.random() * 3000);
    return async () => {
      for (const { engine } of chaos.world.nodes) engine.mistake = undefined;
    };
  },
  ...Object.fromEntries(mistakes),
};
