//! One endpoint as OpenAPI has it.

use control::row;
use serde_json::{Map, Value, json};

use super::endpoint::{Asks, Endpoint, Gives, Parameter, Takes};
use super::{PREFIX, refusals, shapes};

pub(super) fn of(endpoint: &Endpoint, group: &str) -> Value {
    let more: Vec<String> =
        [endpoint.more.to_owned(), refusals::who_may(endpoint)].into_iter().filter(|text| !text.is_empty()).collect();
    let mut operation = json!({
        "operationId": name(endpoint),
        "tags": [group],
        "summary": endpoint.says,
        "description": more.join("\n\n"),
        "parameters": parameters(endpoint),
        "responses": responses(endpoint),
        "security": security(endpoint),
    });
    let told = operation.as_object_mut().expect("it was made as one");
    if let Some(body) = body(endpoint) {
        told.insert("requestBody".to_owned(), body);
    }
    if let Some(action) = endpoint.action() {
        told.insert("x-dockhost-permission".to_owned(), json!(action));
        told.insert("x-dockhost-scope".to_owned(), json!(row(action).scope));
    }
    operation
}

/// `POST /api/v1/instances/{id}/start` is `post_instances_id_start`.
fn name(endpoint: &Endpoint) -> String {
    let path = endpoint.path().strip_prefix(PREFIX).unwrap_or(endpoint.path());
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    format!("{}_{}", endpoint.method().to_lowercase(), words.join("_"))
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let in_path = endpoint.in_path().map(|name| {
        let (schema, example) = shapes::in_path(endpoint.path(), name);
        json!({ "name": name, "in": "path", "required": true, "schema": schema, "example": example })
    });
    let behind = endpoint.query.iter().map(|Parameter { name, says, required, example, kind }| {
        let schema = shapes::behind_path(*kind);
        let mut told =
            json!({ "name": name, "in": "query", "required": required, "description": says, "schema": schema });
        if let Some(example) = example {
            told["example"] = json!(example);
        }
        told
    });
    let mut all: Vec<Value> = in_path.chain(behind).collect();
    if endpoint.changes() && endpoint.action().is_some() && matches!(endpoint.takes, Takes::Nothing | Takes::Json(_)) {
        all.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    all
}

fn body(endpoint: &Endpoint) -> Option<Value> {
    let (kind, schema) = match endpoint.takes {
        Takes::Nothing => return None,
        Takes::Json(name) => ("application/json", shapes::of(name)),
        Takes::Bytes => ("application/octet-stream", json!({})),
    };
    let mut media = json!({ "schema": schema });
    if let Some(example) = example(endpoint) {
        media["example"] = example;
    }
    Some(json!({ "required": true, "content": { kind: media } }))
}

pub(super) fn example(endpoint: &Endpoint) -> Option<Value> {
    endpoint.example.map(|text| serde_json::from_str(text).expect("a test reads every example"))
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut all = Map::new();
    all.insert(endpoint.status.to_string(), answer(endpoint));
    if endpoint.tagged {
        all.insert("304".to_owned(), json!({ "description": "It is the one of which `If-None-Match` has the tag." }));
    }
    for (status, codes) in refusals::of(endpoint) {
        let name = refusals::name(status, &codes, endpoint.path());
        all.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    Value::Object(all)
}

fn answer(endpoint: &Endpoint) -> Value {
    let json = |says: &str, schema: Value| (says.to_owned(), "application/json", schema);
    let (says, kind, schema) = match endpoint.gives {
        Gives::Nothing if endpoint.status == 204 => return json!({ "description": "It is done." }),
        Gives::Nothing => json("It is done.", json!({ "type": "null" })),
        Gives::One(name) => json("The answer.", shapes::of(name)),
        Gives::Many(name) => json("The answer.", json!({ "type": "array", "items": shapes::of(name) })),
        Gives::Foreign(says) => json(says, json!({ "type": "object" })),
        Gives::Text => ("A text.".to_owned(), "text/plain", json!({ "type": "string" })),
        Gives::Bytes => ("The bytes.".to_owned(), "application/octet-stream", json!({})),
        Gives::Lines(name) => (format!("A `{name}` as JSON in each line."), "application/x-ndjson", json!({})),
        Gives::Events(name) => (format!("A `{name}` as JSON in each event."), "text/event-stream", json!({})),
        Gives::Socket(says) => return json!({ "description": format!("A WebSocket. {says}") }),
    };
    json!({ "description": says, "content": { kind: { "schema": schema } } })
}

/// What a request shows, one of these.
fn security(endpoint: &Endpoint) -> Vec<Value> {
    let session = || json!({ "session": [], "sessionKey": [] });
    let ticket = || json!({ "ticket": [] });
    let signed_in = endpoint.action().map(|action| {
        let token = row(action).scope.map(|scope| json!({ "token": [scope] }));
        token.into_iter().chain([session()])
    });
    let mut all: Vec<Value> = signed_in.into_iter().flatten().collect();
    if matches!(endpoint.asks, Asks::Ticket | Asks::ActionOrTicket(_)) {
        all.push(ticket());
    }
    all
}
