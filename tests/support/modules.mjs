// The modules of one Rust crate and the arrows between its files, read from its `use` items and its other paths. Tests
// are left out. A name is followed through the modules that only pass it on, to the file that declares it.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The same text, of the same length, without comments and without the contents of strings and characters. */
export function bare(text) {
  const blank = (match) => match.replace(/[^\n]/g, " ");
  const skipped =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bb?r(#+)"[\s\S]*?"\1|\bb?r"[^"]*"|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[^\n]{1,8}?|[^'\\\n])'/g;
  return text.replace(skipped, blank);
}

/** The end of the item that begins at `from`: behind its block, or its semicolon. */
function itemEnd(text, from) {
  for (let at = from, depth = 0; at < text.length; at++) {
    const c = text[at];
    if (c === "{" || c === "(" || c === "[") depth++;
    if (c === "}" || c === ")" || c === "]") depth--;
    if (depth === 0 && (c === "}" || c === ";")) return at + 1;
  }
  return text.length;
}

function withoutTests(text) {
  for (let found; (found = /#\[cfg\(test\)\]/.exec(text)); ) {
    const end = itemEnd(text, found.index + found[0].length);
    text = text.slice(0, found.index) + text.slice(found.index, end).replace(/[^\n]/g, " ") + text.slice(end);
  }
  return text;
}

/** `a::{b, c as d, e::*}` as `[[a, b], "b"]`, `[[a, c], "d"]`, `[[a, e, "*"], "*"]`. */
function useTree(text, before = []) {
  text = text.trim();
  const open = text.indexOf("{");
  if (open === -1) {
    const [path, name] = text.split(/\s+as\s+/);
    const segments = [...before, ...path.split("::").map((part) => part.trim()).filter(Boolean)];
    if (segments.at(-1) === "self") segments.pop();
    return segments.length ? [{ path: segments, name: name?.trim() ?? segments.at(-1) }] : [];
  }
  const head = text.slice(0, open).split("::").map((part) => part.trim()).filter(Boolean);
  const inner = text.slice(open + 1, text.lastIndexOf("}"));
  const parts = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= inner.length; at++) {
    if (inner[at] === "{") depth++;
    if (inner[at] === "}") depth--;
    if (at === inner.length || (inner[at] === "," && depth === 0)) {
      if (inner.slice(from, at).trim()) parts.push(inner.slice(from, at));
      from = at + 1;
    }
  }
  return parts.flatMap((part) => useTree(part, [...before, ...head]));
}

/** Reads the module in `file` and, below it, every module that it declares. */
function read(file, path, parent, folder, all) {
  const text = withoutTests(bare(readFileSync(file, "utf8")));
  const module = { file, path, parent, text, children: new Map(), names: new Map(), globs: [], types: new Set() };
  all.push(module);
  for (const [, , name] of text.matchAll(/^(\s*)(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;/gm)) {
    const inner = [join(folder, `${name}.rs`), join(folder, name, "mod.rs")].find(existsSync);
    if (!inner) throw new Error(`${file} declares \`mod ${name}\`, and there is no file of it`);
    module.children.set(name, read(inner, [...path, name], module, join(folder, name), all));
  }
  for (const [, tree] of text.matchAll(/^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/gm)) {
    for (const { path: to, name } of useTree(tree)) {
      if (name === "*") module.globs.push(to.slice(0, -1));
      else if (name !== "_") module.names.set(name, to);
    }
  }
  for (const [, name] of text.matchAll(/\b(?:struct|enum|union|trait|type)\s+([A-Z]\w*)/g)) module.types.add(name);
  return module;
}

/** The module that declares what `path` names as seen from `module`, and the name there; null outside of the crate. */
function resolve(module, path, seen = new Set()) {
  let [first, ...rest] = path;
  let at = module;
  if (first === "crate") {
    while (at.parent) at = at.parent;
  } else if (first === "self") {
    // It stays.
  } else if (first === "super") {
    at = at.parent;
  } else if (module.children.has(first) || module.names.has(first)) {
    rest = path;
  } else {
    return null;
  }
  while (rest[0] === "super") {
    at = at.parent;
    rest = rest.slice(1);
  }
  while (rest.length) {
    const [name, ...further] = rest;
    const key = `${at.file} ${name}`;
    if (at.children.has(name)) at = at.children.get(name);
    else if (at.names.has(name) && !seen.has(key)) {
      return resolve(at, [...at.names.get(name), ...further], seen.add(key));
    } else {
      const passed = at.globs.map((glob) => resolve(at, [...glob, name], new Set(seen).add(key)));
      return passed.find((found) => found?.module.types.has(found.name)) ?? { module: at, name };
    }
    rest = further;
  }
  return { module: at, name: undefined };
}

/**
 * Every arrow between two files of the crate whose sources are in `src`: `{ from, to, in, line, text }`. Methods that a
 * file gives to a type of another one count as an arrow of that other one (`gives`), because whoever has the type
 * reaches them.
 */
export function arrowsOf(src) {
  const modules = [];
  for (const entry of ["lib.rs", "main.rs"].map((name) => join(src, name)).filter(existsSync)) {
    read(entry, [], null, dirname(entry), modules);
  }
  const arrows = [];
  for (const module of modules) {
    const lines = readFileSync(module.file, "utf8").split("\n");
    const add = (from, to, index) => {
      const line = module.text.slice(0, index).split("\n").length;
      if (from !== to) arrows.push({ from, to, in: module, line, text: lines[line - 1].trim(), gives: from !== module });
    };
    for (const found of module.text.matchAll(/^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/gm)) {
      const start = found.index + found[0].search(/\S/);
      for (const { path, name } of useTree(found[1])) {
        const to = resolve(module, name === "*" ? path.slice(0, -1) : path);
        if (to) add(module, to.module, start);
      }
    }
    const rest = module.text.replace(/^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+[^;]+;/gm, (item) => item.replace(/[^\n]/g, " "));
    for (const found of rest.matchAll(/(?<![\w:$.])[a-z_]\w*(?:::\w+)+/g)) {
      const to = resolve(module, found[0].split("::"));
      if (to) add(module, to.module, found.index);
    }
    for (const found of rest.matchAll(/^\s*impl(?:<[^{]*?>)?\s+([\w:]+)(?:<[^{]*?>)?\s*(?:where[^{]*)?\{/gm)) {
      const path = found[1].split("::");
      const type = resolve(module, module.types.has(path[0]) ? ["self", ...path] : path);
      if (type) add(type.module, module, found.index + found[0].search(/\S/));
    }
  }
  return { modules, arrows };
}

/** The room of a module: the folder or the file directly under `src` that it is in. */
export const roomOf = (module) => module.path[0] ?? "the crate's root";

const isIn = (inner, outer) => outer.path.every((name, at) => inner.path[at] === name);
/** Whether one of the two is inside the other. */
export const isKin = (one, other) => isIn(one, other) || isIn(other, one);

/**
 * The loops between what stands side by side, in `src` and in each folder below it, where a folder counts as one with
 * all that is in it. A loop between two files that are not inside each other is always one of these.
 */
export function loopsBeside(modules, arrows) {
  return modules.flatMap((parent) => {
    const below = (module) => module !== parent && isIn(module, parent);
    const beside = (module) => module.path.slice(0, parent.path.length + 1).join("/");
    return loops(arrows.filter(({ from, to }) => below(from) && below(to)), beside);
  });
}

/** The arrows of each loop: for each set of nodes that all reach each other, those that stay inside of it. */
export function loops(arrows, nodeOf) {
  const next = new Map();
  const between = arrows.map((arrow) => ({ ...arrow, a: nodeOf(arrow.from), b: nodeOf(arrow.to) }));
  for (const { a, b } of between) {
    if (a !== b) next.set(a, (next.get(a) ?? new Set()).add(b));
  }
  const reached = new Map();
  const reach = (from) => {
    if (reached.has(from)) return reached.get(from);
    const found = new Set();
    for (const todo = [from]; todo.length; ) {
      for (const to of next.get(todo.pop()) ?? []) {
        if (!found.has(to)) todo.push(to), found.add(to);
      }
    }
    reached.set(from, found);
    return found;
  };
  const found = new Map();
  for (const arrow of between) {
    if (arrow.a === arrow.b || !reach(arrow.b).has(arrow.a)) continue;
    const members = [...reach(arrow.a)].filter((node) => reach(node).has(arrow.a));
    const key = members.map(String).sort().join(" ");
    found.set(key, [...(found.get(key) ?? []), arrow]);
  }
  return [...found.values()];
}

/** One loop as text: who is in it, and each line that makes it. */
export function told(loop, src) {
  const lines = loop.map(({ a, b, in: module, line, text }) => `  ${a} → ${b}: ${relative(src, module.file)}:${line} ${text}`);
  return [`a loop of ${new Set(loop.map(({ a }) => a)).size}:`, ...new Set(lines)].join("\n");
}
