// Containers, as an operator with `docker` or a program inside can harm them, and what is in their way.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";

import { isOpen, pause, until } from "../../harness.mjs";
import { healed } from "./heal.mjs";

/** One container that runs and is ours. */
export async function running(chaos) {
  const all = (await chaos.engine.containers("dockhost.cluster")).filter(({ Id, State }) => State === "running" && !chaos.forged.has(Id));
  return chaos.pick(all);
}

/** By hand, and whether it works or not. */
const byHand = (name) => async (chaos) => {
  const one = await running(chaos);
  if (!one) return undefined;
  await name(chaos, one).catch(() => {});
  return healed;
};

const freezer = (id) => `/sys/fs/cgroup/freezer/docker/${id}/freezer.state`;

export const containers = {
  "a container's first process is killed": byHand((chaos, { Id }) => chaos.engine.call("POST", `/containers/${Id}/kill`)),
  "a container is stopped by hand": byHand((chaos, { Id }) => chaos.engine.call("POST", `/containers/${Id}/stop?t=1`)),
  "a container is restarted by hand": byHand((chaos, { Id }) => chaos.engine.call("POST", `/containers/${Id}/restart?t=1`)),
  "a container is given other limits by hand": byHand((chaos, { Id }) => chaos.engine.call("POST", `/containers/${Id}/update`, { CpuShares: 512 })),
  "a container runs out of memory": byHand(async ({ engine }, { Id }) => {
    await engine.call("POST", `/containers/${Id}/update`, { Memory: 48 << 20, MemorySwap: 48 << 20 });
    const { Id: run } = await engine.call("POST", `/containers/${Id}/exec`, { Cmd: ["tail", "/dev/zero"] });
    await engine.call("POST", `/exec/${run}/start`, { Detach: true });
  }),
  "a container is removed by hand": byHand((chaos, { Id, Labels }) => {
    chaos.removed.add(Labels["dockhost.instance"]);
    return chaos.engine.call("DELETE", `/containers/${Id}?force=1`);
  }),
  "a container is renamed by hand and back": async (chaos) => {
    const one = await running(chaos);
    if (!one) return undefined;
    const name = one.Names[0].slice(1);
    // It is lost while nobody knows it by its name; should its deletion come meanwhile, then it is nobody's.
    chaos.renamed.add(one.Labels["dockhost.instance"]);
    const renamed = await chaos.engine.call("POST", `/containers/${one.Id}/rename?name=hidden-${name}`).then(() => true, () => false);
    await pause(500 + chaos.random() * 2000);
    if (renamed) await until("it has its name again", () => chaos.engine.call("POST", `/containers/${one.Id}/rename?name=${name}`).then(() => true));
    return healed;
  },
  "a container stands still": async (chaos) => {
    const one = await running(chaos);
    const state = one && freezer(one.Id);
    if (!one || !existsSync(state)) return undefined;
    writeFileSync(state, "FROZEN");
    await pause(500 + chaos.random() * 8000);
    return async () => existsSync(state) && writeFileSync(state, "THAWED");
  },
  "a container with our labels appears": async (chaos) => {
    // An engine that was harmed just now may refuse it.
    return (await chaos.forge().catch(() => false)) ? healed : undefined;
  },
  "another program takes host ports of a node that is away": async (chaos) => {
    const node = chaos.pick(chaos.world.nodes);
    const row = (await chaos.world.admin.get("/instances")).find((row) => row.node.id === node.id);
    if (!row) return undefined;
    await node.end("SIGKILL");
    const [{ host: port }] = row.ports;
    const [command, ...rest] = [...chaos.lab.inside, process.execPath, "-e", `require("net").createServer().listen(${port}, "0.0.0.0")`];
    const other = spawn(command, rest, { stdio: "ignore" });
    chaos.children.push(other);
    await until("the other program has the port", () => isOpen(port, chaos.lab.address));
    chaos.launch(node);
    await pause(chaos.random() * 4000);
    return async () => other.kill("SIGKILL");
  },
};
