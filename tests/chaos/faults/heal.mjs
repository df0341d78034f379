// What faults have in common.
import { pause } from "../../harness.mjs";

/** Nothing is left to heal. */
export const healed = async () => {};

/** Stops a program for a while, mostly a short one. */
export async function hold(chaos, pid) {
  process.kill(pid, "SIGSTOP");
  await pause(500 + chaos.random() ** 3 * 20_000);
  process.kill(pid, "SIGCONT");
  return healed;
}
