// What goes wrong. Each fault does its harm and gives back how it is healed.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { pause } from "../harness.mjs";

const nothing = async () => {};

/** One container that runs and is ours. */
async function container(chaos) {
  const all = (await chaos.world.engine.containers("dockhost.cluster")).filter(({ Id, State }) => State === "running" && !chaos.forged.has(Id));
  return chaos.pick(all);
}

const hold = async (pid, chaos) => {
  process.kill(pid, "SIGSTOP");
  await pause(500 + chaos.random() * 3000);
  process.kill(pid, "SIGCONT");
  return nothing;
};

/** Writes until the disk is full, in ever smaller pieces. */
function fill(dir) {
  const path = join(dir, "filler");
  for (let size = 1 << 20; size >= 256; size >>= 1) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size, 1), { flag: "a" });
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
  return async () => rmSync(path, { force: true });
}

export const FAULTS = {
  "the server is killed": async ({ world }) => {
    await world.server.end("SIGKILL");
    return () => world.server.start();
  },
  "the server is restarted": async ({ world }) => {
    await world.server.restart();
    return nothing;
  },
  "the server stands still": (chaos) => hold(chaos.world.server.process.pid, chaos),
  "a node is killed": async (chaos) => {
    const node = chaos.pick(chaos.world.nodes);
    await node.end("SIGKILL");
    return () => chaos.launch(node);
  },
  "a node is restarted": async (chaos) => {
    const node = chaos.pick(chaos.world.nodes);
    await node.end();
    chaos.launch(node);
    return nothing;
  },
  "a node stands still": (chaos) => hold(chaos.pick(chaos.world.nodes).process.pid, chaos),
  "the link of a node is cut": async (chaos) => {
    chaos.pick(chaos.world.nodes).link.cut();
    return nothing;
  },
  "the link of a node goes dead": async (chaos) => {
    const { link } = chaos.pick(chaos.world.nodes);
    link.die();
    await pause(chaos.random() * 6000);
    return async () => link.revive();
  },
  "dockerd stands still": (chaos) => hold(chaos.pid("dockerd.pid"), chaos),
  "containerd stands still": (chaos) => hold(chaos.pid("run/containerd/containerd.pid"), chaos),
  "dockerd is killed": async ({ world }) => {
    await world.engine.restart("SIGKILL");
    return nothing;
  },
  "dockerd is restarted": async ({ world }) => {
    await world.engine.restart();
    return nothing;
  },
  "a container's first process is killed": async (chaos) => {
    const one = await container(chaos);
    if (one) await chaos.world.engine.call("POST", `/containers/${one.Id}/kill`).catch(nothing);
    return nothing;
  },
  "a container is stopped by hand": async (chaos) => {
    const one = await container(chaos);
    if (one) await chaos.world.engine.call("POST", `/containers/${one.Id}/stop?t=1`).catch(nothing);
    return nothing;
  },
  "a container is removed by hand": async (chaos) => {
    const one = await container(chaos);
    if (one) {
      chaos.removed.add(one.Labels["dockhost.instance"]);
      await chaos.world.engine.call("DELETE", `/containers/${one.Id}?force=1`).catch(nothing);
    }
    return nothing;
  },
  "a container with our labels appears": async (chaos) => {
    await chaos.forge();
    return nothing;
  },
  "the disk of a node is full": async (chaos) => {
    const heal = fill(chaos.pick(chaos.world.nodes).dir);
    await pause(chaos.random() * 3000);
    return heal;
  },
  "the disk of the database is full": async (chaos) => {
    const heal = fill(chaos.world.server.dir);
    await pause(chaos.random() * 2000);
    return heal;
  },
};
