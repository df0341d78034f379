// What axe-core finds on a page as it is now, by its rules of the standard and of good practice.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./process.mjs";

const source = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/** One line for each element that a rule is broken by: the rule, the element, and why. */
export async function audit(page) {
  // Evaluated and not put into the page, whose policy runs no script of others.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  // A colour that is just changing is neither the one nor the other.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished)));
  const violations = await page.evaluate(async () => (await globalThis.axe.run(document, { preload: false, resultTypes: ["violations"] })).violations);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} (${failureSummary.replace(/\s+/g, " ")})`));
}
