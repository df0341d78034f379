// Small disks, one for each thing that may fill one.
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";

import { must, run, until } from "../harness.mjs";

export class Disks {
  constructor(dir) {
    Object.assign(this, { dir, mounted: [] });
  }

  /** In memory. */
  async small(size) {
    const at = this.#place();
    await must("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", at]);
    return at;
  }

  /** A file system in a file, as an engine needs one. */
  async large(size, at) {
    const image = join(this.dir, `disk-${this.mounted.length}.img`);
    mkdirSync(at, { recursive: true });
    await must("truncate", ["-s", size, image]);
    await must("mkfs.ext4", ["-q", "-F", image]);
    await must("mount", ["-o", "loop", image, at]);
    this.mounted.push(at);
  }

  #place() {
    const at = join(this.dir, `disk-${this.mounted.length}`);
    mkdirSync(at);
    this.mounted.push(at);
    return at;
  }

  async close() {
    for (const at of this.mounted) {
      await until(`${at} is unmounted`, async () => {
        const { status, stderr } = await run("umount", [at]);
        return status === 0 || /not mounted|no mount point/.test(stderr);
      });
    }
  }
}

/** Writes until the disk is full, in ever smaller pieces; answers with how there is room again. */
export async function fill(dir) {
  const path = join(dir, "filler");
  const { bavail, bsize } = statfsSync(dir);
  const most = bavail * bsize - (1 << 20);
  if (most > 64 << 20) await must("fallocate", ["-l", String(most), path]);
  const file = openSync(path, "a");
  for (let size = 1 << 20; size >= 256; size >>= 1) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size, 1));
    } catch (error) {
      if (error.code !== "ENOSPC") throw error;
    }
  }
  closeSync(file);
  return async () => rmSync(path, { force: true });
}
