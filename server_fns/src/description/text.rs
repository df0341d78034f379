//! The same for people and for language models: as a text, and as the README's table.

use std::fmt::Write as _;

use control::{Grant, Row, row};
use model::refusal::RefusalCode;

#[cfg(test)]
use super::PREFIX;
use super::document::CONVENTIONS;
use super::endpoint::{Asks, Endpoint};
use super::table::GROUPS;
use super::{OPENAPI, served};

const BEGIN: &str = "\
# DockHost

> DockHost gives people Linux instances that they reach over SSH. Instances are containers with a root shell, files \
and ports of their own. They run on nodes, which dial out to this server.

Programs sign in with an API token. People make one on the page *Tokens*, and whoever runs the server with \
`dockhost admin create-token NAME \"what it is for\"`. Send it with every request as `Authorization: Bearer dhp_…`. A \
token has a scope: `read` looks and changes nothing, `instances` also creates instances and does with them what its \
person may do, `all` does everything that is not for people alone.

Below, each request is followed by what a token needs for it in brackets: a scope, `session` where no token will do, \
`ticket` where the address carries one, or `anybody`.
";

/// `/llms.txt`.
pub(super) fn llms() -> String {
    let mut text = format!(
        "{BEGIN}\n{CONVENTIONS}\n\nEvery shape, parameter, refusal and example is in [the OpenAPI description]({}).\n",
        served(OPENAPI)
    );
    for group in &GROUPS {
        let _ = write!(text, "\n## {}\n\n", capital(group.name));
        for endpoint in group.rows {
            let _ = writeln!(text, "- {}", line(endpoint));
        }
    }
    text += "\n## Refusals\n\n";
    for code in RefusalCode::ALL {
        let _ = writeln!(text, "- {} `{}`: {}.", code.status(), code.name(), code.title());
    }
    text
}

fn line(endpoint: &Endpoint) -> String {
    let body = endpoint.example.map(|example| format!(" with `{example}`")).unwrap_or_default();
    let query: Vec<&str> = endpoint.query.iter().map(|parameter| parameter.name).collect();
    let query = if query.is_empty() { String::new() } else { format!(" (parameters: {})", query.join(", ")) };
    let more = if endpoint.more.is_empty() { String::new() } else { format!(" {}", endpoint.more) };
    format!("`{}`{query}{body} [{}]: {}{more}", endpoint.request, needs(endpoint), endpoint.says)
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What a token has to have.
fn needs(endpoint: &Endpoint) -> String {
    let Some(action) = endpoint.action() else {
        return if endpoint.asks == Asks::Ticket { "ticket" } else { "anybody" }.to_owned();
    };
    let Row { grants, scope, .. } = row(action);
    let scope = scope.map_or("session", |scope| scope.as_str());
    let others = grants.iter().any(|grant| matches!(grant, Grant::Owner | Grant::Shared));
    if others { scope.to_owned() } else { format!("{scope}, administrator") }
}

/// The table of the README, whose paths begin with `/api/v1` unless they stand there without.
#[cfg(test)]
pub(super) fn readme() -> String {
    let mut text = String::from("| request | what it does | needs |\n| --- | --- | --- |\n");
    for group in &GROUPS {
        let _ = writeln!(text, "| **{}** | | |", group.name);
        for endpoint in group.rows {
            let (method, path) = (endpoint.method(), endpoint.path());
            let request = match path.strip_prefix(PREFIX) {
                Some(path) => format!("`{method} {path}`"),
                None => format!("`{method} {path}`, without the prefix"),
            };
            let example = endpoint.example.filter(|example| example.len() <= 100);
            let body = example.map(|example| format!(" `{example}`")).unwrap_or_default();
            let _ = writeln!(text, "| {request}{body} | {} | {} |", endpoint.says, needs(endpoint));
        }
    }
    text
}
