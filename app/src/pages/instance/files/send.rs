//! Where files are dropped or chosen.

use dioxus::prelude::*;

use crate::parts::{Button, Field, Glyph, Icon, Notice, NoticeKind};
use crate::transfers::use_transfers;

#[component]
pub(super) fn Send(folder: Signal<String>) -> Element {
    let transfers = use_transfers();
    // In a browser only: the server has no files to send.
    use_effect(move || transfers.prepare());
    rsx! {
        if transfers.is_broken() {
            Notice {
                kind: NoticeKind::Bad,
                action: rsx! {
                    Button { onclick: move |_| transfers.prepare(), "Try again" }
                },
                "Files cannot be sent, because a part of the page could not be loaded."
            }
        }
        div { class: "grid items-start gap-4 rounded-lg border border-dashed border-idle p-4 group-data-over:border-accent \
                group-data-over:bg-accent/5 sm:grid-cols-2",
            div { class: "flex flex-col items-start gap-2",
                label { class: "inline-flex h-9 cursor-pointer items-center gap-2 rounded-md border border-line bg-surface-raised px-3 text-sm \
                        font-medium hover:bg-hover has-focus-visible:outline-2 has-focus-visible:outline-offset-2 \
                        has-focus-visible:outline-accent-text pointer-coarse:h-11",
                    Icon { glyph: Glyph::Upload }
                    "Choose files"
                    input { class: "sr-only", r#type: "file", name: "files", multiple: true }
                }
                p { class: "text-sm text-text-muted", "Or drop them anywhere here. A file of the same name is replaced; its mode and owner stay." }
            }
            Field {
                label: "Into the folder",
                name: "folder",
                value: folder(),
                oninput: move |text| folder.set(text),
                autocomplete: "off",
                mono: true,
            }
        }
    }
}
