//! Home: every instance with all one needs of it, without opening it.

mod again;
mod empty;
mod login;
mod message;
mod name;
mod row;
mod seen;
mod standing;
mod verbs;
mod whose;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::name::Username;
use model::view::InstanceView;

use crate::kept::use_kept;
use crate::parts::{ButtonKind, ButtonLink, Glyph, Icon, PageHeader};
use crate::route::Route;
use crate::script;
use crate::state::use_world;

pub(super) use again::CreateAgain;
use empty::{FirstSteps, Hints};
pub(super) use login::wakes;
pub(super) use message::Message;
pub(super) use name::Name;
use row::Row;
use seen::Of;
pub(crate) use seen::Seen;
pub(super) use standing::Standing;
pub(super) use verbs::{Offer, VerbButton, VerbDialog, Verbs, use_verbs};
use verbs::{hindrance, verb_words};
use whose::Whose;

/// Where links lead; the router reads the address as the one with a query that is empty.
#[component]
pub(crate) fn Instances() -> Element {
    rsx! { Listed { seen: Seen::default() } }
}

#[component]
pub(crate) fn Listed(seen: Seen) -> Element {
    let kept = use_kept();
    // This page writes what it shows into the address. The router, which would draw everything anew with each letter of a
    // filter, hears of it when it looks there again.
    let address = if let Route::Listed { seen } = use_route::<Route>() { Some(seen) } else { None };
    let mut seen = use_signal(|| address.clone().unwrap_or(seen));
    use_effect(use_reactive!(|address| {
        let news = address.filter(|address| *seen.peek() != *address);
        if let Some(news) = news {
            seen.set(news);
        }
    }));
    use_effect(move || kept.keep_list(seen()));
    let list = use_world(|world: &LiveWorld| {
        (world.me.username.clone(), world.instances.values().cloned().collect::<Vec<_>>())
    });
    let quota = use_world(|world: &LiveWorld| world.quota);
    let shown = use_memo(move || {
        let Some((me, mut shown)) = list() else { return Vec::new() };
        let Seen { of, filter } = seen();
        shown.retain(|view| (of == Of::Everybody || view.is_of(&me)) && matches(view, &me, &filter));
        shown.sort_by(|a, b| a.name.cmp(&b.name).then(a.owner.cmp(&b.owner)));
        shown
    });
    let counts = use_memo(move || {
        let list = list();
        let own = list.as_ref().map_or(0, |(me, all)| all.iter().filter(|view| view.is_of(me)).count());
        (own, list.map_or(0, |(_, all)| all.len()))
    });
    let (mine, all) = counts();
    // Whoever sees nobody else's has no use for an address that asks for them.
    let everybody = seen.read().of == Of::Everybody && all > mine;
    let none = mine == 0 && !everybody;
    let filter = seen.read().filter.clone();
    rsx! {
        PageHeader {
            title: "Instances",
            actions: rsx! {
                if !none {
                    label { class: "relative w-44 max-sm:flex-1",
                        span { class: "sr-only", "Filter instances" }
                        span { class: "pointer-events-none absolute inset-y-0 left-2.5 flex items-center text-text-muted", Icon { glyph: Glyph::Search } }
                        input {
                            class: "h-9 w-full rounded-md border border-line bg-surface-raised pr-2 pl-8 text-sm pointer-coarse:h-11",
                            r#type: "search",
                            name: "filter",
                            placeholder: "Filter",
                            value: "{filter}",
                            oninput: move |event| {
                                let of = seen.peek().of;
                                show(seen, Seen { of, filter: event.value() });
                            },
                        }
                    }
                    ButtonLink { kind: ButtonKind::Primary, icon: Glyph::Plus, to: Route::CreateInstance {}, "Create instance" }
                }
            },
        }
        Hints { first: none }
        if all > mine {
            Whose { seen, mine, all }
        }
        if none {
            FirstSteps {}
        } else {
            // The columns are the list's, so that they stand below each other whatever a row has in them.
            ul { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised @min-[46rem]:grid @min-[46rem]:gap-x-4 \
                    @min-[46rem]:grid-cols-[11rem_minmax(0,1fr)_auto_auto_auto]",
                aria_label: "Instances",
                for view in shown() {
                    Row { key: "{view.id}", view }
                }
            }
            if shown.read().is_empty() {
                p { class: "py-8 text-center text-text-muted", role: "status", "No instance matches “{filter}”." }
            }
            if let Some(quota) = quota() {
                p { class: "pt-4 text-sm text-text-muted tabular-nums",
                    "You use {quota.used} of your {quota.most} instances."
                }
            }
        }
    }
}

/// Shows these, and says so in the address.
fn show(mut seen: Signal<Seen>, new: Seen) {
    script::address(&new.clone().route().to_string());
    seen.set(new);
}

/// Every word of the filter must occur in what the row shows.
fn matches(view: &InstanceView, viewer: &Username, filter: &str) -> bool {
    let called = view.called(viewer);
    let (image, node, phase) = (&view.image, &view.node.name, view.phase);
    let down = if view.starts_at.is_some() { "down" } else { "" };
    let shown = format!("{called} {} {image} {node} {phase} {down}", image.title()).to_lowercase();
    filter.to_lowercase().split_whitespace().all(|word| shown.contains(word))
}
