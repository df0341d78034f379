// Puts the web client together: its JavaScript in one file, names that change with the content, and the page that
// starts it. Usage: node scripts/bundle.mjs GLUE OUT
//   GLUE  what `glue` made of the compiled client, with its wasm optimised
//   OUT   the folder that the server hands out
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

const NAME = "dockhost-web";
const [glue, out] = process.argv.slice(2);
if (!out) throw new Error("which folders? Usage: node scripts/bundle.mjs GLUE OUT");

/** A browser may keep a file of such a name for ever: another content has another name. */
const named = (name, content, kind) => `${name}-dxh${createHash("sha256").update(content).digest("hex").slice(0, 16)}.${kind}`;

mkdirSync(join(out, "assets"), { recursive: true });
const wasm = join(glue, `${NAME}_bg.wasm`);
const program = `/assets/${named(`${NAME}_bg`, readFileSync(wasm), "wasm")}`;
copyFileSync(wasm, join(out, program));

const start = `import start from "./${NAME}.js"; start({ module_or_path: ${JSON.stringify(program)} });`;
const { outputFiles } = await build({
  stdin: { contents: start, resolveDir: glue, sourcefile: "start.js" },
  bundle: true,
  format: "esm",
  legalComments: "none",
  minify: true,
  write: false,
});
const script = `/assets/${named(NAME, outputFiles[0].contents, "js")}`;
writeFileSync(join(out, script), outputFiles[0].contents);

const page = readFileSync(new URL("../app/index.html", import.meta.url), "utf8");
writeFileSync(join(out, "index.html"), page.replaceAll("{script}", script));
