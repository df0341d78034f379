// Who may do what: the table of permissions × every way in × own, foreign and absent. The cells come from the product's own
// table; what is expected of each is written nowhere else.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Api, IMAGE, PASSWORD, SESSION_KEY, World, must, request, session, until } from "../../harness.mjs";
import { enter, ask as askApp } from "../../support/apps.mjs";
import { ABSENT, ENDPOINTS, PUBLIC, at, destroys } from "../../support/endpoints.mjs";
import { Client } from "../../support/gateway.mjs";
import { Live, upgrade } from "../../support/live.mjs";
import { Cells, TABLE, allows, expected, judge } from "../../support/permissions.mjs";

const cells = new Cells();

// What no way in of this suite asks for, and why.
const APART = {
  "note use": "every request of a session or a token is one",
  "recover instance": "recover.test.mjs asks for it, with containers to take back",
  "place-on-node": "where an instance is placed, nobody says; the planner's tests ask",
};

const WAYS = ["session", "token"];
/** Of a token, its scope: those of the harness may do whatever tokens may. */
const byOf = (way) => (way === "token" ? { token: "all" } : {});
const WHOSE = ["own", "foreign", "absent"];

/** What somebody holds of a thing that is `owner`'s; ada administers. */
const grants = (who, owner, kind) => [
  "anybody",
  ...(who === owner ? ["owner"] : []),
  ...(who === "ada" ? ["administrator"] : []),
  ...(kind === "nodes" && owner === "ada" ? ["shared"] : []),
];

const other = (who) => (who === "ada" ? "bob" : "ada");
const ownerOf = (who, whose) => (whose === "foreign" ? other(who) : who);

/** A person's API by each way in. */
async function apisOf(world, person) {
  const browser = await session(world.server.base, person.username, PASSWORD);
  return { session: new Api(world.server.base, browser.headers), token: person.api };
}

/** The cells of an endpoint, for ada and bob, by their sessions and their tokens. */
function cellsOf({ path, asked, method }) {
  const whoses = path.includes("{id}") ? WHOSE : ["own"];
  return WAYS.flatMap((way) => ["ada", "bob"].flatMap((who) => whoses.map((whose) => {
    const close = cells.derive(`HTTP by ${way}`, asked, `${who} at ${method} ${path}`, whose);
    return { way, who, whose, close };
  })));
}

after(() => {
  const missing = cells.unasked(APART);
  assert.deepEqual(missing, [], "no way in asks for these");
  cells.report("access");
});

describe("access", () => {
  let world, ada, bob, visitor, of, adas, apis, standing, made = 0;

  before(async () => {
    // Without an engine: what is asked here never reaches one.
    world = await World.open({ engine: false });
    ada = world.ada;
    bob = await world.signUp("bob");
    visitor = new Api(world.server.base);
    await ada.addKey();
    const registered = await bob.api.post("/nodes", { name: "bobs-own" });
    apis = { ada: await apisOf(world, ada), bob: await apisOf(world, bob) };
    const token = await apis.ada.session.post("/tokens", { name: "second" });
    const invite = await ada.api.post("/invites");
    adas = await session(world.server.base, "ada", PASSWORD);
    const [first] = await new Api(world.server.base, adas.headers).get("/sessions");
    const own = await ada.api.post("/nodes", { name: "adas-own" });
    of = { "ssh-keys": (await ada.api.get("/ssh-keys"))[0].id, tokens: token.id, nodes: own.id, sessions: first.id,
      invites: invite.id, bobsNode: registered.id, bobsKey: registered.secret, bobsCode: registered.code.secret };
    // Whoever is suspended or removed below asks for nothing themselves.
    of.people = await make("people", "ada");
    standing = { ada: of, bob: { nodes: registered.id, invites: invite.id, people: of.people } };
    for (const kind of ["ssh-keys", "tokens", "sessions"]) standing.bob[kind] = await make(kind, "bob");
  });
  after(() => world?.close());

  /** Another thing of that kind; answers with its id. */
  async function make(kind, owner) {
    const person = owner === "ada" ? ada : bob;
    const name = `made-${(made += 1)}`;
    if (kind === "sessions") {
      const { headers } = await session(world.server.base, owner, PASSWORD);
      return (await new Api(world.server.base, headers).get("/sessions")).find(({ current }) => current).id;
    }
    if (kind === "ssh-keys") {
      const file = join(world.dir, name);
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
      return (await person.api.post("/ssh-keys", { name, public_key: readFileSync(`${file}.pub`, "utf8").trim() })).id;
    }
    if (kind === "people") {
      return (await visitor.post("/sign-up", { username: name, email: `${name}@example.org`, password: PASSWORD })).id;
    }
    const by = kind === "invites" ? ada.api : kind === "tokens" ? apis[owner].session : person.api;
    return (await by.post(`/${kind}`, kind === "invites" ? undefined : { name })).id;
  }

  for (const { method, path, body, kind, asked } of ENDPOINTS) {
    const close = cells.derive("HTTP by nothing", asked, `a visitor at ${method} ${path}`, "absent");
    test(`${method} ${path}: a visitor is told to sign in`, async () => {
      const url = at(path, ABSENT[kind]);
      // A cookie goes to every port of the host, so whoever has an instance there may have it; a key alone is no session.
      const stolen = { cookie: adas.cookie, origin: world.server.base, "sec-fetch-site": "same-origin" };
      const key = { [SESSION_KEY]: adas.key };
      const shown = [{}, { authorization: "Bearer dhp_wrong" }, { authorization: `Bearer ${of.bobsKey}` }, { cookie: "dh_session=wrong" }, stolen,
        key, { ...key, cookie: "dh_session=wrong" }];
      if (path === "/live") {
        for (const headers of shown) assert.equal((await upgrade(world.server.base, "/api/v1/live", headers)).status, 401, JSON.stringify(headers));
        return close();
      }
      for (const headers of shown) {
        const answer = await visitor.call(method, url, body, headers);
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.body.code, "unauthenticated");
        assert.ok(answer.body.message.length > 10);
      }
      close();
    });
  }

  // Those of an instance need one, which is further down; a socket has its own way in.
  const here = ENDPOINTS.filter(({ path }) => !path.startsWith("/instances/{id}") && path !== "/live");
  for (const endpoint of here) {
    const { method, path, body, kind, asked } = endpoint;
    const derived = cellsOf(endpoint);
    test(`${method} ${path}: as the table says, own, foreign and absent`, async () => {
      for (const { way, who, whose, close } of derived) {
        const there = whose !== "absent";
        const owner = ownerOf(who, whose);
        const expectation = expected(asked, grants(who, owner, kind), kind, there, byOf(way));
        const spent = expectation === "let in" && destroys(endpoint);
        const id = !path.includes("{id}") ? "" : !there ? ABSENT[kind] : spent ? await make(kind, owner) : standing[owner][kind];
        const api = apis[who][way];
        const answer = await api.call(method, at(path, id), body);
        const absent = path.includes("{id}") ? await api.call(method, at(path, ABSENT[kind]), body) : undefined;
        try {
          judge(expectation, answer, absent);
        } catch (error) {
          error.message = `${who} by ${way}, ${whose}: ${error.message}`;
          throw error;
        }
        close();
      }
    });
  }

  const socketCells = WAYS.map((way) => [way, cells.derive("live socket", "use-account", `bob by ${way}`, "own")]);
  const ticketCells = ["own", "absent"].map((whose) => cells.derive("live socket", "use-account", "bob by a ticket", whose));
  test("the live socket opens by a session, a token and a ticket, which opens one", async () => {
    for (const [way, close] of socketCells) {
      const { status, socket } = await upgrade(world.server.base, "/api/v1/live", apis.bob[way].headers);
      assert.equal(status, 101, way);
      socket.destroy();
      close();
    }
    const { secret } = await apis.bob.session.post("/live/ticket");
    const first = await upgrade(world.server.base, `/api/v1/live?ticket=${secret}`);
    assert.equal(first.status, 101);
    first.socket.destroy();
    assert.equal((await upgrade(world.server.base, `/api/v1/live?ticket=${secret}`)).status, 401, "it opens once");
    ticketCells[0]();
    assert.equal((await upgrade(world.server.base, "/api/v1/live?ticket=wrong")).status, 401);
    ticketCells[1]();
  });

  const enrolCells = WHOSE.map((whose) => cells.derive("a node's API key", "redeem enrolment code", "a machine", whose));
  const keyCells = WHOSE.map((whose) => cells.derive("a node's API key", "enrol", "a machine at the channel", whose));
  test("a code makes one key, and a node's key opens the nodes' channel and nothing else", async () => {
    const dial = async (key) => {
      const { status, socket } = await upgrade(world.server.base, "/api/v1/channel", { authorization: `Bearer ${key}` });
      socket?.destroy();
      return status;
    };
    const { secret, code } = await bob.api.post("/nodes", { name: "to-be-enrolled" });
    assert.equal(await dial(secret), 101);
    keyCells[0]();
    const enrolled = await visitor.post("/enrolment", { code: code.secret });
    assert.equal(await dial(enrolled.api_key), 101);
    enrolCells[0]();
    // What opens an account is foreign here.
    assert.equal(await dial(bob.api.headers.authorization.replace("Bearer ", "")), 401);
    keyCells[1]();
    for (const [shown, close] of [[code.secret, enrolCells[1]], ["dhe_wrong", enrolCells[2]]]) {
      const answer = await visitor.call("POST", "/enrolment", { code: shown });
      assert.equal(answer.status, 403, answer.text);
      close();
    }
    for (const wrong of ["dhn_wrong", secret]) assert.equal(await dial(wrong), 401, "the key before ended");
    keyCells[2]();
  });

  const arrivals = ["sign up", "open session", "close session", "note failed sign-in"].map((asked) => cells.derive("HTTP by nothing", asked, "a visitor", "own"));
  const strangers = ["sign up", "open session"].map((asked) => cells.derive("HTTP by nothing", asked, "a visitor", "foreign"));
  test("a visitor opens an account of their own and a session of it, and nobody else's", async () => {
    const dora = { username: "dora", email: "dora@example.org", password: PASSWORD };
    const { session_key: key } = await visitor.post("/sign-up", dora);
    assert.ok(key.length > 20);
    arrivals[0]();
    const browser = await session(world.server.base, "dora", PASSWORD);
    arrivals[1]();
    const signedIn = new Api(world.server.base, browser.headers);
    await signedIn.post("/sign-out");
    assert.equal((await signedIn.call("GET", "/me")).status, 401);
    arrivals[2]();
    assert.equal((await visitor.call("POST", "/sign-up", { ...dora, email: "second@example.org" })).status, 409);
    strangers[0]();
    assert.equal((await visitor.call("POST", "/sign-in", { username: "dora", password: "not-the-password-1" })).status, 401);
    strangers[1]();
    // It is counted after the answer, and told to whose account it is.
    const again = new Api(world.server.base, (await session(world.server.base, "dora", PASSWORD)).headers);
    await until("the wrong password is told", async () => (await again.get("/events")).events.some(({ kind }) => kind === "sign_in_failed"));
    arrivals[3]();
  });

  const linkCells = ["own", "absent"].map((whose) => cells.derive("HTTP by nothing", PUBLIC["POST /password-reset"], "whoever has the link", whose));
  test("a reset link sets another password, once, and ends what the old one opened", async () => {
    const erin = await world.signUp("erin");
    const { id } = await erin.api.get("/me");
    const browser = new Api(world.server.base, (await session(world.server.base, "erin", PASSWORD)).headers);
    const replaced = await apis.ada.session.post(`/people/${id}/reset-link`);
    const { secret, username, expires_at } = await apis.ada.session.post(`/people/${id}/reset-link`);
    assert.equal(username, "erin");
    assert.ok(Date.parse(expires_at) - Date.now() <= 3_600_000);
    const password = "a-password-by-link-42";
    const set = (secret, password) => visitor.call("POST", "/password-reset", { secret, password });
    assert.deepEqual([(await set(secret, "short")).body.field, (await browser.call("GET", "/me")).status], ["password", 200]);
    assert.ok((await set(secret, password)).status < 300);
    assert.equal((await browser.call("GET", "/me")).status, 401, "the sessions end");
    assert.equal((await erin.api.call("GET", "/me")).status, 200, "and the tokens do not");
    const signIn = async (password) => (await visitor.call("POST", "/sign-in", { username: "erin", password })).status;
    assert.deepEqual([await signIn(PASSWORD) === 401, await signIn(password) < 300], [true, true]);
    linkCells[0]();
    for (const wrong of [secret, replaced.secret, "dhr_wrong", ""]) {
      assert.deepEqual([(await set(wrong, password)).status, (await set(wrong, "short")).status], [403, 403], wrong);
    }
    linkCells[1]();
    const told = (await erin.api.get("/events?topic=access")).events.map(({ text }) => text);
    assert.ok(told.includes("ada made a link that sets another password, once."), told.join("\n"));
    assert.ok(told.includes("erin set another password by a reset link."), told.join("\n"));
  });

  const welcomeCells = ["ada", "bob"].map((who) => [who, cells.derive("HTTP by session", PUBLIC["GET /welcome"], who, "own")]);
  test("how the server is exposed is told to administrators", async () => {
    for (const [who, close] of welcomeCells) {
      const told = (await apis[who].session.get("/welcome")).sharing_host.length > 0;
      assert.equal(told, allows("see-exposure", grants(who, who)), who);
      close();
    }
  });

  // A stream has no end, so that the list leaves it out.
  const LOG = ["/events?of=everybody", "/events/stream?of=everybody", "/events/export?of=everybody"];
  const logCells = LOG.flatMap((path) => WAYS.flatMap((way) => ["ada", "bob"].map((who) =>
    ({ path, way, who, close: cells.derive(`HTTP by ${way}`, "see-activity", `${who} at GET ${path}`, "own") }))));
  const closedLogs = LOG.map((path) => [path, cells.derive("HTTP by nothing", "see-activity", `a visitor at GET ${path}`, "absent")]);
  test("everything that happened is told to administrators, in each form", async () => {
    const ask = async (path, headers) => {
      const answer = await fetch(`${world.server.base}/api/v1${path}`, { headers });
      await answer.body.cancel();
      return answer.status;
    };
    for (const { path, way, who, close } of logCells) {
      const may = allows("see-activity", grants(who, who), byOf(way));
      assert.equal(await ask(path, apis[who][way].headers), may ? 200 : 403, `${who} by ${way}: ${path}`);
      close();
    }
    for (const [path, close] of closedLogs) {
      assert.equal(await ask(path, {}), 401, path);
      close();
    }
  });

  const mayCells = ["ada", "bob"].map((who) => [who, cells.derive("views", "use-account", who, "own")]);
  test("pages are told what the table says", async () => {
    for (const [who, close] of mayCells) {
      const { may } = await apis[who].session.get("/me");
      for (const action of ["see-settings", "change-settings", "invite", "see-people", "manage-people", "list-everybody", "see-activity", "create-instance", "register-node"]) {
        assert.equal(may.includes(action), allows(action, grants(who, who)), `${who}: ${action}`);
      }
      close();
    }
  });

  test("a foreign instance gives the answer of an absent one, everywhere", async () => {
    const placed = await ada.api.call("POST", "/instances", { name: "secret-one", image: IMAGE });
    assert.equal(placed.status, 409, "no node is online here, so nothing can be placed");
    assert.equal(placed.body.code, "no_capacity");
  });

  test("a person sees only their own things in lists and in the snapshot", async () => {
    const { world: seen } = await bob.api.get("/live/snapshot");
    assert.equal(seen.me.username, "bob");
    assert.deepEqual(Object.keys(seen.ssh_keys), [standing.bob["ssh-keys"]]);
    assert.deepEqual((await bob.api.get("/ssh-keys")).map(({ id }) => id), [standing.bob["ssh-keys"]]);
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

  const OPERATOR = [
    ["create-administrator", "create administrator", ["dan", "dan@example.org"], `${PASSWORD}\n`],
    ["create-token", "operate", ["bob", "by-the-operator"]],
    ["enrol-node", "install node", ["the-servers-own"]],
    ["people", "operate", []],
    ["nodes", "operate", []],
    ["setup-link", "operate", []],
    ["server-fingerprint", "operate", []],
    ["reset-password", "reset password", ["dora"], `${PASSWORD}\n`],
    ["reset-link", "make reset link", ["dora"]],
    ["make-administrator", "set administrator", ["dora"]],
    ["no-longer-administrator", "set administrator", ["dora"]],
    ["suspend", "suspend person", ["dora", "--stop"]],
    ["resume", "resume person", ["dora"]],
    ["remove", "remove person", ["dan", "--instances", "delete", "--nodes", "give:ada"]],
  ].map(([command, ...rest]) => [command, cells.derive("the operator's command line", rest[0], command, "own"), ...rest]);
  const nobodys = ["create-token", "reset-password"].map((command) =>
    [command, cells.derive("the operator's command line", command === "create-token" ? "operate" : "reset password", command, "absent")]);
  test("whoever holds the server's computer may do what its command line offers, and it offers nothing else", async () => {
    const help = (await world.server.admin(["--help"])).stdout;
    const [, listed] = help.split("Commands:");
    const offered = [...listed.split("Options:")[0].matchAll(/^ {2}([a-z-]+) /gm)].map(([, name]) => name).filter((name) => name !== "help");
    assert.deepEqual(offered.sort(), OPERATOR.map(([command]) => command).sort());
    for (const [command, close, , words, input] of OPERATOR) {
      await world.server.adminOk([command, ...words], input);
      close();
    }
    for (const [command, close] of nobodys) {
      const words = command === "create-token" ? ["nobody-here", "x"] : ["nobody-here"];
      const done = await world.server.admin([command, ...words], `${PASSWORD}\n`);
      assert.notEqual(done.status, 0, done.stdout);
      assert.match(done.stderr, /There is nobody with the username or address nobody-here/);
      close();
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
  let world, ada, bob, eve, mine, things, apis, robot, made = 0;

  before(async () => {
    world = await World.open();
    ada = world.ada;
    await ada.addKey("laptop", new Api(world.server.base, (await session(world.server.base, "ada", PASSWORD)).headers));
    await world.node("shared");
    bob = await world.signUp("bob");
    eve = await world.signUp("eve");
    await bob.addKey();
    mine = await ada.create("private-box");
    things = { ada: mine, bob: await bob.create("box") };
    apis = { ada: await apisOf(world, ada), bob: await apisOf(world, bob) };
    await Promise.all([ada.phase(mine.id, "running"), bob.phase(things.bob.id, "running")]);
  });
  after(() => world?.close());

  // In this order: what ends an instance comes last, and is asked of one that is there for that.
  for (const endpoint of ENDPOINTS.filter(({ path }) => path.startsWith("/instances/{id}"))) {
    const { method, path, body, asked } = endpoint;
    const derived = cellsOf(endpoint);
    test(`${method} ${path}: as the table says; foreign and absent give one answer, and nothing happens`, async () => {
      for (const { way, who, whose, close } of derived) {
        const owner = ownerOf(who, whose);
        const expectation = expected(asked, grants(who, owner), "instances", whose !== "absent", byOf(way));
        const spent = expectation === "let in" && destroys(endpoint);
        const person = owner === "ada" ? ada : bob;
        const instance = spent ? await person.create(`spent-${(made += 1)}`) : things[owner];
        const before = await person.api.get(`/instances/${instance.id}`);
        const api = apis[who][way];
        const absent = await api.call(method, at(path, ABSENT.instances), body);
        const answer = whose === "absent" ? absent : await api.call(method, at(path, instance.id), body);
        try {
          judge(expectation, answer, absent);
        } catch (error) {
          error.message = `${who} by ${way}, ${whose}: ${error.message}`;
          throw error;
        }
        if (expectation === "hidden") {
          const now = await person.api.get(`/instances/${instance.id}`);
          assert.deepEqual([now.desired, now.generation], [before.desired, before.generation]);
        }
        if (spent) await person.gone(instance.id);
        close();
      }
    });
  }

  const seen = ["ada", "bob"].flatMap((who) => ["own", "foreign"].map((whose) =>
    ({ who, whose, close: cells.derive("live socket", "see-instance", who, whose) })));
  test("the live socket shows what the table lets one see, and says what one may do to it", async () => {
    for (const { who, whose, close } of seen) {
      const live = await Live.open(world.server.base, apis[who].session.headers);
      try {
        await until("the first snapshot", () => live.world);
        const owner = ownerOf(who, whose);
        const view = live.world.instances[things[owner].id];
        assert.equal(Boolean(view), allows("see-instance", grants(who, owner)), `${who}, ${whose}`);
        const of = Object.keys(TABLE.actions).filter((action) => view?.may.includes(action));
        for (const action of ["manage-instance", "enter-instance", "share-instance", "reach-instance", "log-in", "open-own-url"]) {
          if (view) assert.equal(of.includes(action), allows(action, grants(who, owner)), `${who}, ${whose}: ${action}`);
        }
      } finally {
        live.close();
      }
      close();
    }
  });

  const told = WAYS.flatMap((way) => ["ada", "bob"].flatMap((who) => WHOSE.map((whose) =>
    ({ way, who, whose, close: cells.derive(`HTTP by ${way}`, "see-event", who, whose) }))));
  const entered = ["ada", "bob"].flatMap((who) => WHOSE.map((whose) =>
    ({ who, whose, close: cells.derive("HTTP by token", "note entrance", who, whose) })));
  test("what happened to an instance is told to whom the table says, and so is who looked into it", async () => {
    const of = async (api, id) => (await api.get(`/events?of=${id}&limit=200`)).events;
    for (const { way, who, whose, close } of told) {
      const id = whose === "absent" ? ABSENT.instances : things[ownerOf(who, whose)].id;
      const may = whose !== "absent" && allows("see-event", grants(who, ownerOf(who, whose)), byOf(way));
      assert.equal((await of(apis[who][way], id)).length > 0, may, `${who} by ${way}, ${whose}`);
      close();
    }
    await Promise.all([ada.phase(mine.id, "running"), bob.phase(things.bob.id, "running")]);
    for (const { who, whose, close } of entered) {
      const owner = ownerOf(who, whose);
      const id = whose === "absent" ? ABSENT.instances : things[owner].id;
      const looks = async () => (await of(apis.ada.token, id)).filter(({ kind, cause }) => kind === "entered" && cause.name === who).length;
      const before = await looks();
      const { status } = await apis[who].token.call("POST", `/instances/${id}/terminal`, { columns: 80, rows: 24 });
      assert.equal(status < 300, whose !== "absent" && allows("note entrance", grants(who, owner)), `${who}, ${whose}: ${status}`);
      if (status < 300) {
        const { secret } = await apis[who].token.post(`/instances/${id}/terminal`, { columns: 80, rows: 24 });
        const { socket } = await upgrade(world.server.base, `/api/v1/terminal?ticket=${secret}`);
        socket?.destroy();
      }
      // Looking into one's own is no news.
      assert.equal((await looks()) > before, status < 300 && owner !== who, `${who}, ${whose}`);
      close();
    }
  });

  const LOBBY = [
    ["ls", "use-account"], ["whoami", "use-account"], ["ls --all", "list-everybody"], ["new x none", "create instance"],
    ["ports NAME", "see-instance"], ["explain NAME", "see-instance"], ["open NAME 9090", "open forward"], ["close NAME 9", "close forward"],
    ["door NAME 80 close", "set door"], ["keys NAME", "see-instance"], ["keys NAME --all", "choose SSH keys"], ["stop NAME", "stop instance"], ["start NAME", "start instance"], ["restart NAME", "restart instance"],
    ["people", "see-people"], ["suspend nobody", "suspend person"], ["resume nobody", "resume person"],
    ["reset-link nobody", "make reset link"], ["make-administrator nobody", "set administrator"],
    ["no-longer-administrator nobody", "set administrator"], ["remove-person nobody --yes", "remove person"],
    ["rm NAME --yes", "delete instance"],
  ].flatMap(([line, asked]) => ["managing", "restricted"].flatMap((key) => (line.includes("NAME") ? WHOSE : ["own"]).map((whose) =>
    ({ line, asked, key, whose, close: cells.derive("lobby by SSH", asked, `bob's ${key} key: ${line}`, whose) }))));
  const GATE = ["log-in", "reach-instance"].flatMap((asked) => ["managing", "restricted"].flatMap((key) => WHOSE.map((whose) =>
    ({ asked, key, whose, close: cells.derive("SSH gateway", asked, `bob's ${key} key`, whose) }))));

  test("by SSH a key does what the table lets such a key do", async () => {
    robot = Object.assign(Object.create(Object.getPrototypeOf(bob)), { ...bob, identity: join(world.dir, "id-robot") });
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", robot.identity]);
    const public_key = readFileSync(`${robot.identity}.pub`, "utf8").trim();
    const { id } = await bob.api.post("/ssh-keys", { name: "robot", public_key, may_manage: false });
    const ticked = await bob.create("for-robot", { ssh_keys: [id] });
    await bob.api.call("POST", `/instances/${things.bob.id}/start`);
    await Promise.all([bob.phase(ticked.id, "running"), bob.phase(things.bob.id, "running")]);
    const client = { managing: await Client.of(bob), restricted: await Client.of(robot, { name: "robot" }) };
    await client.managing.ready("box");
    await client.restricted.ready("for-robot");

    const names = { own: { managing: "box", restricted: "for-robot" }, foreign: "private-box", absent: "nothing-here" };
    const nameOf = (whose, key) => names[whose][key] ?? names[whose];
    for (const { asked, key, whose, close } of GATE) {
      // The restricted key is ticked for the instance that is its own here.
      const by = { key, ticked: whose === "own" };
      const may = whose === "own" && allows(asked, grants("bob", "bob"), by);
      const name = nameOf(whose, key);
      const done = asked === "log-in" ? await client[key].ssh(name, "true") : await client[key].jump(whose === "foreign" ? `${name}.ada` : name, "true");
      assert.equal(done.status === 0, may, `${asked} by the ${key} key, ${whose}: ${done.status} ${done.stderr}`);
      close();
    }

    for (const { line, asked, key, whose, close } of LOBBY) {
      const by = { key, ticked: whose === "own" };
      // The lobby is a page of the account: a key that may not use that finds a sentence. Names there are one's own.
      const may = allows("use-account", grants("bob", "bob"), by) && allows(asked, grants("bob", "bob"), by);
      const own = line.startsWith("rm") && may && whose === "own" ? (await bob.create("spent")).name : nameOf(whose, key);
      const done = await client[key].lobby(`${line.replace("NAME", own)} --json`);
      const refused = done.status === 0 ? "" : JSON.parse(done.stderr);
      const told = `${line} by the ${key} key, ${whose}: ${done.status} ${done.stdout} ${done.stderr}`;
      if (!may) assert.equal(refused.code, "forbidden", told);
      else if (whose === "own") assert.ok(!["forbidden", "unauthenticated"].includes(refused.code) && !/You have no instance/.test(refused.message ?? ""), told);
      else assert.deepEqual([refused.code, refused.message], ["not_found", `You have no instance called ${own}.`], told);
      close();
    }
  });

  const everybody = cells.derive("lobby by SSH", "list-everybody", "ada's managing key: ls --all", "own");
  test("an administrator lists everybody's in the lobby", async () => {
    const client = await Client.of(ada);
    const done = await client.lobby("ls --all --json");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(JSON.parse(done.stdout).some(({ id }) => id === things.bob.id), allows("list-everybody", grants("ada", "bob")));
    everybody();
  });

  const managed = [["people", "see-people"], ["suspend frank --stop", "suspend person"], ["resume frank", "resume person"],
    ["reset-link frank", "make reset link"], ["make-administrator frank", "set administrator"],
    ["no-longer-administrator frank", "set administrator"], ["remove-person frank --yes", "remove person"]]
    .map(([line, asked]) => [line, cells.derive("lobby by SSH", asked, `ada's managing key: ${line}`, "foreign")]);
  test("an administrator looks after people in the lobby", async () => {
    const frank = await world.signUp("frank");
    const client = await Client.of(ada);
    for (const [line, close] of managed) {
      const done = await client.lobby(`${line} --json`);
      assert.equal(done.status, 0, done.stderr);
      const told = JSON.parse(done.stdout);
      const row = Array.isArray(told) ? told.find(({ username }) => username === "frank") : told;
      const suspended = line.startsWith("suspend");
      assert.equal(Boolean(row.suspended), suspended, line);
      assert.equal(Boolean(row.administrator), line.startsWith("make-administrator"), line);
      const gone = line.startsWith("remove-person");
      assert.equal((await frank.api.call("GET", "/me")).status, suspended || gone ? 401 : 200, line);
      close();
    }
  });

  test("a key that a token added makes nobody an administrator, and no way to a password", async () => {
    const robot = Object.assign(Object.create(Object.getPrototypeOf(ada)), { ...ada, identity: join(world.dir, "id-of-token") });
    await robot.addKey("of-token");
    const client = await Client.of(robot, { name: "of-token" });
    // The first login proves the key, and is told so.
    assert.equal((await client.lobby("whoami")).status, 0);
    for (const line of ["reset-link ada", "reset-link bob", "make-administrator bob", "no-longer-administrator ada"]) {
      const done = await client.lobby(`${line} --json`);
      assert.notEqual(done.status, 0, `${line}: ${done.stdout}`);
      assert.match(JSON.parse(done.stderr).message, /no SSH key that one added/, line);
    }
    assert.equal((await client.lobby("people")).status, 0);
  });

  const tickets = ["terminal", "files"].flatMap((kind) => WHOSE.map((whose) =>
    ({ kind, whose, close: cells.derive("ticket", "enter-instance", `bob's for ${kind}`, whose) })));
  test("a ticket opens what it was given for, once, and nothing else", async () => {
    await bob.phase(things.bob.id, "running");
    const { base } = world.server;
    const give = async (kind) => {
      const path = `/instances/${things.bob.id}/${kind === "terminal" ? "terminal" : "files/ticket"}`;
      return (await bob.api.post(path, kind === "terminal" ? { columns: 80, rows: 24 } : undefined)).secret;
    };
    const show = async (kind, ticket, id) => {
      if (kind === "files") return (await request(base, "GET", `/api/v1/instances/${id}/files?path=/etc/hostname&ticket=${ticket}`)).status;
      const { status, socket } = await upgrade(base, `/api/v1/terminal?ticket=${ticket}`);
      socket?.destroy();
      return status;
    };
    for (const { kind, whose, close } of tickets) {
      const ticket = whose === "absent" ? "wrong" : await give(kind);
      const id = whose === "foreign" && kind === "files" ? mine.id : things.bob.id;
      // A terminal's ticket names its instance, so that a second use is the only other one there is.
      if (whose === "foreign" && kind === "terminal") assert.equal(await show(kind, ticket, id), 101);
      const status = await show(kind, ticket, id);
      if (whose === "own") assert.ok([101, 200].includes(status), `${kind}: ${status}`);
      else assert.ok([401, 403, 404].includes(status), `${kind}, ${whose}: ${status}`);
      close();
    }
  });

  const visits = ["nobody", "bob", "ada", "eve"].flatMap((who) => (who === "bob" ? ["own", "absent"] : ["foreign", "absent"]).map((whose) =>
    ({ who, whose, close: cells.derive("app URL", "open-own-url", who, whose) })));
  test("the URL of an app that is for its owner opens for the owner alone, and a foreign one is as none", async () => {
    const { urls } = await bob.api.ok("PUT", `/instances/${things.bob.id}/ports/80`, { url: "owner" });
    const url = new URL(urls.find(({ port }) => port === 80).url);
    const persons = { ada, bob, eve };
    for (const { who, whose, close } of visits) {
      const host = whose === "absent" ? url.host.replace(/^[^.]+/, "nothing-here-80--bob") : url.host;
      if (who === "nobody") {
        assert.equal((await askApp(world, host, "/")).status, 401);
      } else {
        const { refused, cookie } = await enter(world, host, persons[who]);
        const may = whose !== "absent" && allows("open-own-url", grants(who, "bob"));
        assert.equal(Boolean(cookie), may, `${who}, ${whose}: ${refused?.status} ${refused?.text}`);
        if (!may) assert.deepEqual([refused.status, refused.body.code], [404, "not_found"], refused.text);
      }
      close();
    }
  });

  test("a name is one's own: another person may use the same", async () => {
    const theirs = await bob.create("private-box");
    assert.notEqual(theirs.id, mine.id);
    const listed = await bob.api.get("/instances");
    assert.ok(listed.some(({ id }) => id === theirs.id) && listed.every(({ owner }) => owner === "bob"));
    assert.ok(!listed.some(({ id }) => id === mine.id));
    assert.ok(!JSON.stringify(await bob.api.get("/live/snapshot")).includes(mine.id));
  });

  test("somebody else's SSH key cannot be put into one's own instance", async () => {
    const [key] = await ada.api.get("/ssh-keys");
    const answer = await bob.api.call("POST", "/instances", { name: "with-foreign-key", image: IMAGE, ssh_keys: [key.id] });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.field, "ssh_keys");
  });
});
