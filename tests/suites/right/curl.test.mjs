// The main job with curl and an API token alone, as the README shows it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { IMAGE, PASSWORD, World, must, until } from "../../harness.mjs";

describe("with curl", () => {
  let world, token;

  before(async () => {
    world = await World.open();
    await world.node("lab-1");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", world.ada.identity]);
  });
  after(() => world?.close());

  async function curl(method, path, body) {
    const args = ["--silent", "--show-error", "--fail-with-body", "--request", method,
      "--header", `Authorization: Bearer ${token}`, `${world.server.base}/api/v1${path}`];
    if (body) args.push("--json", JSON.stringify(body));
    const text = await must("curl", args);
    return text ? JSON.parse(text) : null;
  }

  test("token on the server's host, key, create, log in, delete", async () => {
    token = await world.server.adminOk(["create-token", "ada", "laptop"]);
    assert.match(token, /^dhp_\S+$/);
    assert.equal((await curl("GET", "/me")).username, "ada");

    const publicKey = (await must("cat", [`${world.ada.identity}.pub`])).trim();
    const key = await curl("POST", "/ssh-keys", { name: "laptop", public_key: publicKey });
    assert.equal(key.fingerprint, (await must("ssh-keygen", ["-l", "-f", `${world.ada.identity}.pub`])).split(" ")[1]);

    const asked = await curl("POST", "/instances", { name: "box", image: IMAGE });
    const view = await until("the instance runs", async () => {
      const seen = await curl("GET", `/instances/${asked.id}`);
      return seen.phase === "running" && seen;
    }, 300);
    for (const field of ["id", "name", "phase", "desired", "generation", "image", "node", "ports", "ssh_command", "created_at", "message"]) {
      assert.ok(field in view, `an instance answers ${field}`);
    }
    assert.equal(await world.ada.sshOk(view, "echo over ssh"), "over ssh");

    await curl("POST", `/instances/${view.id}/stop`);
    await until("it is stopped", async () => (await curl("GET", `/instances/${view.id}`)).phase === "stopped");
    await curl("DELETE", `/instances/${view.id}`);
    await until("it is gone", async () => (await curl("GET", "/instances")).length === 0);
  });

  test("a visitor can sign up and in, and make a token, with curl", async () => {
    const jar = `${world.dir}/cookies`;
    const call = (path, body, ...more) => must("curl", ["--silent", "--show-error", "--fail-with-body", "--cookie", jar, "--cookie-jar", jar,
      ...more, "--json", JSON.stringify(body), `${world.server.base}/api/v1${path}`]);
    await call("/sign-up", { username: "dora", email: "dora@example.org", password: PASSWORD });
    const { session_key: key } = JSON.parse(await call("/sign-in", { username: "dora", password: PASSWORD }));
    const made = JSON.parse(await call("/tokens", { name: "script" }, "--header", `DockHost-Session-Key: ${key}`));
    assert.match(made.secret, /^dhp_/);
    token = made.secret;
    assert.equal((await curl("GET", "/me")).username, "dora");
  });
});
