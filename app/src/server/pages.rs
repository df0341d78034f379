//! Pages, drawn for each visitor, and the files that they load.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use control::http::delivery::{Page, Site};
use dioxus::server::{DioxusRouterExt, FullstackState, ServeConfig};

use crate::App;
use crate::route::Route;

/// What runs in a browser before the page's program does; `menus.js` comes as a file, which is cached.
const EARLY: [&str; 1] = [include_str!("../../early/asleep.js")];

#[derive(Clone)]
struct Web {
    site: Arc<Site>,
    page: Arc<Page>,
    draw: FullstackState,
}

/// The server functions, the files of the web client, and a page at every other address.
pub(super) fn router() -> anyhow::Result<Router> {
    let dir = dir()?;
    let index = dir.join("index.html");
    let text = std::fs::read_to_string(&index).with_context(|| {
        let dir = dir.display();
        format!(
            "the web client is not in {dir}: build it with `make build`, or say where it is with DIOXUS_PUBLIC_PATH"
        )
    })?;
    let page = Page::new(&text, &EARLY)?;
    let site = Site::read(&dir).with_context(|| format!("cannot read the web client in {}", dir.display()))?;
    // It reads the same file, by the same rule.
    let draw = FullstackState::new(ServeConfig::new(), App);
    let web = Web { site: Arc::new(site), page: Arc::new(page), draw: draw.clone() };
    let functions: Router<FullstackState> = Router::new().register_server_functions();
    Ok(functions.fallback(get(move |request: Request| answer(web, request))).with_state(draw))
}

async fn answer(web: Web, request: Request) -> Response {
    // Browsers ask for it where no page names an icon.
    if request.uri().path() == "/favicon.ico" {
        return Redirect::permanent("/favicon.svg").into_response();
    }
    if let Some(answer) = web.site.answer(request.method(), request.uri().path(), request.headers()) {
        return answer;
    }
    let is_page = Route::is_page(request.uri().path_and_query().map_or("/", |address| address.as_str()));
    let drawn = FullstackState::render_handler(State(web.draw), request).await;
    let mut page = web.page.finish(drawn).await;
    // People see a page that says so; whoever follows links by program goes by the status.
    if !is_page && page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

/// Where the build put the web client: beside the program, or where the operator says.
fn dir() -> anyhow::Result<PathBuf> {
    match std::env::var_os("DIOXUS_PUBLIC_PATH") {
        Some(dir) => Ok(PathBuf::from(dir)),
        None => {
            let program = std::env::current_exe().context("cannot tell where this program is")?;
            Ok(program.with_file_name("public"))
        }
    }
}
