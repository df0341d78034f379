// From create to the first byte of the SSH banner: ours, cold, against `docker run -d -p` of the same image on
// the same engine, in turns. Prints both medians and the ratio. Then what the gateway and the terminal cost. ONLY=create
// and ONLY=access measure one of the two. DETOUR=1 has the node carry every stream, as one on another machine does.
// LINE=1gbit measures bulk as a client has it that comes through a cable of that rate, as root.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { access, throughCable } from "./bench-access.mjs";
import { Lab } from "./chaos/lab.mjs";
import { World, firstBytes, freePort, must, pause } from "./harness.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 20);
const GOAL = 1.1;

/** Until the instance speaks SSH there; a connection that is refused, or answered by the node, is tried again at once. */
async function banner(port) {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    try {
      if ((await firstBytes(port, "127.0.0.1", 5)).startsWith("SSH-2.0-OpenSSH")) return;
    } catch {
      // Not yet there.
    }
    await pause(2);
  }
  throw new Error(`no SSH banner on port ${port} in 30 s`);
}

async function timed(work) {
  const begin = performance.now();
  const result = await work();
  return { ms: performance.now() - begin, result };
}

// From another address than the server's, a node passes for one on another machine, and carries the bytes itself.
const lab = process.env.LINE && (await Lab.open());
const host = lab ? lab.host : process.env.DETOUR ? "127.0.0.2" : "127.0.0.1";
let world, walled;
try {
  world = await World.open({ host });
  await world.ada.addKey();
  await world.node("bench", { max_instances: 4 });
  if (lab) {
    await lab.line(process.env.LINE);
    walled = await lab.route();
    await throughCable(world, lab);
  } else {
    if (process.env.ONLY !== "access") await create();
    if (process.env.ONLY !== "create") await access(world);
  }
} finally {
  await walled?.();
  await world?.close();
  await lab?.close?.();
}

async function create() {
  const { api } = world.ada;

  async function ours(round) {
    const { ms, result } = await timed(async () => {
      const view = await world.ada.create(`bench-${round}`);
      await banner(view.ports.find((port) => port.container === 22).host);
      return view;
    });
    const [container] = await world.engine.containersOf(result.id);
    await api.remove(`/instances/${result.id}`);
    await world.ada.gone(result.id);
    return { ms, image: container.Image };
  }

  const docker = (...args) => must("docker", ["-H", `unix://${world.engine.socket}`, ...args]);
  // The image has no host key of its own, so theirs is given one in the way that ours is.
  const keys = join(world.dir, "their-keys");
  await mkdir(keys);
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(keys, "ssh_host_ed25519_key")]);

  async function theirs(image) {
    const port = await freePort();
    const { ms, result } = await timed(async () => {
      const id = (await docker("run", "-d", "-p", `127.0.0.1:${port}:22`, "-v", `${keys}:/run/dockhost:ro`, image)).trim();
      await banner(port);
      return id;
    });
    await docker("rm", "--force", "--volumes", result);
    return ms;
  }

  // The first one builds the image, and warms what both use.
  const { image } = await ours("warm-up");
  await theirs(image);
  const mine = [];
  const plain = [];
  for (let round = 1; round <= ROUNDS; round++) {
    mine.push((await ours(round)).ms);
    plain.push(await theirs(image));
    process.stderr.write(`\rround ${round} of ${ROUNDS}`);
  }
  process.stderr.write("\n");
  const median = (times) => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const ratio = median(mine) / median(plain);
  const spread = (times) => `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;
  console.log(`DockHost, create to SSH banner:   median ${median(mine).toFixed(0)} ms (${spread(mine)})`);
  console.log(`docker run -d -p to SSH banner:   median ${median(plain).toFixed(0)} ms (${spread(plain)})`);
  console.log(`ratio ${ratio.toFixed(2)} over ${ROUNDS} rounds each; the goal is ${GOAL} or less`);
}
