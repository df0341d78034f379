//! Every way to the instance, who gets in by it, and the switch that closes it.

mod row;
mod who;

use dioxus::prelude::*;
use model::phase::Phase;
use model::view::InstanceView;

use crate::parts::Card;

use row::Row;
use who::{leads_nowhere, ways};

#[component]
pub(super) fn Doors(view: InstanceView) -> Element {
    let ways = ways(&view);
    if ways.is_empty() {
        return rsx! {};
    }
    rsx! {
        Card { title: "Who gets in",
            // While it is being made, its page says so above.
            if leads_nowhere(view.phase) && !matches!(view.phase, Phase::Pending | Phase::Creating) {
                p { class: "pb-3 text-sm text-text-muted", "While it does not run, these ways lead nowhere." }
            }
            ul { class: "@container -my-2 divide-y divide-line", aria_label: "Ways in",
                for way in ways {
                    Row { key: "{way.name} {way.address}", id: view.id, node: "{view.node.name}", way }
                }
            }
        }
    }
}
