// schemathesis asks the server all that its description allows, and much that it does not: the server never fails, and never
// answers outside of its description. The seed is fixed, so that a failure can be had again.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, before, describe, test } from "node:test";

import { World, output, run } from "../../harness.mjs";
import { Description } from "../../support/description.mjs";

const SEED = "17";
/** Both runs together. */
const SECONDS = 240;
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
  "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance", "ignored_auth"];
// What has no end; and what would take away by what the rest is asked.
const LEFT_OUT = ["get_events_stream", "post_sign_out", "delete_tokens_id", "post_people_id_suspend", "delete_people_id", "put_people_id_administrator"];
// What would take away the things of which the rest is asked.
const ENDING = ["delete_instances_id", "delete_nodes_id", "post_nodes_id_forget", "post_nodes_id_rotate_key", "delete_ssh_keys_id"];

const python = process.env.DOCKHOST_SCHEMATHESIS;

describe("schemathesis", { skip: python ? false : "scripts/schemathesis.sh could not install it" }, () => {
  let world, left = SECONDS;

  before(() => mkdirSync(join(output, "log"), { recursive: true }));
  afterEach(() => world?.close());

  /** Asks, and prints how much; the report has each request with its answer. */
  async function asks(name, place, ...more) {
    const report = join(output, "log", `schemathesis-${name}.ndjson`);
    const leftOut = LEFT_OUT.flatMap((id) => ["--exclude-operation-id", id]);
    const args = ["-m", "schemathesis.cli", "run", place, "--header", `Authorization:${world.ada.api.headers.authorization}`,
      "--seed", SEED, "--checks", CHECKS.join(","), "--continue-on-failure", "--request-timeout", "30", "--no-color", "--warnings", "off",
      "--report", "ndjson", "--report-ndjson-path", report, ...leftOut, ...more];
    const began = Date.now();
    const done = await run(python, args, { cwd: world.dir, seconds: left });
    const took = Math.round((Date.now() - began) / 1000);
    left -= took;
    const [cases = "no test cases"] = done.stdout.match(/\d+ generated.*/) ?? [];
    console.log(`schemathesis, ${name}: ${cases}, in ${took} s; answers by status: ${statuses(report)}`);
    return { ...done, told: `${done.status === null ? `not done within ${SECONDS} s` : ""}${done.stdout.slice(-20_000)}\n${done.stderr.slice(-2_000)}` };
  }

  test("of things that are there: nothing fails, and no answer is outside", async () => {
    world = await World.open();
    const { ada, admin } = world;
    await ada.addKey();
    const node = await world.node("lab");
    const [bob, { id }] = [await world.signUp("bob"), await ada.create("web")];
    await ada.phase(id, "running");
    const things = { instances: id, nodes: node.id, "ssh-keys": (await ada.api.get("/ssh-keys"))[0].id,
      people: (await bob.api.get("/me")).id, invites: (await admin.post("/invites")).id };
    const { document } = await Description.of(world.server.base);
    // Their ids stand in the paths; and without a key, each request is one of its own.
    for (const [path, methods] of Object.entries(document.paths)) {
      const there = things[path.split("/")[3]];
      for (const operation of Object.values(methods)) {
        operation.parameters = operation.parameters.filter(({ $ref }) => !$ref);
        const named = operation.parameters.find(({ name }) => name === "id");
        if (named && there) named.schema = { const: there };
      }
    }
    const file = join(world.dir, "openapi.json");
    writeFileSync(file, JSON.stringify(document));
    const done = await asks("of things that are there", file, "--url", world.server.base, "--max-examples", "8", "--phases", "examples,fuzzing",
      "--include-path-regex", "[{]id[}]", ...ENDING.flatMap((id) => ["--exclude-operation-id", id]));
    assert.equal(done.status, 0, done.told);
    assert.equal((await ada.api.get(`/instances/${id}`)).name, "web");
  });

  test("of the description as it is served: nothing fails, and no answer is outside", async () => {
    // Without an engine: nodes and keys may go.
    world = await World.open({ engine: false });
    await world.ada.addKey();
    await world.admin.post("/nodes", { name: "lab" });
    const done = await asks("as served", `${world.server.base}/api/v1/openapi.json`, "--max-examples", "4", "--phases", "examples,coverage,stateful");
    assert.equal(done.status, 0, done.told);

    // And it would tell: here is another description of the same server.
    const { document } = await Description.of(world.server.base);
    document.components.schemas.PersonView.properties.administrator = { type: "string" };
    const file = join(world.dir, "openapi.json");
    writeFileSync(file, JSON.stringify(document));
    const other = await asks("of another description", file, "--url", world.server.base, "--max-examples", "1", "--phases", "fuzzing", "--include-path", "/api/v1/me");
    assert.equal(other.status, 1, other.told);
    assert.match(other.stdout, /administrator/);
  });
});

/** How often each status was answered. */
function statuses(report) {
  const counts = {};
  for (const [, status] of readFileSync(report, "utf8").matchAll(/"status_code": ?(\d+)/g)) counts[status] = (counts[status] ?? 0) + 1;
  return Object.entries(counts).map(([status, count]) => `${status} ${count}×`).join(", ");
}
