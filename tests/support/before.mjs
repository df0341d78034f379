// A backup as c7ae5ab wrote it, made of one of today: rows without what came later, and certificates in the old form.
import { createHash } from "node:crypto";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

import { must } from "./process.mjs";

const u32 = (n) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n].map((byte) => byte & 255));
const text = (value) => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);

/** An Ed25519 key of that seed, in OpenSSH's own format. */
function privateKey(seed) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const jwk = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" })).export({ format: "jwk" });
  const point = Buffer.from(jwk.x, "base64url");
  const blob = Buffer.concat([text("ssh-ed25519"), text(point)]);
  let secret = Buffer.concat([u32(7), u32(7), text("ssh-ed25519"), text(point), text(Buffer.concat([seed, point])), text("")]);
  for (let pad = 1; secret.length % 8 !== 0; pad++) secret = Buffer.concat([secret, Buffer.from([pad])]);
  const all = Buffer.concat([Buffer.from("openssh-key-v1\0"), text("none"), text("none"), text(""), u32(1), text(blob), text(secret)]);
  const lines = all.toString("base64").match(/.{1,70}/g).join("\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Certifies the host key for those names, as the installation itself did. Answers with the line. */
async function certificate(dir, secret, { public_key: key }, names) {
  const seed = createHash("sha256").update("dockhost authority").update(Buffer.from(secret, "hex")).digest();
  const [ca, host] = [`${dir}/old-ca`, `${dir}/old-host`];
  await writeFile(ca, privateKey(seed), { mode: 0o600 });
  await writeFile(`${host}.pub`, `${key}\n`);
  await must("ssh-keygen", ["-q", "-s", ca, "-h", "-I", names[0], "-n", names.join(","), `${host}.pub`]);
  return (await readFile(`${host}-cert.pub`, "utf8")).trim().split(" ").slice(0, 2).join(" ");
}

/** Rewrites the file. `change` may do more to its content. */
export async function asBefore(file, dir, change = () => {}) {
  const [head, body] = (await readFile(file, "utf8")).split("\n");
  const all = JSON.parse(body);
  for (const key of all.ssh_keys) {
    delete key.proof;
    delete key.may_manage;
  }
  for (const { host_key, spec } of all.instances) host_key.certificate = await certificate(dir, all.secret, host_key, [spec.name, `${spec.name}.dockhost`]);
  change(all);
  const text = JSON.stringify(all);
  const sum = createHash("sha256").update(text).digest("hex");
  await writeFile(file, `${head.replace(/[0-9a-f]{64}$/, sum)}\n${text}\n`);
  return all;
}
