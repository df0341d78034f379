// Waiting for what must become true, never for a time.
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What was waited for can no longer become true. */
export class Hopeless extends Error {}

/** Asks until the answer is truthy and returns it; after the deadline it fails with what was last seen. */
export async function until(what, ask, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      if (error instanceof Hopeless) throw new Error(`${what}: ${error.message}`, { cause: error });
      last = error;
    }
    await pause(100);
  }
  const seen = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`after ${seconds} s still not so: ${what}; last seen: ${seen}`);
}
