//! Says so when whoever is on the way, or on the same host, comes closer to a session than they should.

use dioxus::prelude::*;

use crate::parts::{Glyph, Icon};
use crate::state::use_live;

#[component]
pub(crate) fn Exposed() -> Element {
    let live = use_live();
    let plain = use_memo(move || live.welcome.read().plain_http);
    let sharing = use_memo(move || live.welcome.read().sharing_host.join(", "));
    if !plain() && sharing().is_empty() {
        return rsx! {};
    }
    rsx! {
        section { aria_label: "Warnings",
            if plain() {
                Warning {
                    "This page comes over plain HTTP, so anybody on the network path can read passwords and take over sessions. The \
                    server's operator ends that by starting it without "
                    code { class: "font-mono text-xs whitespace-nowrap", "--insecure-http" }
                    ", which makes it speak TLS."
                }
            }
            if !sharing().is_empty() {
                Warning {
                    "These have this console's host name: {sharing}. So browsers send the console's cookie to instances, too. The \
                    cookie opens nothing by itself. Give instances an address of their own, such as 127.0.0.2."
                }
            }
        }
    }
}

#[component]
fn Warning(children: Element) -> Element {
    rsx! {
        p { class: "flex items-start justify-center gap-2 border-b border-warn/40 bg-warn/10 px-4 py-2 text-sm",
            span { class: "mt-0.5 text-warn", Icon { glyph: Glyph::Warning } }
            span { {children} }
        }
    }
}
