// What axe-core finds on a page as it is now, by its rules of the standard and of good practice.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { root } from "./process.mjs";

const source = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");

/** The rules whose verdict depends on the colours. */
export const OF_COLOURS = ["color-contrast", "link-in-text-block"];

/** One line for each element that a rule is broken by: the rule, the element, and why. Without `rules`, all are asked. */
export async function audit(page, rules) {
  // Evaluated and not put into the page, whose policy runs no script of others.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  // A colour that is just changing is neither the one nor the other.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished)));
  const options = { preload: false, resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  const violations = await page.evaluate(async (options) => (await globalThis.axe.run(document, options)).violations, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} (${failureSummary.replace(/\s+/g, " ")})`));
}
