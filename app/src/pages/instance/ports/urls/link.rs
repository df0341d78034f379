//! The public URL of a port.

use dioxus::prelude::*;

use crate::parts::CopyButton;

/// It opens a tab of its own, so that the page stays; the app's page must not get hold of this one.
#[component]
pub(super) fn UrlLink(url: String, port: u16) -> Element {
    rsx! {
        div { class: "flex min-w-0 items-center gap-1",
            a {
                class: "min-w-0 truncate rounded-sm py-1 font-mono text-sm text-accent-text underline-offset-2 hover:underline",
                href: "{url}",
                target: "_blank",
                rel: "noopener",
                title: "{url}",
                "{url}"
            }
            CopyButton { text: url.clone(), title: "Copy the URL of port {port}" }
        }
    }
}
