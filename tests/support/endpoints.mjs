// Every endpoint of the API that asks who comes, and what it asks for: a command as the log calls it, or an action of the table
// of permissions. The paths are the product's own: a test of server_fns writes endpoints.json of its table.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { PASSWORD } from "../harness.mjs";
import { TABLE } from "./permissions.mjs";

const PREFIX = "/api/v1";
const DESCRIBED = JSON.parse(readFileSync(join(import.meta.dirname, "endpoints.json"), "utf8"));

// By the name of its operation: which command it is, and a body in place of the described one that the owner could send and that
// breaks nothing for later tests.
const COMMANDS = {
  // A password that is refused: who may ask has been told by then.
  "POST /me/password": ["change password", { current: PASSWORD, new: "short" }],
  "PUT /me/email": ["change email", { email: "", current: PASSWORD }],
  "POST /me/removal": ["ask for removal"],
  "DELETE /me/removal": ["withdraw removal"],
  "POST /session/proof": ["prove session", { password: PASSWORD }],
  "DELETE /sessions/{id}": ["revoke session"],
  "POST /tokens": ["create token", { name: "x" }],
  "DELETE /tokens/{id}": ["remove token"],
  "POST /sign-in-requests/{code}/grant": ["create token", { name: "x" }],
  "POST /ssh-keys": ["add SSH key", { name: "x", public_key: "x" }],
  "DELETE /ssh-keys/{id}": ["remove SSH key"],
  "POST /ssh-keys/{id}/proof": ["prove SSH key"],
  "PUT /ssh-keys/{id}/may-manage": ["set may-manage"],
  "POST /nodes": ["register node", { name: "x" }],
  "PUT /nodes/{id}": ["update node", { name: "taken-over" }],
  "DELETE /nodes/{id}": ["remove node"],
  "POST /nodes/{id}/rotate-key": ["rotate node key"],
  "POST /nodes/{id}/enrolment-code": ["issue enrolment code"],
  "POST /nodes/{id}/cordon": ["cordon node"],
  "POST /nodes/{id}/uncordon": ["uncordon node"],
  "POST /nodes/{id}/drain": ["drain node"],
  "POST /nodes/{id}/unfreeze": ["unfreeze node"],
  "POST /nodes/{id}/forget": ["forget node"],
  // There is no such image: who may ask has been told by then.
  "POST /instances": ["create instance", { name: "x", image: "none" }],
  "POST /instances/{id}/stop": ["stop instance"],
  "POST /instances/{id}/start": ["start instance"],
  "POST /instances/{id}/restart": ["restart instance"],
  "POST /instances/{id}/forget": ["forget instance"],
  "DELETE /instances/{id}": ["delete instance"],
  "PUT /instances/{id}/ssh-keys": ["choose SSH keys"],
  "PUT /instances/{id}/start-on-connect": ["set start-on-connect"],
  "PUT /instances/{id}/ports/{port}": ["declare port", { url: "public" }],
  "DELETE /instances/{id}/ports/{port}": ["withdraw port"],
  "PUT /instances/{id}/doors/{port}": ["set door"],
  "POST /instances/{id}/forwards": ["open forward", { container_port: 8080 }],
  "DELETE /instances/{id}/forwards/{place}/{protocol}/{host_port}": ["close forward"],
  "PUT /settings": ["change settings"],
  "POST /invites": ["create invitation"],
  "DELETE /invites/{id}": ["drop invitation"],
  "PUT /people/{id}/administrator": ["set administrator", { administrator: false }],
  "POST /people/{id}/suspend": ["suspend person", { stop: false }],
  "POST /people/{id}/resume": ["resume person"],
  "POST /people/{id}/reset-link": ["make reset link"],
  "DELETE /people/{id}": ["remove person", {}],
};

// Open to visitors, and tested by the suites that sign up and in, that add nodes, and of the command line.
export const PUBLIC = {
  "GET /welcome": "see-exposure",
  "POST /sign-up": "sign up",
  "POST /sign-in": "open session",
  "POST /sign-out": "close session",
  "POST /password-reset": "use reset link",
  "POST /enrolment": "redeem enrolment code",
  "POST /sign-in-requests": "sign-in",
  "POST /sign-in-requests/token": "sign-in",
};

const named = ({ method, path }) => `${method} ${path}`;

// What never ends has tests of its own. `kind` says whose id stands in the path.
const ALL = DESCRIBED.filter(({ asks, ends, path }) => asks && ends && path.startsWith(PREFIX))
  .map(({ path, ...rest }) => ({ ...rest, path: path.slice(PREFIX.length) }))
  .map((endpoint) => {
    const [asked = endpoint.asks, own] = COMMANDS[named(endpoint)] ?? [];
    // The description and the commands are of one mind.
    assert.equal(TABLE.commands[asked] ?? asked, endpoint.asks, named(endpoint));
    const body = own ?? (endpoint.takes === "bytes" ? "a file\n" : (endpoint.body ?? undefined));
    return { method: endpoint.method, path: endpoint.path, asked, body, kind: endpoint.path.split("/")[1] };
  });
const open = DESCRIBED.filter(({ asks }) => !asks).map(({ method, path }) => `${method} ${path.slice(PREFIX.length)}`);
assert.deepEqual(Object.keys(PUBLIC).filter((name) => !open.includes(name)), [], "these ask who comes");
assert.deepEqual(Object.keys(COMMANDS).filter((name) => !ALL.some((endpoint) => named(endpoint) === name)), [], "these are no endpoints");

export const ABSENT = { instances: "i-00000000000000aa", "ssh-keys": "k-00000000000000aa", tokens: "t-00000000000000aa",
  nodes: "n-00000000000000aa", sessions: "s-00000000000000aa", invites: "v-00000000000000aa", people: "p-00000000000000aa" };

export const at = (path, id) =>
  path.replace("{id}", id).replace("{code}", "BCDF-GHJK").replace("{port}", "8080").replace("{place}/{protocol}/{host_port}", "node/tcp/8080")
    .replace(/\/files$/, "/files?path=/tmp/a-file");

/** What it is done to is gone afterwards. */
export const destroys = ({ method, path }) => (method === "DELETE" && path.endsWith("{id}")) || path === "/nodes/{id}/forget";

// What stops a thing comes before what starts it, and what ends it last.
const turn = (endpoint) => (destroys(endpoint) ? 2 : endpoint.path.endsWith("/stop") ? 0 : 1);
export const ENDPOINTS = ALL.sort((a, b) => turn(a) - turn(b));
