//! Where the server is, as other machines may be told.

use dioxus::fullstack::get_server_url;
use dioxus::prelude::*;

use crate::script;

/// Scheme, host and port without a path. `None` in the first paint, which the server draws, too, without
/// knowing by which of its names the page was opened.
pub(in crate::pages) fn use_origin() -> Signal<Option<String>> {
    let mut origin = use_signal(|| None);
    use_effect(move || {
        spawn(async move {
            let known = get_server_url();
            let asked = if known.is_empty() { script::origin().await } else { Some(known.to_owned()) };
            origin.set(asked);
        });
    });
    origin
}
