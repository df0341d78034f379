//! The way from page to page: at the side, or along the bottom where it is narrow.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::may::Action;
use server_fns::account;

use crate::action::use_ask;
use crate::parts::{Glyph, Icon, Menu, MenuItem};
use crate::route::Route;
use crate::state::{use_live, use_world};

#[component]
pub(super) fn Navigation() -> Element {
    let counts = use_world(|world: &LiveWorld| {
        // One's own, as the quota counts them, although an administrator sees everybody's.
        let own = world.instances.values().filter(|view| view.is_of(&world.me.username)).count();
        [own, world.nodes.len(), world.ssh_keys.len(), world.tokens.len()]
    });
    let route = use_route::<Route>();
    let [instances, nodes, keys, tokens] = counts().unwrap_or_default();
    let in_instances = matches!(
        route,
        Route::Instances {}
            | Route::Listed { .. }
            | Route::CreateInstance {}
            | Route::Instance { .. }
            | Route::Terminal { .. }
    );
    let sees_people = use_world(|world: &LiveWorld| world.me.may(Action::SeePeople));
    let in_activity = matches!(route, Route::Activity {} | Route::ActivityOf { .. });
    rsx! {
        nav {
            class: "fixed inset-x-0 bottom-0 z-30 flex overflow-x-auto border-t border-line bg-surface-raised sm:sticky sm:inset-auto \
                sm:top-0 sm:h-dvh sm:flex-col sm:gap-1 sm:overflow-x-hidden sm:overflow-y-auto sm:border-t-0 sm:border-r sm:p-3",
            aria_label: "Main",
            div { class: "hidden h-11 items-center gap-2 px-2 font-semibold sm:flex",
                Mark {}
                "DockHost"
            }
            Item { to: Route::Instances {}, glyph: Glyph::Instances, name: "Instances", count: instances, here: in_instances }
            Item { to: Route::Nodes {}, glyph: Glyph::Nodes, name: "Nodes", count: nodes, here: route == Route::Nodes {} }
            Item { to: Route::SshKeys {}, glyph: Glyph::Key, name: "SSH keys", count: keys, here: route == Route::SshKeys {} }
            Item { to: Route::Tokens {}, glyph: Glyph::Token, name: "Tokens", count: tokens, here: route == Route::Tokens {} }
            Item { to: Route::Activity {}, glyph: Glyph::Activity, name: "Activity", count: 0, here: in_activity }
            if sees_people() == Some(true) {
                Item { to: Route::People {}, glyph: Glyph::Person, name: "People", count: 0, here: route == Route::People {} }
            }
            div { class: "flex flex-1 items-center justify-center sm:mt-auto sm:flex-none sm:justify-start sm:border-t sm:border-line sm:pt-2",
                Person {}
            }
        }
    }
}

#[component]
fn Item(to: Route, glyph: Glyph, name: String, count: usize, here: bool) -> Element {
    let tone = if here { "here text-text sm:bg-hover" } else { "text-text-muted hover:bg-hover hover:text-text" };
    rsx! {
        Link {
            class: "flex min-h-14 flex-1 flex-col items-center justify-center gap-1 rounded-md text-[0.6875rem] font-medium sm:min-h-9 sm:flex-none \
                sm:flex-row sm:justify-start sm:gap-2.5 sm:px-2 sm:text-sm {tone}",
            to,
            Icon { glyph }
            span { class: "sm:flex-1", "{name}" }
            if count > 0 {
                span { class: "hidden text-xs text-text-muted tabular-nums sm:inline", "{count}" }
            }
        }
    }
}

#[component]
fn Person() -> Element {
    let live = use_live();
    let ask = use_ask();
    let me = use_world(|world: &LiveWorld| world.me.clone());
    let Some(me) = me() else { return rsx! {} };
    let role = if me.administrator { " · admin" } else { "" };
    let here = matches!(use_route::<Route>(), Route::Account {} | Route::Settings {});
    let tone = if here { "here text-text" } else { "text-text-muted" };
    let sign_out = move |()| {
        live.expects_to_leave(true);
        let call = async move { account::sign_out().await.inspect_err(|_| live.expects_to_leave(false)) };
        ask.start(call, move |()| {
            live.leave();
            navigator().push(Route::SignIn {});
        });
    };
    rsx! {
        Menu {
            id: "person-menu",
            label: "Account of {me.username}{role}",
            // As high as the links beside it, and with the same gap: a menu's own button has others.
            class: "h-14! flex-col gap-1! text-[0.6875rem] font-medium {tone} sm:h-9! sm:w-full sm:flex-row sm:justify-start sm:gap-2.5! sm:text-sm \
                sm:pointer-coarse:h-11!",
            button: rsx! {
                Icon { glyph: Glyph::Person }
                span { class: "max-w-20 truncate sm:max-w-32",
                    "{me.username}"
                    span { class: "hidden sm:inline", "{role}" }
                }
            },
            MenuItem {
                menu: "person-menu",
                icon: Glyph::Person,
                onclick: move |()| {
                    navigator().push(Route::Account {});
                },
                "Account"
            }
            if me.may(Action::SeeSettings) {
                MenuItem {
                    menu: "person-menu",
                    icon: Glyph::Settings,
                    onclick: move |()| {
                        navigator().push(Route::Settings {});
                    },
                    "Settings"
                }
            }
            MenuItem { menu: "person-menu", icon: Glyph::SignOut, onclick: sign_out, "Sign out" }
        }
    }
}

/// The same sign as the one in the browser's tab.
#[component]
fn Mark() -> Element {
    rsx! {
        svg { class: "size-5 text-accent-text", view_box: "0 0 24 24", fill: "none", stroke: "currentColor", stroke_width: "2", stroke_linejoin: "round", "aria-hidden": "true",
            path { d: "M3 9h18l-2 10H5zM7 9V5h4v4M13 9V5h4v4" }
        }
    }
}
