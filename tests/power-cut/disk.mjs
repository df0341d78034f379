// A disk whose power can be cut: a file with an ext4 file system that is mounted through a loop device.
import { mkdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { must } from "../support/process.mjs";
import { until } from "../support/wait.mjs";

// EXT4_IOC_SHUTDOWN without flushing the journal: from that moment nothing reaches the disk any more. It says when
// it began, by the clock that all processes share.
const CUT = `import fcntl, os, struct, sys, time
root = os.open(sys.argv[1], os.O_RDONLY)
begin = time.monotonic_ns()
fcntl.ioctl(root, 0x8004587D, struct.pack('I', 2))
print(begin)`;

export class Disk {
  /** A new one, mounted on `DIR/disk`. */
  static async create(dir, megabytes = 256) {
    const disk = new Disk();
    Object.assign(disk, { image: join(dir, "disk.img"), root: join(dir, "disk"), mounted: false });
    await mkdir(disk.root);
    await writeFile(disk.image, "");
    await truncate(disk.image, megabytes << 20);
    await must("mkfs.ext4", ["-q", "-F", disk.image]);
    await disk.mount();
    return disk;
  }

  /** Why there can be none on this machine; nothing when there can. */
  static async impossible(dir) {
    if (process.getuid() !== 0) return "only root may mount a disk";
    let disk;
    try {
      disk = await Disk.create(dir, 16);
      await disk.cut();
    } catch (error) {
      return `no disk can be mounted and cut here: ${error.message.trim()}`;
    } finally {
      await disk?.unmount();
      await rm(join(dir, "disk"), { recursive: true, force: true });
      await rm(join(dir, "disk.img"), { force: true });
    }
  }

  async mount() {
    await must("mount", ["-o", "loop", this.image, this.root]);
    this.mounted = true;
  }

  /** Answers with the moment, as `process.hrtime.bigint()` counts. */
  async cut() {
    return BigInt(await must("python3", ["-c", CUT, this.root]));
  }

  async unmount() {
    if (!this.mounted) return;
    await must("umount", [this.root]);
    this.mounted = false;
    // As long as anybody holds it, mounting again would give back the dead one.
    await until("the loop device is free", async () => (await this.#held()) === "", 20);
  }

  async #held() {
    return (await must("losetup", ["-j", this.image])).trim();
  }

}
