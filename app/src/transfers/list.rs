//! The files that go, wait and arrived, as a page shows them.

use dioxus::prelude::*;
use model::id::InstanceId;

use super::{Status, Transfer, Transfers, use_transfers};
use crate::format;
use crate::parts::{Button, ButtonKind, ProgressBar};

/// Nothing while there is nothing to tell.
#[component]
pub(crate) fn TransferList(instance: InstanceId) -> Element {
    let transfers = use_transfers();
    let list = transfers.of(instance);
    if list.is_empty() {
        return rsx! {};
    }
    let done = list.iter().filter(|one| one.status == Status::Done).count();
    let over = list.iter().any(Transfer::is_over);
    let all = list.len();
    rsx! {
        div { class: "flex min-h-0 flex-col",
            div { class: "flex min-h-9 items-center justify-between gap-3",
                p { class: "text-sm text-text-muted", role: "status", "{done} of {format::count(all, \"file\")} sent" }
                if over {
                    Button { kind: ButtonKind::Quiet, onclick: move |_| transfers.clear(instance), "Clear" }
                }
            }
            ul { class: "flex min-h-0 flex-col divide-y divide-line overflow-y-auto", aria_label: "Files",
                for one in list {
                    Row { key: "{one.id}", transfers, one }
                }
            }
        }
    }
}

#[component]
fn Row(transfers: Transfers, one: Transfer) -> Element {
    let id = one.id;
    let percent = one.percent();
    rsx! {
        li { class: "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 py-2",
            div { class: "flex min-w-0 items-baseline gap-3",
                span { class: "min-w-0 truncate font-medium", title: "{one.path}", "{one.name}" }
                span { class: "text-sm whitespace-nowrap text-text-muted tabular-nums", {format::bytes(one.size)} }
            }
            match one.status {
                Status::Waiting | Status::UnderWay => rsx! {
                    Button { kind: ButtonKind::Quiet, name: "Cancel {one.name}", onclick: move |_| transfers.cancel(id), "Cancel" }
                },
                Status::Done => rsx! {
                    span { class: "text-sm text-good", "Sent" }
                },
                Status::Cancelled => rsx! {
                    span { class: "text-sm text-text-muted", "Cancelled" }
                },
                Status::Failed(_) => rsx! {
                    span { class: "text-sm text-bad", "Not sent" }
                },
            }
            match one.status {
                Status::Waiting => rsx! {
                    p { class: "col-span-2 text-sm text-text-muted", "Waits for its turn" }
                },
                Status::UnderWay => rsx! {
                    div { class: "col-span-2 flex items-center gap-3",
                        ProgressBar { step: percent, of: 100, label: "Progress of {one.name}" }
                        span { class: "w-9 text-right text-xs whitespace-nowrap text-text-muted tabular-nums", "{percent} %" }
                    }
                },
                Status::Done => rsx! {
                    code { class: "col-span-2 truncate font-mono text-xs text-text-muted", title: "{one.path}", "{one.path}" }
                },
                Status::Failed(reason) => rsx! {
                    p { class: "col-span-2 text-sm wrap-anywhere", role: "alert", "{reason}" }
                },
                Status::Cancelled => rsx! {},
            }
        }
    }
}
