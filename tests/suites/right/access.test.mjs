// Who may do what: every endpoint for nobody, the owner, somebody else, and for what does not exist.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, IMAGE, PASSWORD, SESSION_KEY, World, request, root, session, until } from "../../harness.mjs";
import { upgrade } from "../../support/live.mjs";

const ABSENT = { instances: "i-00000000000000aa", "ssh-keys": "k-00000000000000aa", tokens: "t-00000000000000aa",
  nodes: "n-00000000000000aa", sessions: "s-00000000000000aa", invites: "v-00000000000000aa" };

// `kind` says whose id stands in the path; `body` is one that the owner could send.
const ENDPOINTS = [
  ["GET", "/me"],
  ["POST", "/me/password", { current: PASSWORD, new: "another-long-password-7" }],
  ["GET", "/sessions"],
  ["DELETE", "/sessions/{id}"],
  ["GET", "/tokens"],
  ["POST", "/tokens", { name: "x" }],
  ["DELETE", "/tokens/{id}"],
  ["GET", "/ssh-keys"],
  ["POST", "/ssh-keys", { name: "x", public_key: "x" }],
  ["DELETE", "/ssh-keys/{id}"],
  ["POST", "/ssh-keys/{id}/challenge"],
  ["POST", "/ssh-keys/{id}/proof", { signature: "x" }],
  ["PUT", "/ssh-keys/{id}/may-manage", { allowed: false }],
  ["GET", "/nodes"],
  ["POST", "/nodes", { name: "x" }],
  ["GET", "/nodes/{id}"],
  ["PUT", "/nodes/{id}", { name: "taken-over" }],
  ["DELETE", "/nodes/{id}"],
  ["POST", "/nodes/{id}/rotate-key"],
  ["POST", "/nodes/{id}/enrolment-code"],
  ["POST", "/nodes/{id}/cordon"],
  ["POST", "/nodes/{id}/uncordon"],
  ["POST", "/nodes/{id}/drain", { stop: true }],
  ["POST", "/nodes/{id}/unfreeze"],
  ["POST", "/nodes/{id}/forget"],
  ["POST", "/nodes/{id}/measure"],
  ["GET", "/gateway"],
  ["GET", "/images"],
  ["GET", "/instances"],
  ["POST", "/instances", { name: "x" }],
  ["GET", "/instances/{id}"],
  ["DELETE", "/instances/{id}"],
  ["POST", "/instances/{id}/start"],
  ["POST", "/instances/{id}/stop"],
  ["POST", "/instances/{id}/restart"],
  ["POST", "/instances/{id}/forget"],
  ["PUT", "/instances/{id}/start-on-connect", { allowed: true }],
  ["PUT", "/instances/{id}/ports/{port}", { url: "public" }],
  ["PUT", "/instances/{id}/doors/{port}", { open: false }],
  ["DELETE", "/instances/{id}/ports/{port}"],
  ["POST", "/instances/{id}/ports/{port}/link", { hours: 1 }],
  ["POST", "/instances/{id}/forwards", { container_port: 8080 }],
  ["DELETE", "/instances/{id}/forwards/{place}/{protocol}/{host_port}"],
  ["POST", "/instances/{id}/terminal", { columns: 80, rows: 24 }],
  ["POST", "/instances/{id}/files/ticket"],
  ["POST", "/visit", { app: "80-web-1" }],
  ["GET", "/instances/{id}/explain"],
  ["POST", "/instances/{id}/reach"],
  ["GET", "/instances/{id}/events"],
  ["GET", "/live/snapshot"],
  ["POST", "/live/ticket"],
  ["GET", "/live"],
  ["GET", "/settings"],
  ["PUT", "/settings", { sign_up: "closed", quota: 1 }],
  ["GET", "/invites"],
  ["POST", "/invites"],
  ["DELETE", "/invites/{id}"],
].map(([method, path, body]) => ({ method, path, body, kind: path.split("/")[1] }));

// Open to visitors, and tested by the suites that sign up and in.
const PUBLIC = ["GET /welcome", "POST /sign-up", "POST /sign-in", "POST /sign-out", "POST /enrolment"];
const OF_AN_ADMINISTRATOR = ["settings", "invites"];

const at = (path, id) => path.replace("{id}", id).replace("{port}", "8080").replace("{place}/{protocol}/{host_port}", "node/tcp/8080");

describe("access", () => {
  let world, ada, bob, visitor, of, adas;

  before(async () => {
    // Without an engine: what is asked here never reaches one.
    world = await World.open({ engine: false });
    ada = world.ada;
    bob = await world.signUp("bob");
    visitor = new Api(world.server.base);
    await ada.addKey();
    const registered = await bob.api.post("/nodes", { name: "bobs-own" });
    const token = await ada.api.post("/tokens", { name: "second" });
    const invite = await ada.api.post("/invites");
    adas = await session(world.server.base, "ada", PASSWORD);
    const [first] = await new Api(world.server.base, adas.headers).get("/sessions");
    const own = await ada.api.post("/nodes", { name: "adas-own" });
    of = { "ssh-keys": (await ada.api.get("/ssh-keys"))[0].id, tokens: token.id, nodes: own.id, sessions: first.id,
      invites: invite.id, bobsNode: registered.id };
  });
  after(() => world?.close());

  test("the list above names every endpoint that there is", () => {
    const dir = join(root, "server_fns/src");
    const declared = readdirSync(dir)
      .flatMap((file) => [...readFileSync(join(dir, file), "utf8").matchAll(/#\[(get|post|put|delete|patch)\("\/api\/v1([^"?]*)/g)])
      .map(([, method, path]) => `${method.toUpperCase()} ${path}`);
    const named = [...ENDPOINTS.map(({ method, path }) => `${method} ${path}`), ...PUBLIC];
    assert.deepEqual(declared.sort(), named.sort());
  });

  for (const { method, path, body, kind } of ENDPOINTS) {
    test(`${method} ${path}: a visitor is told to sign in`, async () => {
      const url = at(path, ABSENT[kind]);
      // A cookie goes to every port of the host, so whoever has an instance there may have it; a key alone is no session.
      const stolen = { cookie: adas.cookie, origin: world.server.base, "sec-fetch-site": "same-origin" };
      const key = { [SESSION_KEY]: adas.key };
      const shown = [{}, { authorization: "Bearer dhp_wrong" }, { cookie: "dh_session=wrong" }, stolen, key, { ...key, cookie: "dh_session=wrong" }];
      if (path === "/live") {
        for (const headers of shown) assert.equal((await upgrade(world.server.base, "/api/v1/live", headers)).status, 401, JSON.stringify(headers));
        return;
      }
      for (const headers of shown) {
        const answer = await visitor.call(method, url, body, headers);
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.body.code, "unauthenticated");
        assert.ok(answer.body.message.length > 10);
      }
    });

    if (!path.includes("{id}") || OF_AN_ADMINISTRATOR.includes(kind)) continue;

    test(`${method} ${path}: foreign and absent give one answer`, async () => {
      const absent = await bob.api.call(method, at(path, ABSENT[kind]), body);
      assert.equal(absent.status, 404, absent.text);
      assert.equal(absent.body.code, "not_found");
      if (kind === "instances") return;
      const foreign = await bob.api.call(method, at(path, of[kind]), body);
      // A node of an administrator serves everybody: to look at it is allowed, to change it is not.
      if (kind === "nodes") {
        if (method === "GET") assert.equal(foreign.status, 200);
        else assert.ok([403, 404].includes(foreign.status), foreign.text);
        return;
      }
      assert.deepEqual([foreign.status, foreign.body], [absent.status, absent.body]);
    });
  }

  for (const { method, path, body, kind } of ENDPOINTS.filter((endpoint) => OF_AN_ADMINISTRATOR.includes(endpoint.kind))) {
    test(`${method} ${path}: only an administrator`, async () => {
      const answer = await bob.api.call(method, at(path, of[kind]), body);
      assert.equal(answer.status, 403, answer.text);
      assert.equal(answer.body.code, "forbidden");
    });
  }

  test("a foreign instance gives the answer of an absent one, everywhere", async () => {
    const placed = await ada.api.call("POST", "/instances", { name: "secret-one", image: IMAGE });
    assert.equal(placed.status, 409, "no node is online here, so nothing can be placed");
    assert.equal(placed.body.code, "no_capacity");
  });

  test("a person sees only their own things in lists and in the snapshot", async () => {
    const { world: seen } = await bob.api.get("/live/snapshot");
    assert.equal(seen.me.username, "bob");
    assert.deepEqual(Object.keys(seen.ssh_keys), []);
    assert.deepEqual((await bob.api.get("/ssh-keys")), []);
    assert.deepEqual((await bob.api.get("/instances")), []);
    assert.ok((await bob.api.get("/tokens")).every((token) => token.id !== of.tokens));
    assert.ok(!JSON.stringify(seen).includes("secret_hash"));
  });

  test("a private node is nobody else's to see, not even its name", async () => {
    const carol = await world.signUp("carol");
    const absent = await carol.api.call("GET", `/nodes/${ABSENT.nodes}`);
    const foreign = await carol.api.call("GET", `/nodes/${of.bobsNode}`);
    assert.deepEqual([foreign.status, foreign.body], [absent.status, absent.body]);
    assert.ok((await carol.api.get("/nodes")).every((node) => node.id !== of.bobsNode));
  });

  test("requests of foreign pages are refused before they are read", async () => {
    const mine = (await session(world.server.base, "ada", PASSWORD)).headers;
    const attempts = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `http://127.0.0.1:${world.server.port + 1}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of attempts) {
      const answer = await visitor.call("POST", "/tokens", { name: "stolen" }, { ...mine, ...headers });
      assert.equal(answer.status, 403, JSON.stringify(headers) + answer.text);
      assert.equal(answer.body.code, "forbidden");
      const socket = await upgrade(world.server.base, "/api/v1/live", { ...mine, ...headers });
      assert.equal(socket.status, 403, JSON.stringify(headers));
    }
    assert.ok((await ada.api.get("/tokens")).every((token) => token.name !== "stolen"));
    const own = await visitor.call("POST", "/tokens", { name: "own" }, { ...mine, origin: world.server.base, "sec-fetch-site": "same-origin" });
    assert.ok(own.status < 300, own.text);
  });

  test("the session cookie is out of reach of scripts and other sites", async () => {
    const signedIn = await visitor.call("POST", "/sign-in", { username: "ada", password: PASSWORD });
    const [cookie] = signedIn.headers["set-cookie"];
    assert.match(cookie, /^dh_session=[^;]{40,};/);
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Lax/i);
  });

  test("sign-out and revocation end a session at once; a deleted token ends too", async () => {
    const signIn = async () => {
      return new Api(world.server.base, (await session(world.server.base, "bob", PASSWORD)).headers);
    };
    const left = await signIn();
    await left.post("/sign-out");
    assert.equal((await left.call("GET", "/me")).status, 401);

    const kept = await signIn();
    const revoked = await signIn();
    const current = (await revoked.get("/sessions")).find(({ current }) => current);
    await kept.remove(`/sessions/${current.id}`);
    assert.equal((await revoked.call("GET", "/me")).status, 401);
    assert.equal((await kept.call("GET", "/me")).status, 200);

    const { id, secret } = await kept.post("/tokens", { name: "short-lived" });
    const program = new Api(world.server.base, { authorization: `Bearer ${secret}` });
    assert.equal((await program.get("/me")).username, "bob");
    await kept.remove(`/tokens/${id}`);
    assert.equal((await program.call("GET", "/me")).status, 401);
  });

  test("unknown user and wrong password give one answer, and guessing is slowed down", async () => {
    const unknown = await visitor.call("POST", "/sign-in", { username: "nobody-here", password: PASSWORD });
    const wrong = await visitor.call("POST", "/sign-in", { username: "carol", password: "not-the-password-1" });
    assert.deepEqual([wrong.status, wrong.body], [unknown.status, unknown.body]);
    assert.equal(wrong.status, 401);
    await until("guessing is refused", async () => {
      const answer = await visitor.call("POST", "/sign-in", { username: "carol", password: "not-the-password-1" });
      assert.ok([401, 429].includes(answer.status), answer.text);
      return answer.status === 429 && answer.body.code === "rate_limited";
    }, 60);
  });

  test("health tells without signing in", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      assert.equal((await request(world.server.base, "GET", path)).status, 200);
    }
  });

  test("the operator is never locked out: a password can be reset while the server runs", async () => {
    await world.server.adminOk(["reset-password", "bob"], "a-fresh-password-42\n");
    assert.match(await world.server.adminOk(["people"]), /^ada\b[^]*^bob\b/m);
    await world.server.end();
    assert.match(await world.server.adminOk(["people"]), /^bob\b/m, "and while it does not");
    const token = await world.server.adminOk(["create-token", "bob", "offline"]);
    await world.server.start();
    const program = new Api(world.server.base, { authorization: `Bearer ${token}` });
    assert.equal((await program.get("/me")).username, "bob");
    const answer = await visitor.call("POST", "/sign-in", { username: "bob", password: "a-fresh-password-42" });
    assert.ok(answer.status < 300, answer.text);
  });
});

describe("two people's instances", () => {
  let world, ada, bob, mine;

  before(async () => {
    world = await World.open();
    ada = world.ada;
    await ada.addKey();
    await world.node("shared");
    bob = await world.signUp("bob");
    mine = await ada.create("private-box");
  });
  after(() => world?.close());

  for (const { method, path, body } of ENDPOINTS.filter(({ path }) => path.startsWith("/instances/{id}"))) {
    test(`${method} ${path}: foreign and absent give one answer, and nothing happens`, async () => {
      const absent = await bob.api.call(method, at(path, ABSENT.instances), body);
      const foreign = await bob.api.call(method, at(path, mine.id), body);
      assert.deepEqual([foreign.status, foreign.body], [404, absent.body]);
      const now = await ada.api.get(`/instances/${mine.id}`);
      assert.deepEqual([now.desired, now.generation], [mine.desired, mine.generation]);
    });
  }

  test("a name is one's own: another person may use the same", async () => {
    await bob.addKey();
    const theirs = await bob.create("private-box");
    assert.notEqual(theirs.id, mine.id);
    assert.deepEqual((await bob.api.get("/instances")).map((view) => view.id), [theirs.id]);
    assert.ok(!JSON.stringify(await bob.api.get("/live/snapshot")).includes(mine.id));
  });

  test("somebody else's SSH key cannot be put into one's own instance", async () => {
    const [key] = await ada.api.get("/ssh-keys");
    const answer = await bob.api.call("POST", "/instances", { name: "with-foreign-key", image: IMAGE, ssh_keys: [key.id] });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.field, "ssh_keys");
  });
});
