//! Files that are dropped on a terminal: what is said while they are held over it, and how they fare.

use dioxus::prelude::*;
use model::id::InstanceId;

use crate::transfers::{TransferList, use_transfers};

/// Where they go, because nobody knows where the shell is.
pub(super) const FOLDER: &str = "/root";

/// For inside an element with `data-drop`, `data-folder` and the class `group`.
#[component]
pub(super) fn Dropped(instance: InstanceId) -> Element {
    let transfers = use_transfers();
    use_effect(move || transfers.prepare());
    rsx! {
        div { class: "pointer-events-none absolute inset-0 z-20 hidden items-center justify-center rounded-lg border-2 border-dashed border-accent \
                bg-surface/85 font-medium group-data-over:flex",
            "Drop to send to {FOLDER}"
        }
        if transfers.any(instance) {
            section {
                // Where the window is narrow, not over the line that is typed.
                class: "absolute right-3 bottom-3 z-30 flex max-sm:top-3 max-sm:bottom-auto max-h-[min(20rem,60%)] w-80 max-w-[calc(100%-1.5rem)] animate-appear flex-col rounded-lg \
                    border border-line bg-surface-raised px-3 py-1 shadow-float motion-reduce:animate-none",
                aria_label: "Files on their way",
                TransferList { instance }
            }
        }
    }
}
