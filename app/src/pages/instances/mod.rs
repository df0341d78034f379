//! Home: every instance with all one needs of it, without opening it.

mod empty;
mod login;
mod message;
mod row;
mod standing;
mod verbs;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::InstanceView;

use crate::parts::{ButtonKind, ButtonLink, Glyph, Icon, PageHeader};
use crate::route::Route;
use crate::state::use_world;

use empty::{FirstSteps, Hints};
pub(super) use login::wakes;
pub(super) use message::Message;
use row::Row;
pub(super) use standing::Standing;
use verbs::verb_words;
pub(super) use verbs::{Offer, VerbButton, VerbDialog, Verbs, use_verbs};

#[component]
pub(crate) fn Instances() -> Element {
    let instances = use_world(|world: &LiveWorld| world.instances.values().cloned().collect::<Vec<_>>());
    let quota = use_world(|world: &LiveWorld| world.quota);
    let mut filter = use_signal(String::new);
    let shown = use_memo(move || {
        let mut shown = instances().unwrap_or_default();
        shown.retain(|view| matches(view, &filter.read()));
        shown.sort_by(|a, b| a.name.cmp(&b.name));
        shown
    });
    let none = use_memo(move || instances.read().as_ref().is_none_or(Vec::is_empty));
    rsx! {
        PageHeader {
            title: "Instances",
            actions: rsx! {
                if !none() {
                    label { class: "relative",
                        span { class: "sr-only", "Filter instances" }
                        span { class: "pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-text-muted", Icon { glyph: Glyph::Search } }
                        input {
                            class: "h-9 w-44 rounded-md border border-line bg-surface-raised pr-2 pl-8 text-sm pointer-coarse:h-11",
                            r#type: "search",
                            name: "filter",
                            placeholder: "Filter",
                            value: filter(),
                            oninput: move |event| filter.set(event.value()),
                        }
                    }
                    ButtonLink { kind: ButtonKind::Primary, icon: Glyph::Plus, to: Route::CreateInstance {}, "Create instance" }
                }
            },
        }
        Hints {}
        if none() {
            FirstSteps {}
        } else {
            // The columns are the list's, so that they stand below each other whatever a row has in them.
            ul { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised lg:grid lg:gap-x-4 \
                    lg:grid-cols-[11rem_minmax(0,1fr)_auto_auto_auto]",
                aria_label: "Instances",
                for view in shown() {
                    Row { key: "{view.id}", view }
                }
            }
            if shown.read().is_empty() {
                p { class: "py-8 text-center text-text-muted", role: "status", "No instance matches “{filter}”." }
            }
            if let Some(quota) = quota() {
                p { class: "pt-4 text-sm text-text-muted tabular-nums", "{quota.used} of {quota.most} used." }
            }
        }
    }
}

/// Every word of the filter must occur in what the row shows.
fn matches(view: &InstanceView, filter: &str) -> bool {
    let shown =
        format!("{} {} {} {} {}", view.name, view.image.title(), view.image, view.node.name, view.phase).to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}
