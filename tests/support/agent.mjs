// An SSH agent that holds security keys of its own making: what `ssh` and `ssh-keygen` would ask of a token, without one.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { writeFile } from "node:fs/promises";
import net from "node:net";

const u32 = (n) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n].map((byte) => byte & 255));
const text = (value) => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const APPLICATION = "ssh:";
/** The person has touched it. */
const FLAGS = 1;

/** A positive number as SSH writes it. */
function mpint(bytes) {
  let from = 0;
  while (from < bytes.length - 1 && bytes[from] === 0) from++;
  const short = bytes.subarray(from);
  return text(short[0] & 128 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

class SecurityKey {
  constructor(kind) {
    this.counter = 0;
    if (kind === "ed25519") {
      this.type = "sk-ssh-ed25519@openssh.com";
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      this.parts = [text(Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url"))];
      this.raw = (bytes) => sign(null, bytes, privateKey);
    } else {
      this.type = "sk-ecdsa-sha2-nistp256@openssh.com";
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const { x, y } = publicKey.export({ format: "jwk" });
      const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
      this.parts = [text("nistp256"), text(point)];
      this.raw = (bytes) => {
        const both = sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" });
        return Buffer.concat([mpint(both.subarray(0, 32)), mpint(both.subarray(32))]);
      };
    }
    this.blob = Buffer.concat([text(this.type), ...this.parts, text(APPLICATION)]);
  }

  sign(data) {
    const tail = Buffer.concat([Buffer.from([FLAGS]), u32(++this.counter)]);
    const raw = this.raw(Buffer.concat([sha256(APPLICATION), tail, sha256(data)]));
    return Buffer.concat([text(this.type), text(raw), tail]);
  }

  get line() {
    return `${this.type} ${this.blob.toString("base64")} token`;
  }
}

const IDENTITIES = 11;
const SIGN = 13;

function answer(keys, request) {
  if (request[0] === IDENTITIES) return Buffer.concat([Buffer.from([12]), u32(keys.length), ...keys.flatMap((key) => [text(key.blob), text("token")])]);
  if (request[0] === SIGN) {
    const blob = request.subarray(5, 5 + request.readUInt32BE(1));
    const at = 5 + blob.length;
    const data = request.subarray(at + 4, at + 4 + request.readUInt32BE(at));
    const key = keys.find((one) => one.blob.equals(blob));
    if (key) return Buffer.concat([Buffer.from([14]), text(key.sign(data))]);
  }
  return Buffer.from([5]);
}

/** Listens on `socket` with one key of each kind; their public halves lie beside it as `KIND.pub`. */
export async function securityKeys(socket) {
  const keys = { ed25519: new SecurityKey("ed25519"), ecdsa: new SecurityKey("ecdsa") };
  for (const [kind, key] of Object.entries(keys)) {
    key.file = `${socket}-${kind}.pub`;
    await writeFile(key.file, `${key.line}\n`);
  }
  const server = net.createServer((client) => {
    let waiting = Buffer.alloc(0);
    client.on("error", () => {});
    client.on("data", (data) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE(0)) {
        const length = waiting.readUInt32BE(0);
        client.write(text(answer(Object.values(keys), waiting.subarray(4, 4 + length))));
        waiting = waiting.subarray(4 + length);
      }
    });
  });
  await new Promise((resolve) => server.listen(socket, resolve));
  return { keys, socket, close: () => new Promise((resolve) => server.close(resolve)) };
}
