// Every endpoint of the API, and what it asks for: a command as the log calls it, or an action of the table of permissions.
import { PASSWORD } from "../harness.mjs";

// `kind` says whose id stands in the path; `body` is one that the owner could send and that breaks nothing for later tests.
export const ENDPOINTS = [
  ["GET", "/me", "use-account"],
  // A password that is refused: who may ask has been told by then.
  ["POST", "/me/password", "change password", { current: PASSWORD, new: "short" }],
  ["PUT", "/me/email", "change email", { email: "", current: PASSWORD }],
  ["POST", "/me/removal", "ask for removal"],
  ["DELETE", "/me/removal", "withdraw removal"],
  ["POST", "/session/proof", "prove session", { password: PASSWORD }],
  ["GET", "/sessions", "use-account"],
  ["DELETE", "/sessions/{id}", "revoke session"],
  ["GET", "/tokens", "use-account"],
  ["POST", "/tokens", "create token", { name: "x" }],
  ["DELETE", "/tokens/{id}", "remove token"],
  ["GET", "/sign-in-requests/{code}", "answer-program"],
  ["POST", "/sign-in-requests/{code}/grant", "create token", { name: "x" }],
  ["DELETE", "/sign-in-requests/{code}", "answer-program"],
  ["GET", "/ssh-keys", "use-account"],
  ["POST", "/ssh-keys", "add SSH key", { name: "x", public_key: "x" }],
  ["DELETE", "/ssh-keys/{id}", "remove SSH key"],
  ["POST", "/ssh-keys/{id}/challenge", "manage-key"],
  ["POST", "/ssh-keys/{id}/proof", "prove SSH key", { signature: "x" }],
  ["PUT", "/ssh-keys/{id}/may-manage", "set may-manage", { allowed: false }],
  ["GET", "/nodes", "use-account"],
  ["POST", "/nodes", "register node", { name: "x" }],
  ["GET", "/nodes/{id}", "see-node"],
  ["PUT", "/nodes/{id}", "update node", { name: "taken-over" }],
  ["DELETE", "/nodes/{id}", "remove node"],
  ["POST", "/nodes/{id}/rotate-key", "rotate node key"],
  ["POST", "/nodes/{id}/enrolment-code", "issue enrolment code"],
  ["POST", "/nodes/{id}/cordon", "cordon node"],
  ["POST", "/nodes/{id}/uncordon", "uncordon node"],
  ["POST", "/nodes/{id}/drain", "drain node", { stop: true }],
  ["POST", "/nodes/{id}/unfreeze", "unfreeze node"],
  ["POST", "/nodes/{id}/forget", "forget node"],
  ["POST", "/nodes/{id}/measure", "manage-node"],
  ["GET", "/gateway", "use-account"],
  ["GET", "/images", "use-account"],
  ["GET", "/instances", "use-account"],
  // There is no such image: who may ask has been told by then.
  ["POST", "/instances", "create instance", { name: "x", image: "none" }],
  ["GET", "/instances/{id}", "see-instance"],
  ["POST", "/instances/{id}/stop", "stop instance"],
  ["POST", "/instances/{id}/start", "start instance"],
  ["POST", "/instances/{id}/restart", "restart instance"],
  ["POST", "/instances/{id}/forget", "forget instance"],
  ["PUT", "/instances/{id}/start-on-connect", "set start-on-connect", { allowed: true }],
  ["PUT", "/instances/{id}/ports/{port}", "declare port", { url: "public" }],
  ["PUT", "/instances/{id}/doors/{port}", "set door", { open: false }],
  ["POST", "/instances/{id}/ports/{port}/link", "share-instance", { hours: 1 }],
  ["DELETE", "/instances/{id}/ports/{port}", "withdraw port"],
  ["POST", "/instances/{id}/forwards", "open forward", { container_port: 8080 }],
  ["DELETE", "/instances/{id}/forwards/{place}/{protocol}/{host_port}", "close forward"],
  ["POST", "/instances/{id}/terminal", "enter-instance", { columns: 80, rows: 24 }],
  ["POST", "/instances/{id}/files/ticket", "enter-instance"],
  ["POST", "/visit", "use-account", { app: "80-web-1" }],
  ["GET", "/instances/{id}/explain", "see-instance"],
  ["POST", "/instances/{id}/reach", "see-instance"],
  ["GET", "/instances/{id}/events", "see-instance"],
  ["DELETE", "/instances/{id}", "delete instance"],
  ["GET", "/events", "use-account"],
  ["GET", "/live/snapshot", "use-account"],
  ["POST", "/live/ticket", "use-account"],
  ["GET", "/live", "use-account"],
  ["GET", "/settings", "see-settings"],
  ["PUT", "/settings", "change settings", { sign_up: "open", quota: 5 }],
  ["GET", "/invites", "see-invites"],
  ["POST", "/invites", "create invitation"],
  ["DELETE", "/invites/{id}", "drop invitation"],
  ["GET", "/people", "see-people"],
  ["PUT", "/people/{id}/administrator", "set administrator", { administrator: false }],
  ["POST", "/people/{id}/suspend", "suspend person", { stop: false }],
  ["POST", "/people/{id}/resume", "resume person"],
  ["POST", "/people/{id}/reset-link", "make reset link"],
  ["DELETE", "/people/{id}", "remove person", {}],
].map(([method, path, asked, body]) => ({ method, path, asked, body, kind: path.split("/")[1] }));

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

export const ABSENT = { instances: "i-00000000000000aa", "ssh-keys": "k-00000000000000aa", tokens: "t-00000000000000aa",
  nodes: "n-00000000000000aa", sessions: "s-00000000000000aa", invites: "v-00000000000000aa", people: "p-00000000000000aa" };

export const at = (path, id) => path.replace("{id}", id).replace("{code}", "BCDF-GHJK").replace("{port}", "8080").replace("{place}/{protocol}/{host_port}", "node/tcp/8080");

/** What it is done to is gone afterwards. */
export const destroys = ({ method, path }) => (method === "DELETE" && path.endsWith("{id}")) || path === "/nodes/{id}/forget";
