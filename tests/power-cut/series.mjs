// Power cuts one after the other on one disk, with a server that writes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { Api, PASSWORD, Server, freePort, pause, session } from "../harness.mjs";
import { launch } from "./clients.mjs";
import { Disk } from "./disk.mjs";
import { Ledger } from "./ledger.mjs";

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Tokens make no tokens. */
async function signedIn(server) {
  return new Api(server.base, (await session(server.base, "ada", PASSWORD)).headers);
}

/** Why this machine cannot do it; nothing when it can. */
export async function impossible() {
  const dir = await mkdtemp(join(tmpdir(), "dockhost-cut-"));
  try {
    return await Disk.impossible(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** While clients write: most cuts in full flow, some right after the start. */
async function cutWrites(disk, server, moments, { api, ledger, choices }) {
  const clients = launch(api, ledger, choices);
  await pause(moments() < 0.2 ? moments() * 50 : 50 + moments() * 1200);
  const moment = await disk.cut();
  await server.end("SIGKILL");
  clients.stop();
  const wrong = await clients.ended;
  return { wrong, late: ledger.cut(moment) };
}

/** While the server opens its store, and may be busy with putting it right. */
async function cutStart(disk, server, moments) {
  await server.end("SIGKILL");
  server.launch();
  await pause(moments() * 120);
  await disk.cut();
  await server.end("SIGKILL");
}

/** Makes that many cuts and answers with what they showed. `tell` hears of each violation and of each cut. */
export async function powerCuts({ cuts, seed, tell = () => {} }) {
  const figures = { cuts, opened: 0, acknowledged: 0, lost: 0, cameBack: 0, slowest: 0, late: 0, wrong: [] };
  // The moments repeat whatever the clients draw, which depends on who is answered first.
  const [moments, choices] = [sequence(seed), sequence(~seed)];
  const ledger = new Ledger();
  const dir = await mkdtemp(join(tmpdir(), "dockhost-cut-"));
  let disk, server;
  try {
    disk = await Disk.create(dir);
    server = new Server(disk.root, await freePort(), {});
    await server.start();
    await server.adminOk(["create-administrator", "ada", "ada@example.org"], `${PASSWORD}\n`);
    let api = await signedIn(server);
    for (let cut = 1; cut <= cuts; cut++) {
      const before = ledger.acknowledged;
      const starting = moments() < 0.15;
      if (starting) await cutStart(disk, server, moments);
      else {
        const { wrong, late } = await cutWrites(disk, server, moments, { api, ledger, choices });
        figures.wrong.push(...wrong);
        figures.late += late;
      }
      await disk.unmount();
      await disk.mount();
      const begin = performance.now();
      try {
        await server.start();
      } catch (error) {
        figures.wrong.push(`cut ${cut}: the server does not start: ${error.message}`);
        break;
      }
      const took = performance.now() - begin;
      figures.opened++;
      figures.slowest = Math.max(figures.slowest, took);
      const answer = await api.call("GET", "/tokens");
      const readable = answer.status === 200;
      if (!readable) figures.wrong.push(`cut ${cut}: the clients' own session is refused: ${answer.text}`);
      const listed = readable ? answer.body.filter(({ name }) => name.startsWith("cut-")) : [];
      const { lost, cameBack } = ledger.check(listed);
      figures.lost += lost.length;
      figures.cameBack += cameBack.length;
      figures.acknowledged = ledger.acknowledged;
      if (lost.length + cameBack.length > 0) tell(`cut ${cut}: lost ${lost.join(" ")}; came back ${cameBack.join(" ")}`);
      const what = starting ? "while it started" : `${ledger.acknowledged - before} acknowledged`;
      tell(`cut ${cut} of ${cuts}: ${what}; opened in ${took.toFixed(0)} ms`);
      if (!readable) break;
      // What makes tokens takes a password that was given lately.
      api = await signedIn(server);
    }
  } finally {
    await server?.process?.end("SIGKILL");
    await disk?.unmount();
    await rm(dir, { recursive: true, force: true });
  }
  return figures;
}

/** The closing line, and whether everything was as it must be. */
export function verdict({ cuts, opened, acknowledged, lost, cameBack, slowest, late, wrong }) {
  const line =
    `(answered while the power was cut, not counted: ${late})\n` +
    `${cuts} power cuts: opened ${opened}/${cuts}, acknowledged changes ${acknowledged}, lost ${lost}, ` +
    `came back ${cameBack}, slowest start ${slowest.toFixed(0)} ms`;
  return { line, sound: opened === cuts && acknowledged > 0 && lost + cameBack + wrong.length === 0 };
}
