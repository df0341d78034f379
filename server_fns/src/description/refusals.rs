//! Which refusals an endpoint can answer with: what follows from its kind, and what its row adds.

use std::collections::BTreeMap;

use control::{Grant, Proof, row};
use model::refusal::{ProblemDetails, Refusal, RefusalCode};
use serde_json::{Map, Value, json};

use super::endpoint::Endpoint;
use super::{PREFIX, shapes};

/// To whoever takes none of the codings of answers.
const NOT_ACCEPTABLE: u16 = 406;
/// To a name that the server does not have, and to a stranger's page that let that name lead here.
const MISDIRECTED: u16 = 421;

/// Each status with its codes, in order.
pub(super) fn of(endpoint: &Endpoint) -> BTreeMap<u16, Vec<RefusalCode>> {
    let mut codes = endpoint.refuses.to_vec();
    if endpoint.path().starts_with(PREFIX) {
        codes.extend([
            RefusalCode::Invalid,
            // Of a page of another origin.
            RefusalCode::Forbidden,
            RefusalCode::RateLimited,
            RefusalCode::Internal,
            RefusalCode::Unavailable,
        ]);
        if endpoint.changes() {
            codes.push(RefusalCode::TooLarge);
        }
        if let Some(action) = endpoint.action() {
            codes.push(RefusalCode::Unauthenticated);
            if row(action).proof == Proof::Lately {
                codes.push(RefusalCode::ProofNeeded);
            }
            // By its state, or for a key that was used for another request.
            if endpoint.changes() {
                codes.push(RefusalCode::Conflict);
            }
        }
        if endpoint.in_path().next().is_some() {
            codes.push(RefusalCode::NotFound);
        }
    }
    let mut by_status: BTreeMap<u16, Vec<RefusalCode>> =
        [NOT_ACCEPTABLE, MISDIRECTED].map(|status| (status, vec![RefusalCode::Invalid])).into();
    for code in RefusalCode::ALL.into_iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status()).or_default().push(code);
    }
    by_status
}

/// Under which the document has one status of them.
pub(super) fn name(status: u16, codes: &[RefusalCode], path: &str) -> String {
    let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
    let text = if path.starts_with(PREFIX) { "" } else { "_or_text" };
    format!("{status}_{}{text}", names.join("_or_"))
}

/// As the document has one status of them. Programs that become nodes are told some as text.
pub(super) fn described(status: u16, codes: &[RefusalCode], path: &str) -> Value {
    let meanings: Vec<String> = codes.iter().map(|code| format!("`{}`: {}.", code.name(), code.title())).collect();
    let example =
        codes.first().map(|code| ProblemDetails::new(status, Refusal::new(*code, format!("{}.", code.title()))));
    let problem = json!({ "schema": shapes::of("ProblemDetails"), "example": example });
    let mut content = Map::from_iter([(ProblemDetails::MEDIA_TYPE.to_owned(), problem)]);
    if !path.starts_with(PREFIX) {
        content.insert("text/plain".to_owned(), json!({ "schema": { "type": "string" } }));
    }
    json!({ "description": meanings.join(" "), "content": content })
}

/// What each code means, for `type` of a problem.
pub(super) fn meanings() -> Value {
    let schema = shapes::all().remove("RefusalCode").unwrap_or_default();
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    let meaning = |code: RefusalCode| {
        let own = variants.iter().find(|variant| variant["const"] == code.name());
        own.and_then(|variant| variant["description"].as_str().map(str::to_owned)).unwrap_or_default()
    };
    let described = RefusalCode::ALL.map(|code| {
        let told = json!({ "status": code.status(), "title": code.title(), "meaning": meaning(code) });
        (code.name().to_owned(), told)
    });
    Value::Object(Map::from_iter(described))
}

/// Who may ask, in words.
pub(super) fn who_may(endpoint: &Endpoint) -> String {
    let Some(action) = endpoint.action() else {
        return String::new();
    };
    let needs = row(action);
    let grants: Vec<&str> = needs.grants.iter().filter_map(|grant| whose(*grant)).collect();
    let by = match needs.scope {
        Some(scope) => format!("a session, or a token of at least the scope `{}`", scope.as_str()),
        None => "a session; no token may".to_owned(),
    };
    let proof = match needs.proof {
        Proof::Lately => " A session gives the password again if that was more than 15 minutes ago.",
        Proof::Once => "",
    };
    format!("For {}, by {by}.{proof}", grants.join(" and "))
}

const fn whose(grant: Grant) -> Option<&'static str> {
    match grant {
        Grant::Owner => Some("whoever it belongs to"),
        Grant::Administrator => Some("administrators"),
        Grant::Shared => Some("everybody, where the node is shared"),
        // On the server's own computer, not here.
        Grant::Operator => None,
        Grant::Anybody => Some("anybody"),
    }
}
