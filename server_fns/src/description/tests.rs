//! The table against the server functions and routes that there are, and what is made of it against files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dioxus::server::ServerFunction;
use serde_json::{Value, json};

use super::endpoint::{Asks, Gives, Takes};
use super::table::rows;
use super::{PREFIX, document, operation, shapes, text};

/// Set, the files are written instead of compared.
const WRITE: &str = "DOCKHOST_WRITE_DESCRIPTION";

/// What is for nodes, whose contract is `node/protocol`, and for the pages of the console and of apps.
const NOT_FOR_PEOPLE: [&str; 4] = ["/api/v1/channel", "/api/v1/stream", "/open", "/open.js"];

fn described() -> BTreeSet<String> {
    rows().map(|endpoint| endpoint.request.to_owned()).collect()
}

/// Every server function and every route of `control`.
fn there_are() -> BTreeSet<String> {
    let functions = ServerFunction::collect().into_iter().map(|function| {
        let path = function.path().split('?').next().unwrap_or_default();
        format!("{} {path}", function.method())
    });
    let routes = control::ROUTES.iter().filter(|(_, path)| !NOT_FOR_PEOPLE.contains(path));
    let own = super::texts().map(|(path, _)| format!("GET {path}"));
    functions.chain(routes.map(|(method, path)| format!("{method} {path}"))).chain(own).collect()
}

/// What is described and not there, and the other way round.
fn differences(described: &BTreeSet<String>, there_are: &BTreeSet<String>) -> Vec<String> {
    let stale = described.difference(there_are).map(|request| format!("{request} is described and not there"));
    let silent = there_are.difference(described).map(|request| format!("{request} is there and not described"));
    stale.chain(silent).collect()
}

#[test]
fn the_table_has_every_endpoint_that_there_is_and_no_other() {
    assert_eq!(differences(&described(), &there_are()), Vec::<String>::new());
    assert_eq!(rows().count(), described().len(), "a request stands in the table twice");
}

#[test]
fn a_difference_is_found_in_both_directions() {
    let (all, mut changed) = (there_are(), described());
    changed.remove("POST /api/v1/instances/{id}/stop");
    changed.insert("POST /api/v1/instances/{id}/halt".to_owned());
    let told = [
        "POST /api/v1/instances/{id}/halt is described and not there",
        "POST /api/v1/instances/{id}/stop is there and not described",
    ];
    assert_eq!(differences(&changed, &all), told);
}

#[test]
fn every_parameter_that_a_route_takes_is_described() {
    for endpoint in rows() {
        let mut described: Vec<&str> = endpoint.query.iter().map(|parameter| parameter.name).collect();
        if matches!(endpoint.asks, Asks::Ticket | Asks::ActionOrTicket(_)) {
            described.push("ticket");
        }
        assert_eq!(described, control::http::taken(endpoint.path()), "{}", endpoint.request);
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_shape_is_used() {
    let document = document::document();
    let mut seen = BTreeSet::new();
    references(&document, &mut seen);
    for place in &seen {
        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place}");
    }
    let streamed = rows().filter_map(|endpoint| {
        if let Gives::Lines(name) | Gives::Events(name) = endpoint.gives { Some(name) } else { None }
    });
    let streamed: Vec<&str> = streamed.collect();
    for name in shapes::all().keys() {
        let used = seen.contains(&format!("#/components/schemas/{name}")) || streamed.contains(&name.as_str());
        assert!(used, "nothing has the shape {name}");
    }
}

fn references(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            seen.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_row_says_what_it_does_and_shows_a_body_where_it_takes_one() {
    for endpoint in rows() {
        let request = endpoint.request;
        for text in [endpoint.says, endpoint.more] {
            assert!(text.is_empty() || text.ends_with('.'), "{request}: {text}");
        }
        assert!(!endpoint.says.is_empty() && !endpoint.says.contains(". "), "{request}: one sentence");
        let takes = matches!(endpoint.takes, Takes::Json(_));
        assert_eq!(operation::example(endpoint).is_some(), takes, "{request}");
    }
    let names: Vec<Value> = document_operations().map(|operation| operation["operationId"].clone()).collect();
    let different: BTreeSet<&str> = names.iter().filter_map(Value::as_str).collect();
    assert_eq!(different.len(), rows().count());
}

fn document_operations() -> impl Iterator<Item = Value> {
    let paths = document::document()["paths"].as_object().cloned().unwrap_or_default();
    paths
        .into_iter()
        .flat_map(|(_, path)| path.as_object().cloned().unwrap_or_default())
        .map(|(_, operation)| operation)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Compares a file, or writes it.
fn stands(file: &Path, text: &str) {
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(file, text).unwrap();
    }
    let read = std::fs::read_to_string(file).unwrap_or_default();
    let how = format!("{WRITE}=1 cargo test -p server_fns, with what scripts/lib.sh calls NATIVE,");
    assert!(read == text, "{} is of another table. {how} writes it.", file.display());
}

#[test]
fn the_readme_has_the_table() {
    const BEGIN: &str = "<!-- Every endpoint, written by a test of server_fns: begin -->\n\n";
    const END: &str = "\n<!-- end -->\n";
    let file = root().join("README.md");
    let read = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = read.split_once(BEGIN).expect("the README marks where the table begins");
    let (_, after) = rest.split_once(END).expect("the README marks where the table ends");
    stands(&file, &format!("{before}{BEGIN}{}{END}{after}", text::readme()));
}

#[test]
fn the_suites_have_the_paths() {
    let lines: Vec<String> = rows()
        .map(|endpoint| {
            let ends = !matches!(endpoint.gives, Gives::Events(_));
            let takes = if matches!(endpoint.takes, Takes::Bytes) { "bytes" } else { "json" };
            let (method, path) = (endpoint.method(), endpoint.path());
            let body = operation::example(endpoint);
            let asks = endpoint.action();
            let told =
                json!({ "method": method, "path": path, "asks": asks, "takes": takes, "ends": ends, "body": body });
            format!("  {told}")
        })
        .collect();
    stands(&root().join("tests/support/endpoints.json"), &format!("[\n{}\n]\n", lines.join(",\n")));
}

#[test]
fn the_text_for_language_models_names_every_endpoint_in_a_line() {
    let text = text::llms();
    for endpoint in rows() {
        assert_eq!(
            text.lines().filter(|line| line.contains(&format!("`{}`", endpoint.request))).count(),
            1,
            "{}",
            endpoint.request
        );
    }
    assert!(text.contains(&format!("{PREFIX}/openapi.json")) && text.contains("Authorization: Bearer"));
}
