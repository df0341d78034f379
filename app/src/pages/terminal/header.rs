//! Whose terminals these are, and whether the shown one is joined to it.

use dioxus::prelude::*;
use model::view::InstanceView;

use super::tabs::State;
use crate::pages::instances::Name;
use crate::parts::{Badge, Glyph, Icon, PhaseBadge};
use crate::route::Route;
use crate::state::use_called;

#[component]
pub(super) fn Header(view: InstanceView, state: Option<State>) -> Element {
    let called = use_called(&view);
    rsx! {
        header { class: "flex flex-wrap items-center gap-x-4 gap-y-1 pb-2",
            Link {
                class: "inline-flex items-center rounded-sm text-text-muted hover:text-text",
                to: Route::Instance { id: view.id },
                title: "Back to {called}",
                aria_label: "Back to {called}",
                Icon { glyph: Glyph::ArrowLeft }
            }
            h1 { class: "min-w-0 truncate text-lg font-semibold", Name { view: view.clone() } }
            div { aria_live: "polite", PhaseBadge { phase: view.phase } }
            // The region is always there: screen readers announce what appears in it.
            div { class: "ml-auto", aria_live: "polite",
                if let Some(state) = state {
                    Badge { tone: state.tone(), {state.word()} }
                }
            }
        }
    }
}
