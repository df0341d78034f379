// The server's description of its API, and whether an answer is within it.
import assert from "node:assert/strict";
import { isIP } from "node:net";

import addFormats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";

import { request } from "./http.mjs";

/** Every operation of the document, with its method and path. */
export const operations = (document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })));

/** Numbers of Rust, which JSON Schema leaves to whoever knows them. */
const NUMBERS = { uint16: (n) => n >= 0 && n < 2 ** 16, uint32: (n) => n >= 0 && n < 2 ** 32, uint64: (n) => n >= 0, uint: (n) => n >= 0,
  int64: () => true, float: () => true, double: () => true };

/** Judges answers by the document. What the document does not describe is not within it either: a member too many is told. */
export class Description {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    for (const [name, validate] of Object.entries(NUMBERS)) this.ajv.addFormat(name, { type: "number", validate });
    this.ajv.addFormat("ip", (text) => isIP(text) !== 0);
    const strict = structuredClone(document);
    for (const schema of Object.values(strict.components.schemas)) {
      if (schema.type === "object" || schema.properties) schema.unevaluatedProperties = false;
    }
    this.ajv.addSchema({ $id: "description", ...strict });
    this.validators = new Map();
  }

  static async of(base) {
    const { body } = await request(base, "GET", "/api/v1/openapi.json");
    return new Description(body);
  }

  /** Why the answer is outside of the description, or nothing. */
  fault({ method, path }, answer) {
    const operation = this.document.paths[path][method.toLowerCase()];
    const named = operation.responses[answer.status];
    const described = named?.$ref ? named.$ref.split("/").slice(1).reduce((value, part) => value[part], this.document) : named;
    if (!described) return `status ${answer.status} is not described: ${answer.text.slice(0, 300)}`;
    const kind = (answer.headers["content-type"] ?? "").split(";")[0];
    if (!described.content) return answer.text === "" ? undefined : `${answer.status} has a body: ${answer.text.slice(0, 300)}`;
    if (!described.content[kind]) return `${answer.status} is ${kind || "of no type"}: ${answer.text.slice(0, 300)}`;
    if (!kind.endsWith("json")) return undefined;
    const own = ["paths", path, method.toLowerCase(), "responses", String(answer.status)];
    const place = [...(named.$ref?.split("/").slice(1) ?? own), "content", kind, "schema"];
    const pointer = place.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
    const validate = this.ajv.getSchema(`description#/${pointer}`);
    assert.ok(validate, `the document has no ${pointer}`);
    return validate(answer.body) ? undefined : `${this.ajv.errorsText(validate.errors)}: ${answer.text.slice(0, 600)}`;
  }
}
