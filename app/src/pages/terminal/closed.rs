//! What stands in the place of terminals while the instance does not run.

use dioxus::prelude::*;
use model::verb::Verb;
use model::view::InstanceView;

use super::tabs::Tabs;
use crate::pages::instances::{VerbButton, VerbDialog, use_verbs};
use crate::parts::{ButtonKind, Empty};
use crate::state::use_called;

#[component]
pub(super) fn Closed(tabs: Tabs, view: InstanceView) -> Element {
    let verbs = use_verbs(view.id);
    let called = use_called(&view);
    use_effect(move || tabs.forget());
    let startable = view.takes(Verb::Start);
    let text =
        if startable { "A terminal needs a running instance." } else { "A terminal opens here as soon as it runs." };
    rsx! {
        Empty {
            title: "{called} is {view.phase}",
            text,
            action: startable.then(|| rsx! {
                VerbButton { verbs, verb: Verb::Start, view: view.clone(), kind: ButtonKind::Primary }
            }),
        }
        VerbDialog { verbs, view }
    }
}
