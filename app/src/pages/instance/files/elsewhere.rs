//! What a window says instead. Its session is kept by the program, out of reach of what the window shows, so neither a
//! file that is dropped nor a link could use it; a browser has a session of its own.

use dioxus::prelude::*;
use model::view::InstanceView;

#[component]
pub(super) fn Elsewhere(view: InstanceView) -> Element {
    let address = format!("{}/instances/{}", dioxus::fullstack::get_server_url(), view.id);
    rsx! {
        p { class: "text-text-muted",
            "Files are moved in a browser, or with scp: "
            a { class: "text-accent-text underline underline-offset-2", href: "{address}", "open {view.name} in a browser" }
            "."
        }
    }
}
