//! Another instance in the place of one that is lost.

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::kept::use_kept;
use crate::pages::Draft;
use crate::parts::{Button, ButtonKind, Glyph};
use crate::route::Route;
use crate::state::use_other_owner;

/// Opens the form with its name, image and limits. What one creates is one's own, so it is offered to the owner alone.
#[component]
pub(crate) fn CreateAgain(view: InstanceView, #[props(default)] kind: ButtonKind) -> Element {
    let kept = use_kept();
    let own = use_other_owner(&view).is_none();
    let again = move |_| {
        kept.keep_draft(Draft::again(&view));
        navigator().push(Route::CreateInstance {});
    };
    rsx! {
        if own {
            Button { kind, icon: Glyph::Plus, onclick: again, "Create again" }
        }
    }
}
