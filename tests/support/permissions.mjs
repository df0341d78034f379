// Who may do what: the product's own table, and what follows from it for somebody who asks. A test of the planner writes
// permissions.json and fails when the table is another one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const TABLE = JSON.parse(readFileSync(join(import.meta.dirname, "permissions.json"), "utf8"));

/** `asked` is a command as the log calls it, or an action of the table. */
export function actionOf(asked) {
  const action = TABLE.commands[asked] ?? asked;
  assert.ok(TABLE.actions[action], `${asked} is neither a command nor an action of the table`);
  return action;
}

/** By an SSH key: `managing`, `restricted`, and whether it is ticked for the instance. Anything else stands for the account. */
const ENOUGH = {
  any: () => true,
  managing: ({ key }) => key === "managing",
  "managing-or-ticked": ({ key, ticked }) => key === "managing" || ticked,
  ticked: ({ ticked }) => ticked,
  "managing-or-itself": ({ key, itself }) => key === "managing" || itself,
};

/** By an API token of that scope, each of which may do what the one before it may. */
const SCOPES = ["read", "instances", "all"];

/** Whether somebody who holds these grants may do it, by an SSH key, by a token, or by what stands for the whole account. */
export function allows(asked, grants, by = {}) {
  const { grants: enough, keys, scope } = TABLE.actions[actionOf(asked)];
  const withinScope = !by.token || (scope !== null && SCOPES.indexOf(by.token) >= SCOPES.indexOf(scope));
  return enough.some((grant) => grants.includes(grant)) && (!by.key || ENOUGH[keys](by)) && withinScope;
}

/** Which action shows that a thing of that kind is there. */
const SHOWN_BY = { instances: "see-instance", nodes: "see-node", "ssh-keys": "manage-key", tokens: "manage-token", sessions: "manage-session" };

/** `let in`, `hidden` (as if it were not there) or `forbidden`. `there` is false for an id that nobody has. */
export function expected(asked, grants, kind, there = true, by = {}) {
  const shown = SHOWN_BY[kind];
  // A token stands for somebody who sees the thing, and is told that its scope is too small.
  if (shown) return !there ? "hidden" : allows(asked, grants, by) ? "let in" : allows(shown, grants) ? "forbidden" : "hidden";
  return allows(asked, grants, by) ? (there ? "let in" : "hidden") : "forbidden";
}

/** Whether an answer over HTTP is as expected. `absent` is the answer for an id that nobody has, where there is an id. */
export function judge(expectation, answer, absent) {
  const told = `${answer.status} ${answer.text ?? ""}`;
  if (expectation === "hidden") {
    assert.deepEqual([answer.status, answer.body?.code], [404, "not_found"], told);
    assert.deepEqual(answer.body, absent.body, "the answer tells a foreign thing from none");
  } else if (expectation === "forbidden") {
    assert.deepEqual([answer.status, answer.body?.code], [403, "forbidden"], told);
  } else {
    assert.ok(![401, 403, 500].includes(answer.status), told);
    if (absent && answer.status === 404) assert.notDeepEqual(answer.body, absent.body, told);
  }
}

/** Counts every cell of table × way in × own, foreign, absent: one that no test has closed is open. */
export class Cells {
  #open = new Set();
  #asked = new Set();
  #count = 0;

  /** Answers with what closes it. `whose` is own, foreign or absent. */
  derive(way, asked, who, whose) {
    actionOf(asked);
    const cell = `${way}: ${asked}, ${who}, ${whose}`;
    assert.ok(!this.#open.has(cell), `two cells are called ${cell}`);
    this.#open.add(cell);
    this.#asked.add(asked);
    this.#count += 1;
    return () => this.#open.delete(cell);
  }

  /** Commands and actions that no way in asks for. An action is asked for by each of its commands. */
  unasked(apart) {
    const actions = new Set([...this.#asked].map(actionOf));
    const all = [...Object.keys(TABLE.commands), ...Object.keys(TABLE.actions)];
    return all.filter((name) => !this.#asked.has(name) && !actions.has(name) && !(name in apart));
  }

  report(name) {
    console.log(`${name}: ${this.#count} cells of table × ways in × own, foreign, absent; ${this.#open.size} open`);
    assert.deepEqual([...this.#open], [], "these cells are open");
  }
}
