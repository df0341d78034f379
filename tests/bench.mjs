// From create to the first byte of the SSH banner: ours, cold, against `docker run -d -p` of the same image on
// the same engine, in turns: once with the same init and mounts, and once with sshd alone as its first process. Prints the
// medians and the ratios. Then what an instance costs and keeps as a machine, and what the gateway and the terminal cost.
// ONLY=create, ONLY=machine and ONLY=access measure one of the three. DETOUR=1 has the node carry every stream, as one on another machine does.
// LINE=1gbit measures bulk as a client has it that comes through a cable of that rate, as root.
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { access, throughCable } from "./bench-access.mjs";
import { machine } from "./bench-machine.mjs";
import { Lab } from "./chaos/lab.mjs";
import { World, firstBytes, freePort, must, pause } from "./harness.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 30);
const GOAL = 1.15;

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
  await world.node("bench", { max_instances: 8 });
  if (lab) {
    await lab.line(process.env.LINE);
    walled = await lab.route();
    await throughCable(world, lab);
  } else {
    const asked = (what) => !process.env.ONLY || process.env.ONLY === what;
    if (asked("create")) await create();
    if (asked("machine")) await machine(world);
    if (asked("access")) await access(world);
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

  const capabilities = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"];
  const dropped = ["--cap-drop", "ALL", ...capabilities.flatMap((one) => ["--cap-add", one]), "--pids-limit", "512"];
  const boot = ["--cgroupns", "private", "--tmpfs", "/run", "--tmpfs", "/run/lock"];
  // On version 1 of cgroups a folder of its own stands for what the node opens; on version 2 plain Docker has no such way.
  const v1 = "/sys/fs/cgroup/systemd";
  const own = join(v1, `dockhost-bench-${process.pid}`);
  if (existsSync(v1)) await mkdir(own, { recursive: true });
  const ways = {
    "the same init and mounts": (image) => [...dropped, ...boot, "-v", `${own}:${v1}:rw`, "--entrypoint", "/sbin/init", image],
    "sshd as its first process": (image) => [...dropped, "--entrypoint", "/bin/sh", image, "-c", "mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e"],
  };

  async function theirs(image, way) {
    const port = await freePort();
    const { ms, result } = await timed(async () => {
      const id = (await docker("run", "-d", "-p", `127.0.0.1:${port}:22`, "-v", `${keys}:/run/dockhost:ro`, ...ways[way](image))).trim();
      await banner(port);
      return id;
    });
    await docker("rm", "--force", "--volumes", result);
    return ms;
  }

  // The first one builds the image, and warms what both use.
  const { image } = await ours("warm-up");
  const peers = Object.fromEntries(Object.keys(ways).filter((way) => existsSync(v1) || !way.includes("init")).map((way) => [way, []]));
  for (const way of Object.keys(peers)) await theirs(image, way);
  const mine = [];
  for (let round = 1; round <= ROUNDS; round++) {
    mine.push((await ours(round)).ms);
    for (const [way, times] of Object.entries(peers)) times.push(await theirs(image, way));
    process.stderr.write(`\rround ${round} of ${ROUNDS}`);
  }
  process.stderr.write("\n");
  const sorted = (times) => [...times].sort((a, b) => a - b);
  const at = (times, part) => sorted(times)[Math.min(times.length - 1, Math.floor(times.length * part))];
  const told = (times) => `p50 ${at(times, 0.5).toFixed(0)}, p95 ${at(times, 0.95).toFixed(0)}, ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;
  console.log(`DockHost, create to SSH banner, systemd: ${told(mine)}`);
  for (const [way, times] of Object.entries(peers)) {
    const ratio = at(mine, 0.5) / at(times, 0.5);
    console.log(`docker run -d -p, ${way}: ${told(times)}; ratio ${ratio.toFixed(2)} over ${ROUNDS} rounds each`);
  }
  // What systemd made in it is empty by now.
  if (existsSync(own)) await must("find", [own, "-depth", "-type", "d", "-delete"]);
  console.log(`the goal against the same init and mounts is ${GOAL} or less`);
}
