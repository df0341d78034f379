// Writes a .br and a .gz beside each file of a folder that shrinks, so that the server compresses nothing twice.
// Usage: node scripts/compress.mjs FOLDER
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

// Fonts and pictures are compressed already.
const SHRINKS = new Set([".css", ".html", ".js", ".json", ".mjs", ".svg", ".txt", ".wasm", ""]);

const folder = process.argv[2];
if (!folder) throw new Error("which folder? Usage: node scripts/compress.mjs FOLDER");

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && SHRINKS.has(extname(entry.name)))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

await Promise.all(
  files.map(async (file) => {
    const content = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    const forms = { br: await promisify(brotliCompress)(content, { params }), gz: await promisify(gzip)(content, { level: 9 }) };
    for (const [ending, form] of Object.entries(forms)) {
      if (form.length < content.length) writeFileSync(`${file}.${ending}`, form);
    }
  }),
);
