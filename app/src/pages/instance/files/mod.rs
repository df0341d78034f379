//! Files into the instance and out of it.

mod download;
mod send;

use dioxus::prelude::*;
use model::phase::Phase;
use model::view::InstanceView;

use crate::parts::Card;
use crate::state::use_called;
use crate::transfers::TransferList;

use download::Download;
use send::Send;

#[component]
pub(super) fn Files(view: InstanceView) -> Element {
    let called = use_called(&view);
    let folder = use_signal(|| "/root".to_owned());
    // While its node is away it may well run on, and a refusal says what is the matter.
    let open = matches!(view.phase, Phase::Running | Phase::Unknown);
    rsx! {
        // The script finds it by its data, and marks it while files are held over it.
        div {
            class: "group",
            "data-drop": open.then(|| view.id.to_string()),
            "data-folder": "{folder}",
            Card { title: "Files",
                div { class: "flex flex-col gap-4",
                    if !open {
                        p { class: "text-text-muted", "Files go in and out while {called} runs." }
                    } else {
                        Send { folder }
                    }
                    TransferList { instance: view.id }
                    if open {
                        Download { instance: view.id }
                    }
                }
            }
        }
    }
}
