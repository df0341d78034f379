// Cuts the fonts to what nearly every page shows: ASCII and a few marks, the weights that the pages use, the features that
// tailwind.css asks for. Whatever else is on a page is fetched then, from the whole font beside it; tailwind.css says which
// characters are in which. Usage: node scripts/fonts.mjs FOLDER
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import subsetFont from "subset-font";

const FILES = fileURLToPath(new URL("../node_modules/@fontsource-variable/", import.meta.url));
const FONTS = [
  { name: "inter", weights: { min: 400, max: 600 }, features: ["kern", "tnum", "calt", "cv11", "ss03"] },
  { name: "jetbrains-mono", weights: { min: 400, max: 700 }, features: ["zero"] },
];
const text = [...Array(0x7f - 0x20).keys()].map((at) => String.fromCodePoint(0x20 + at)).join("") + "\u00a0·×–—‘’“”…";

const folder = process.argv[2];
if (!folder) throw new Error("into which folder? Usage: node scripts/fonts.mjs FOLDER");

for (const { name, weights, features } of FONTS) {
  const from = join(FILES, name, "files", `${name}-latin-wght-normal.woff2`);
  const [whole, cut] = [join(folder, `${name}-latin.woff2`), join(folder, `${name}.woff2`)];
  const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Math.min(age(whole), age(cut)) > Math.max(age(from), age(new URL(import.meta.url)))) continue;
  const font = readFileSync(from);
  writeFileSync(whole, font);
  writeFileSync(cut, await subsetFont(font, text, { targetFormat: "woff2", keepFeatures: features, variationAxes: { wght: weights } }));
}
