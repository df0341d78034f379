//! The shapes of the types, as a test of `model` wrote them down.

use serde_json::{Map, Value, json};

use super::endpoint::Kind;

const WRITTEN: &str = include_str!("schemas.json");

pub(super) fn all() -> Map<String, Value> {
    serde_json::from_str(WRITTEN).expect("a test of model compares the file with what it writes")
}

pub(super) fn of(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn behind_path(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "integer", "format": "uint32", "minimum": 1, "maximum": 500 }),
        Kind::Topic => of("Topic"),
    }
}

/// Of what stands in braces in a path, with an example. What an id names, the path says.
pub(super) fn in_path(path: &str, name: &str) -> (Value, Value) {
    let id = |kind: &str, prefix: &str| (of(kind), json!(format!("{prefix}-0123456789abcdef")));
    match name {
        // Whose host ports have doors.
        "port" if path.contains("/doors/") => (json!({ "type": "integer", "enum": [80, 443] }), json!(80)),
        "port" => (json!({ "type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535 }), json!(8080)),
        "host_port" => (json!({ "type": "integer", "format": "uint16", "minimum": 0, "maximum": 65535 }), json!(32767)),
        "place" => (of("Place"), json!("node")),
        "protocol" => (of("Protocol"), json!("tcp")),
        "architecture" => (json!({ "type": "string" }), json!("x86_64")),
        // Of a program that wants to be signed in.
        "code" => (json!({ "type": "string" }), json!("BCDF-GHJK")),
        _ => match path.split('/').nth(3).unwrap_or_default() {
            "instances" => id("InstanceId", "i"),
            "nodes" => id("NodeId", "n"),
            "ssh-keys" => id("SshKeyId", "k"),
            "tokens" => id("TokenId", "t"),
            "sessions" => id("SessionId", "s"),
            "invites" => id("InviteId", "v"),
            "people" => id("PersonId", "p"),
            _ => (json!({ "type": "string" }), Value::Null),
        },
    }
}
