// What an instance costs and keeps as a machine: how long an idle one takes to stop, what its processes hold, and whether a
// database that writes is ever stopped in the middle. PostgreSQL comes from Debian's packages on this machine, because an
// instance of a test reaches no archive. CYCLES=100 stops and starts the database so often.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { must, until } from "./harness.mjs";

const CYCLES = Number(process.env.CYCLES ?? 100);
const STOPS = 30;

export async function machine(world) {
  const { ada } = world;
  const box = await ada.phase((await ada.create("machine")).id, "running", 300);
  const inside = (command) => until(command, async () => {
    const done = await ada.ssh(box, command);
    return done.status === 255 ? undefined : done;
  }, 60).then(({ stdout }) => stdout.trim());
  await inside("systemctl is-system-running --wait");
  await held(world, [box]);
  await stops(ada, box, inside);
  const others = await Promise.all([1, 2, 3, 4].map((n) => ada.create(`machine-${n}`).then(({ id }) => ada.phase(id, "running", 120))));
  await until("all are quiet", () => quiet(world, [box, ...others]), 60);
  await held(world, [box, ...others]);
  for (const { id } of others) await ada.api.remove(`/instances/${id}`);
  await database(world, box, inside);
  await ada.api.remove(`/instances/${box.id}`);
  await ada.gone(box.id);
}

/** The processes of an instance, by the cgroups of its container. */
async function processes(world, instance) {
  const [{ Id }] = await world.engine.containersOf(instance.id);
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const groups = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "")));
  return all.filter((_, at) => groups[at].includes(Id));
}

async function quiet(world, instances) {
  const busy = await Promise.all(instances.map(async (one) => (await processes(world, one)).length));
  return busy.every((count) => count === busy[0]);
}

/** Memory is the sum of PSS: what processes share is counted once over all of them. */
async function held(world, instances) {
  for (const instance of instances.slice(0, 1)) {
    const pids = await processes(world, instance);
    let [memory, files, inotify] = [0, 0, 0];
    const each = [];
    for (const pid of pids) {
      const pss = Number((await readFile(`/proc/${pid}/smaps_rollup`, "utf8")).match(/^Pss:\s+(\d+)/m)[1]);
      const links = (await must("ls", ["-l", `/proc/${pid}/fd`])).split("\n").slice(1).filter(Boolean);
      memory += pss;
      files += links.length;
      inotify += links.filter((line) => line.includes("inotify")).length;
      each.push(`${(await readFile(`/proc/${pid}/comm`, "utf8")).trim()} ${(pss / 1024).toFixed(1)}`);
    }
    console.log(`idle, ${instances.length} of them: ${(memory / 1024).toFixed(1)} MB of memory (PSS; ${each.join(", ")}), ${pids.length} processes, ${files} open files, ${inotify} inotify instances`);
  }
}

async function stops(ada, box, inside) {
  const times = [];
  for (let round = 0; round < STOPS; round++) {
    await inside("systemctl is-system-running --wait");
    const begun = performance.now();
    await ada.api.post(`/instances/${box.id}/stop`);
    await ada.phase(box.id, "stopped", 60);
    times.push(performance.now() - begun);
    await ada.api.post(`/instances/${box.id}/start`);
    await ada.phase(box.id, "running", 60);
  }
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(0);
  console.log(`Stop of an idle instance, asked to stopped, ${STOPS} times: p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)} ms`);
}

async function database(world, box, inside) {
  const { ada } = world;
  const debs = join(world.dir, "debs");
  await mkdir(join(debs, "partial"), { recursive: true });
  await writeFile(join(debs, "status"), await inside("cat /var/lib/dpkg/status"));
  await must("apt-get", ["-q", "-y", "--no-install-recommends", "--download-only", "-o", `Dir::State::status=${debs}/status`, "-o", `Dir::Cache::archives=${debs}/`, "-o", "Debug::NoLocking=1", "install", "postgresql"], { seconds: 600 });
  await must("sh", ["-c", `tar -C ${debs} -c . | ssh -F none -i ${ada.identity} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p ${box.ports[0].host} root@${box.node.address} 'mkdir -p /root/debs && tar -C /root/debs -x && DEBIAN_FRONTEND=noninteractive dpkg -i /root/debs/*.deb >/root/dpkg.log 2>&1 && rm -r /root/debs'`], { seconds: 600 });
  await inside("systemctl enable --now postgresql && su postgres -c \"psql -qc 'create table acknowledged (id int primary key)'\"");
  let [last, lost] = [0, 0];
  for (let cycle = 1; cycle <= CYCLES; cycle++) {
    const first = last + 1;
    // Each line is a number that was committed before it was written.
    const writer = spawn("ssh", ["-F", "none", "-i", ada.identity, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-p", `${box.ports[0].host}`, `root@${box.node.address}`,
      `su postgres -c "for i in \\$(seq ${first} ${first + 100000}); do echo \\"insert into acknowledged values (\\$i); select \\$i;\\"; done | psql -qtA"`]);
    writer.stdout.on("data", (bytes) => {
      const numbers = bytes.toString().split("\n").map(Number).filter((number) => number > 0);
      last = Math.max(last, ...numbers);
    });
    const ended = new Promise((resolve) => writer.on("close", resolve));
    await until(`cycle ${cycle} writes`, () => last > first + 20, 60);
    await ada.api.post(`/instances/${box.id}/stop`);
    await ada.phase(box.id, "stopped", 60);
    await ended;
    await ada.api.post(`/instances/${box.id}/start`);
    await ada.phase(box.id, "running", 60);
    const kept = Number(await until("the database answers", async () => {
      const text = await inside("su postgres -c 'psql -qtAc \"select max(id) from acknowledged\"' 2>/dev/null");
      return /^\d+$/.test(text) && text;
    }, 60));
    if (kept < last) lost += 1;
    last = Math.max(kept, last);
    process.stderr.write(`\rcycle ${cycle} of ${CYCLES}, ${last} commits`);
  }
  process.stderr.write("\n");
  const recoveries = Number(await inside("cat /var/log/postgresql/*.log | grep -c 'automatic recovery' || true"));
  console.log(`a database that writes, ${CYCLES} times Stop and Start, ${last} commits: ${recoveries} recoveries, ${lost} times a commit was lost`);
  assert.deepEqual([recoveries, lost], [0, 0]);
}
