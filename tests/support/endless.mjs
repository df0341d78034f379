// Transfers without an end, and how they end all the same.
import http from "node:http";

/** `moved` counts bytes, `ended` is kept with the status of a whole answer or with what broke off. */
export function endless(base, method, path, headers) {
  let over;
  const ended = new Promise((resolve) => (over = resolve));
  const length = method === "PUT" && { "content-length": 32 * 2 ** 30 };
  const request = http.request(new URL(path, base), { method, headers: { ...headers, ...length }, agent: false }, (answer) => {
    answer.on("data", (data) => method === "GET" && (seen.moved += data.length));
    answer.on("error", (error) => over({ error: error.message }));
    answer.on("end", () => over({ status: answer.statusCode }));
  });
  const seen = { moved: 0, ended, stop: () => request.destroy() };
  request.on("error", (error) => over({ error: error.message }));
  if (method === "GET") {
    request.end();
    return seen;
  }
  const piece = Buffer.alloc(256 << 10);
  const push = () => {
    let more = true;
    while (more && !request.destroyed) {
      more = request.write(piece);
      seen.moved += piece.length;
    }
  };
  request.on("drain", push);
  push();
  return seen;
}
