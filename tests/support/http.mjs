// HTTP with full control of every header, which `fetch` does not give.
import http from "node:http";
import https from "node:https";

/** `body` is sent as JSON unless it is text. With `https`, `tls` says whom to trust: without it, anybody. */
export function request(base, method, path, { headers = {}, body, socketPath, seconds = 60, tls = { rejectUnauthorized: false } } = {}) {
  const payload = body === undefined || typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const url = new URL(path, base);
  const all = { ...headers };
  if (payload !== undefined && !Object.keys(all).some((name) => name.toLowerCase() === "content-type")) {
    all["content-type"] = "application/json";
  }
  if (payload !== undefined) all["content-length"] = Buffer.byteLength(payload);
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http;
    const sent = request(
      { method, host: url.hostname, port: url.port, path: url.pathname + url.search, headers: all, socketPath, agent: false, ...tls },
      (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve(read(answer, Buffer.concat(parts).toString())));
      },
    );
    sent.setTimeout(seconds * 1000, () => sent.destroy(new Error(`${method} ${path}: no answer in ${seconds} s`)));
    // A server that refuses a long body answers and closes: the answer counts, not the broken pipe after it.
    sent.on("error", (error) => reject(Object.assign(new Error(`${method} ${path}: ${error.message}`), { code: error.code })));
    sent.end(payload);
  });
}

function read(answer, text) {
  let body = text;
  // A HEAD says of which kind the answer would be, and a 304 has none.
  if (text !== "" && /^application\/(problem\+)?json\b/.test(answer.headers["content-type"] ?? "")) {
    try {
      body = JSON.parse(text);
    } catch {
      throw new Error(`an answer says that it is JSON and is not: ${text.slice(0, 200)}`);
    }
  }
  return { status: answer.statusCode, headers: answer.headers, body, text };
}

/** The API as one person sees it. */
export class Api {
  constructor(base, headers = {}) {
    this.base = base;
    this.headers = headers;
  }

  call(method, path, body, headers = {}) {
    return request(this.base, method, `/api/v1${path}`, { body, headers: { ...this.headers, ...headers } });
  }

  /** For what must succeed: answers with the body. */
  async ok(method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 400)}`);
    return answer.body;
  }

  get(path) {
    return this.ok("GET", path);
  }

  post(path, body, headers) {
    return this.ok("POST", path, body, headers);
  }

  remove(path) {
    return this.ok("DELETE", path);
  }
}

/** The header with the key of a browser's session. */
export const SESSION_KEY = "dockhost-session-key";

/** What a browser holds once somebody signed in: its cookie, and the key that its page keeps. `headers` are what the page sends. */
export async function session(base, username, password) {
  const answer = await request(base, "POST", "/api/v1/sign-in", { body: { username, password } });
  if (answer.status >= 300) throw new Error(`${username} cannot sign in: ${answer.status} ${answer.text.slice(0, 400)}`);
  const cookie = answer.headers["set-cookie"][0].split(";")[0];
  const key = answer.body.session_key;
  return { cookie, key, headers: { cookie, [SESSION_KEY]: key } };
}
