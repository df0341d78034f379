//! How the API describes itself: an OpenAPI 3.1 document for programs, and a text for people and language models. Both
//! are made of one table of endpoints, of the types' own shapes, and of the table of permissions.

mod document;
mod endpoint;
mod function;
mod operation;
mod refusals;
mod shapes;
mod table;
mod text;

#[cfg(test)]
mod tests;

/// Where they are served, to anybody.
const OPENAPI: &str = "GET /api/v1/openapi.json";
const LLMS: &str = "GET /llms.txt";
/// Before the paths of everything that answers with JSON.
const PREFIX: &str = "/api/v1";

/// Each text of the server's own, with the path under which it is served.
pub fn texts() -> [(&'static str, String); 2] {
    [(served(OPENAPI), document::written()), (served(LLMS), text::llms())]
}

fn served(request: &'static str) -> &'static str {
    request.split_once(' ').map_or(request, |(_, path)| path)
}
