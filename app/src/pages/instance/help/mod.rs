//! For somebody who cannot connect: asked for, and out of the way until then.

mod checks;
mod list;

use dioxus::prelude::*;
use model::phase::Phase;
use model::view::InstanceView;

use super::why::Why;
use crate::pages::instances::Verbs;
use crate::parts::{Button, ButtonKind, Card, Glyph};

use list::Checks;

/// For what runs or stands still as it should, or soon will.
#[component]
pub(super) fn Help(verbs: Verbs, view: InstanceView) -> Element {
    let mut opened = use_signal(|| false);
    let open = opened();
    let runs = view.phase != Phase::Stopped;
    // Its place is kept until it runs, so that nothing below it jumps.
    let early = matches!(view.phase, Phase::Pending | Phase::Creating);
    rsx! {
        div { class: "-my-1",
            Button {
                kind: ButtonKind::Quiet,
                icon: Glyph::Info,
                expanded: open,
                disabled: early,
                onclick: move |_| opened.set(!open),
                if runs { "Help me connect" } else { "Why is it stopped?" }
            }
        }
        if open && !early && runs {
            Card { title: "The way in, step by step",
                Checks { view: view.clone() }
            }
        }
        if open && !early {
            Why { verbs, view }
        }
    }
}
