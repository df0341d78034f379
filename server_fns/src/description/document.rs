//! The OpenAPI document as a whole.

use model::request::SESSION_KEY;
use serde_json::{Map, Value, json};

use super::table::GROUPS;
use super::{operation, refusals, shapes};

/// What holds for every request.
pub(super) const CONVENTIONS: &str = "\
Requests and answers are JSON in UTF-8. The server takes a request exactly or refuses it: a field or a parameter that \
it does not know is refused, and named. Every refusal is `application/problem+json` with `code` for programs and \
`message` for people, and nothing of a refused request was done. A create and everything else that takes time answers \
once the wish is stored; ask again, or follow the live socket, to see what came of it. If an answer was lost, send the \
request again with the same `Idempotency-Key`: it is carried out once.";

pub(super) fn written() -> String {
    serde_json::to_string(&document()).expect("a value has no key that is no text") + "\n"
}

pub(super) fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "DockHost",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Linux instances that people reach over SSH.",
            "description": CONVENTIONS,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": GROUPS.iter().map(|group| json!({ "name": group.name })).collect::<Vec<_>>(),
        "paths": paths(),
        "components": {
            "schemas": shapes::all(),
            "securitySchemes": schemes(),
            "responses": responses(),
            "parameters": { "IdempotencyKey": idempotency_key() },
        },
        "x-dockhost-refusals": refusals::meanings(),
    })
}

fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for group in &GROUPS {
        for endpoint in group.rows {
            let path = paths.entry(endpoint.path()).or_insert_with(|| json!({}));
            path[endpoint.method().to_lowercase()] = operation::of(endpoint, group.name);
        }
    }
    paths
}

/// Every refusal once.
fn responses() -> Map<String, Value> {
    let rows = GROUPS.iter().flat_map(|group| group.rows);
    let all = rows.flat_map(|endpoint| refusals::of(endpoint).into_iter().map(|refused| (endpoint.path(), refused)));
    let named = all.map(|(path, (status, codes))| {
        (refusals::name(status, &codes, path), refusals::described(status, &codes, path))
    });
    named.collect()
}

fn schemes() -> Value {
    json!({
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, `dhp_…`. The scopes are `read`, `instances` and `all`, each with more.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "dh_session",
            "description": "The cookie that `POST /api/v1/sign-in` sets; over TLS it is called `__Host-dh_session`.",
        },
        "sessionKey": {
            "type": "apiKey",
            "in": "header",
            "name": SESSION_KEY,
            "description": "The `session_key` of the answer to `POST /api/v1/sign-in`. It goes with the cookie.",
        },
        "ticket": {
            "type": "apiKey",
            "in": "query",
            "name": "ticket",
            "description": "The `secret` of a ticket, which opens one thing once and within half a minute.",
        },
    })
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "The same request with the same key is carried out once in three days; another one is refused.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
    })
}
