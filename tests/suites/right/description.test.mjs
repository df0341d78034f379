// The server's description of its own API: anybody gets it, each of its examples does what it says, and each answer is one that
// it describes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Api, PASSWORD, World, request, session, until } from "../../harness.mjs";
import { Description, operations } from "../../support/description.mjs";

// The password of whoever the examples of an account speak of.
const CURRENT = "the password of now";

// Examples that are refused as they stand, and why.
const REFUSED = {
  post_enrolment: [403, "the code is invented"],
  post_ssh_keys_id_proof: [400, "the signature is none"],
  post_instances_id_forget: [409, "nobody asked for its deletion"],
  post_password_reset: [403, "the secret is invented"],
  post_sign_in_requests_token: [403, "the secret is invented"],
  get_sign_in_requests_code: [404, "the code is invented"],
  post_sign_in_requests_code_grant: [404, "the code is invented"],
  delete_sign_in_requests_code: [404, "the code is invented"],
  get_terminal: [400, "it has no ticket"],
  get_live: [400, "it is no WebSocket"],
};
// What ends something comes last.
const LAST = ["delete_instances_id", "post_nodes_id_forget", "delete_nodes_id", "delete_people_id", "delete_sessions_id", "post_me_password"];
/** Whoever signs in signed up before, and what is withdrawn was asked for. */
const turn = ({ operationId, method }) =>
  operationId === "post_sign_up" ? 0 : LAST.includes(operationId) ? 3 + LAST.indexOf(operationId) : method === "DELETE" ? 2 : 1;

describe("the description", () => {
  let world, ada, description, of, apis;

  before(async () => {
    world = await World.open();
    ({ ada } = world);
    const shared = await world.node("shared");
    description = await Description.of(world.server.base);
    const visitor = new Api(world.server.base);
    const signUp = (username) => visitor.post("/sign-up", { username, email: `${username}@example.com`, password: CURRENT });
    const [pat, gone] = [await signUp("pat"), await signUp("gone")];
    // What takes a session may also take an administrator.
    await world.server.adminOk(["make-administrator", "pat"]);
    const own = async () => new Api(world.server.base, (await session(world.server.base, "pat", CURRENT)).headers);
    apis = { token: ada.api, session: await own(), nobody: visitor };
    await own();
    const admin = new Api(world.server.base, (await session(world.server.base, "ada", PASSWORD)).headers);
    const other = (await apis.session.get("/sessions")).find(({ current }) => !current);
    const node = await ada.api.post("/nodes", { name: "spare" });
    of = { people: gone.id, sessions: other.id, nodes: node.id, tokens: (await admin.post("/tokens", { name: "second" })).id,
      invites: (await ada.api.post("/invites")).id, pat: pat.id, shared: shared.id };
  });
  after(() => world?.close());

  test("anybody gets it, and gets it again only when it is another one", async () => {
    for (const [path, kind] of [["/api/v1/openapi.json", "application/json"], ["/llms.txt", "text/plain; charset=utf-8"]]) {
      const first = await request(world.server.base, "GET", path);
      assert.deepEqual([first.status, first.headers["content-type"], first.headers["cache-control"]], [200, kind, "no-cache"]);
      const again = await request(world.server.base, "GET", path, { headers: { "if-none-match": first.headers.etag } });
      assert.deepEqual([again.status, again.text], [304, ""]);
      const head = await request(world.server.base, "HEAD", path);
      assert.deepEqual([head.status, head.headers.etag], [200, first.headers.etag]);
    }
    const { body } = await request(world.server.base, "GET", "/llms.txt");
    for (const { method, path } of operations(description.document)) assert.ok(body.includes(`\`${method} ${path}\``), `${method} ${path}`);
  });

  test("an answer that it does not describe is found", async () => {
    const me = { method: "GET", path: "/api/v1/me" };
    const answer = await ada.api.call("GET", "/me");
    assert.equal(description.fault(me, answer), undefined);
    const changed = (body) => ({ ...answer, body, text: JSON.stringify(body) });
    const { email, ...without } = answer.body;
    assert.match(description.fault(me, changed(without)), /must have required property 'email'/);
    assert.match(description.fault(me, changed({ ...answer.body, mail: email })), /unevaluated/);
    assert.match(description.fault(me, changed({ ...answer.body, administrator: "yes" })), /must be boolean/);
    assert.match(description.fault(me, { ...answer, status: 418 }), /418 is not described/);
    assert.match(description.fault(me, { ...answer, headers: { "content-type": "text/html" } }), /is text\/html/);
  });

  test("a refusal is a problem of RFC 9457, whose type leads into the document", async () => {
    const { headers, body } = await ada.api.call("GET", "/instances/i-00000000000000aa");
    assert.equal(headers["content-type"], "application/problem+json");
    const { type, title, status, detail, code, message } = body;
    assert.deepEqual([status, detail, code], [404, message, "not_found"]);
    const [path, pointer] = type.split("#");
    assert.equal(path, "/api/v1/openapi.json");
    const told = pointer.split("/").slice(1).reduce((value, part) => value[part], description.document);
    assert.deepEqual([told.status, told.title], [404, title]);
    // The client that Dioxus compiles looks for the refusal under `data`.
    const dioxus = await ada.api.call("GET", "/instances/i-00000000000000aa", undefined, { "x-request-client": "dioxus" });
    assert.equal(dioxus.headers["content-type"], "application/problem+json");
    assert.deepEqual([dioxus.body.status, dioxus.body.code, dioxus.body.message, dioxus.body.data.code], [404, 404, message, "not_found"]);
  });

  test("each example does what the description says, and is answered as it says", async () => {
    const all = operations(description.document).filter(({ operationId }) => operationId !== "get_events_stream");
    const [counts, faults] = [{ done: 0, refused: 0 }, []];
    for (const operation of all.sort((a, b) => turn(a) - turn(b))) {
      const { operationId, method, path } = operation;
      const answer = await ask(operation);
      const told = `${method} ${path}: ${answer.status} ${answer.text.slice(0, 300)}`;
      const fault = description.fault(operation, answer);
      if (fault) faults.push(`${method} ${path}: ${fault}`);
      const [refused] = REFUSED[operationId] ?? [];
      if (refused ? answer.status !== refused : answer.status >= 300) faults.push(told);
      counts[refused ? "refused" : "done"] += 1;
      await follow(operation, answer);
    }
    assert.deepEqual(faults, []);
    console.log(`description: ${all.length} operations, ${counts.done} examples done, ${counts.refused} refused as they stand, 0 answers outside`);
    assert.equal(counts.refused, Object.keys(REFUSED).length);
  });

  /** Sends the example, with the ids of things that are there. */
  async function ask({ operationId, path, method, parameters, security, requestBody }) {
    const by = !security.length ? apis.nobody : security.some(({ token }) => token) ? apis.token : apis.session;
    const kind = path.split("/")[3];
    let address = path;
    const query = new URLSearchParams();
    for (const { name, in: where, example } of parameters) {
      const other = { put_people_id_administrator: of.pat, post_nodes_id_measure: of.shared, post_nodes_id_forget: of.added };
      const id = other[operationId] ?? of[kind];
      if (where === "path") address = address.replace(`{${name}}`, name === "id" ? id : name === "host_port" ? of.hostPort : example);
      else if (where === "query" && example !== undefined) query.set(name, example);
    }
    if (address.includes("x86_64")) address = address.replace("x86_64", process.arch === "arm64" ? "aarch64" : "x86_64");
    const [[type, media]] = Object.entries(requestBody?.content ?? { "": {} });
    const body = type === "application/octet-stream" ? "a file\n" : media.example;
    const behind = query.size ? `?${query}` : "";
    return request(world.server.base, method, address + behind, { body, headers: { ...by.headers, ...(type && { "content-type": type }) } });
  }

  /** What later examples speak of. */
  async function follow({ operationId }, { body }) {
    if (operationId === "post_instances") {
      of.instances = body.id;
      await ada.phase(body.id, "running");
    }
    if (operationId === "post_instances_id_forwards") of.hostPort = body.forwards[0].host;
    if (operationId === "post_nodes") of.added = body.id;
    if (operationId === "post_ssh_keys") of["ssh-keys"] = body.id;
    if (["post_instances_id_start", "post_instances_id_restart"].includes(operationId)) await ada.phase(of.instances, "running");
    if (operationId === "post_instances_id_stop") await ada.phase(of.instances, "stopped");
    if (operationId === "delete_instances_id") await until("it is gone", async () => (await ada.api.get("/instances")).length === 0);
  }
});
