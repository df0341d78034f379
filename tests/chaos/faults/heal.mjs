// What faults have in common.
import { pause } from "../../harness.mjs";

/** Nothing is left to heal. */
export const healed = async () => {};

/** Beside each other: what one of them waits for may be what another one heals. The first that fails is thrown when all
    are over. */
export async function all(heals) {
  const ends = await Promise.allSettled(heals.map((heal) => heal()));
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

/** Unless another fault ended that program just now. */
export function send(pid, signal = "SIGKILL") {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Stops a program for a while, mostly a short one. */
export async function hold(chaos, pid) {
  send(pid, "SIGSTOP");
  await pause(500 + chaos.random() ** 3 * 20_000);
  send(pid, "SIGCONT");
  return healed;
}
