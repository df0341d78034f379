//! The modules of the web terminal for a window that no server hands files to: compiled in, and handed out under the
//! addresses that they have in a browser.

use dioxus::desktop::wry::http::{Response, StatusCode, header};
use dioxus::desktop::{AssetRequest, RequestAsyncResponder, use_asset_handler};

/// The first part of every address here.
const FOLDER: &str = "terminal";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_bytes!(concat!("../../../public/terminal/", $path)).as_slice())),*]
    };
}

const FILES: [(&str, &[u8]); 22] = files![
    "bars.mjs",
    "bridge.mjs",
    "files.mjs",
    "frames.mjs",
    "guard.mjs",
    "keys.mjs",
    "link.mjs",
    "links.mjs",
    "look.mjs",
    "output.mjs",
    "search.mjs",
    "styles.mjs",
    "terminal.css",
    "terminal.mjs",
    "typing.mjs",
    "upload.mjs",
    "xterm/addon-fit.mjs",
    "xterm/addon-search.mjs",
    "xterm/addon-unicode11.mjs",
    "xterm/addon-web-links.mjs",
    "xterm/xterm.css",
    "xterm/xterm.mjs",
];

pub(super) fn use_files() {
    use_asset_handler(FOLDER, |request: AssetRequest, responder: RequestAsyncResponder| {
        responder.respond(answer(request.uri().path()));
    });
}

fn answer(path: &str) -> Response<Vec<u8>> {
    let name = path.trim_start_matches('/').strip_prefix(FOLDER).unwrap_or(path).trim_start_matches('/');
    let Some((_, content)) = FILES.iter().find(|(known, _)| *known == name) else {
        let mut missing = Response::new(Vec::new());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut found = Response::new(content.to_vec());
    let kind = if name.ends_with(".css") { "text/css" } else { "text/javascript" };
    found.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_have_the_type_without_which_no_window_loads_them() {
        let module = answer("/terminal/xterm/xterm.mjs");
        assert_eq!(module.headers()[header::CONTENT_TYPE], "text/javascript");
        assert!(!module.body().is_empty());
        assert_eq!(answer("/terminal/missing.mjs").status(), StatusCode::NOT_FOUND);
    }
}
