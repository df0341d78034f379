// Waiting for what must become true, never for a time.
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is truthy and returns it; after the deadline it fails with what was last seen. */
export async function until(what, ask, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < deadline) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await pause(100);
  }
  const seen = last instanceof Error ? last.message : JSON.stringify(last);
  throw new Error(`after ${seconds} s still not so: ${what}; last seen: ${seen}`);
}
