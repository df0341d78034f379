//! What stands around every page: who may see it, the way to the others, and whether the link is up.

mod banner;
mod exposed;
mod navigation;
mod opening;
mod proof;

use dioxus::prelude::*;

use crate::live::Keeper;
use crate::pages::{SetUp, SignIn};
use crate::parts::ToastList;
use crate::route::{Address, Route};
use crate::script;
use crate::state::{Door, use_live};
use crate::transfers::Carrier;
use crate::wishes::Herald;

use banner::Banner;
pub(crate) use exposed::Exposed;
use navigation::Navigation;
use opening::Opening;
use proof::Proof;

/// Around all pages. Somebody who is signed in has no business at the door, and goes home.
#[component]
pub(crate) fn Guard() -> Element {
    let live = use_live();
    let route = use_route::<Route>();
    let signed_in = use_memo(move || live.world.read().is_some());
    let at_door = matches!(route, Route::SignIn {} | Route::SignUp { .. } | Route::SetUp { .. });
    // Effects run in a browser or a window only, never while the server draws.
    use_effect(move || {
        spawn(live.arrive());
    });
    use_effect(use_reactive!(|at_door| {
        if at_door && signed_in() {
            navigator().replace(Route::Instances {});
        }
    }));
    // Where a page is drawn anew, the focus would be nowhere. At the first one it stays where the browser has it.
    let opening = use_memo(move || *live.door.read() == Door::Opening && live.world.read().is_none());
    let page = (!opening()).then(|| (route.clone(), signed_in()));
    let mut shown = use_signal(|| None::<(Route, bool)>);
    use_effect(use_reactive!(|page| {
        let Some(page) = page else { return };
        let before = (*shown.peek()).clone();
        if before.as_ref() == Some(&page) {
            return;
        }
        shown.set(Some(page));
        if before.is_some() {
            script::arrive();
        }
    }));
    rsx! {
        if signed_in() {
            Keeper {}
            Carrier {}
            Proof {}
        }
        Herald {}
        Outlet::<Address> {}
        ToastList {}
    }
}

/// Around the pages for people who are signed in. Everybody else gets the door in the same place, so
/// that after signing in they are where they wanted to be.
#[component]
pub(crate) fn Frame() -> Element {
    let live = use_live();
    let signed_in = use_memo(move || live.world.read().is_some());
    let needs_setup = use_memo(move || live.welcome.read().needs_setup);
    let opening = use_memo(move || *live.door.read() == Door::Opening);
    // A terminal takes the whole window and scrolls by itself; every other page scrolls as a whole.
    let route = use_route::<Route>();
    let whole = matches!(route, Route::Terminal { .. });
    let lost = matches!(route, Route::NotFound { .. });
    if !signed_in() {
        return match (needs_setup(), opening(), lost) {
            // A visitor need not sign in to hear that nothing is there.
            (_, false, true) => rsx! {
                main { class: "mx-auto flex min-h-dvh max-w-lg flex-col justify-center p-6", Outlet::<Address> {} }
            },
            (true, _, _) => rsx! { SetUp { token: "" } },
            (false, true, _) => rsx! { Opening {} },
            (false, false, false) => rsx! { SignIn {} },
        };
    }
    let (around, page) = if whole {
        ("flex h-dvh flex-col pb-15 sm:pb-0", "flex min-h-0 flex-1 flex-col p-3 sm:p-4")
    } else {
        ("pb-20 sm:pb-0", "@container mx-auto max-w-[1200px] p-4 sm:p-6")
    };
    rsx! {
        a {
            class: "fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0",
            href: "#page",
            onclick: move |event| {
                event.prevent_default();
                script::focus("page");
            },
            "Skip to the page"
        }
        div { class: "min-h-dvh sm:grid sm:grid-cols-[13.75rem_minmax(0,1fr)]",
            Navigation {}
            div { class: "min-w-0 {around}",
                Exposed {}
                Banner {}
                main { id: "page", class: "outline-none {page}", tabindex: "-1", Outlet::<Address> {} }
            }
        }
    }
}
