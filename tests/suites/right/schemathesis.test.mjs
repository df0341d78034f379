// schemathesis asks the server all that its description allows, and much that it does not: the server never fails, and never
// answers outside of its description. The seed is fixed, so that a failure can be had again.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { World, output, run } from "../../harness.mjs";

const SEED = "17";
const SECONDS = 240;
const CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
  "negative_data_rejection", "unsupported_method", "ignored_auth"];
// What has no end; and what would take away by what the rest is asked.
const LEFT_OUT = ["get_events_stream", "delete_tokens_id", "post_people_id_suspend", "delete_people_id", "put_people_id_administrator"];

const python = process.env.DOCKHOST_SCHEMATHESIS;

describe("schemathesis", { skip: python ? false : "scripts/schemathesis.sh could not install it" }, () => {
  let world;
  before(async () => (world = await World.open({ engine: false })));
  after(() => world?.close());

  test("the server never fails and never answers outside of its description", { timeout: (SECONDS + 60) * 1000 }, async () => {
    const { base } = world.server;
    await world.ada.addKey();
    await world.signUp("bob");
    await world.admin.post("/nodes", { name: "lab" });
    await world.admin.post("/invites");
    mkdirSync(join(output, "log"), { recursive: true });
    const report = join(output, "log", "schemathesis.ndjson");
    const args = ["-m", "schemathesis.cli", "run", `${base}/api/v1/openapi.json`, "--header", `Authorization:${world.ada.api.headers.authorization}`,
      "--seed", SEED, "--max-examples", "12", "--phases", "examples,coverage,fuzzing,stateful", "--checks", CHECKS.join(","),
      "--continue-on-failure", "--request-timeout", "30", "--no-color", "--report", "ndjson", "--report-ndjson-path", report,
      ...LEFT_OUT.flatMap((id) => ["--exclude-operation-id", id])];
    const done = await run(python, args, { cwd: world.dir, seconds: SECONDS });
    const [, summary = done.stdout] = done.stdout.split(/=+ SUMMARY =+/);
    console.log(summary);
    assert.equal(done.status, 0, `${done.stdout.slice(-20_000)}\n${done.stderr.slice(-2_000)}`);
  });
});
