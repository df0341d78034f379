//! A button that opens a list of verbs, by the browser's own popover: it closes on Escape and on a click
//! beside it. `early/menus.js` puts it where its button is.

use dioxus::prelude::*;

use super::{Glyph, Icon};

/// The id of the button that opens the menu `id`.
pub(crate) fn menu_button(id: &str) -> String {
    format!("{id}-button")
}

/// `id` must be the only one of its kind on the page and be plain: letters, digits and hyphens.
#[component]
pub(crate) fn Menu(
    id: String,
    /// What the verbs are for: *Actions for web-1*.
    label: String,
    /// What the button shows; three dots without it.
    button: Option<Element>,
    /// Added to the button's look.
    class: Option<String>,
    children: Element,
) -> Element {
    let class = class.unwrap_or_default();
    rsx! {
        button {
            class: "inline-flex h-9 min-w-9 cursor-pointer items-center justify-center gap-2 rounded-md px-2 text-text-muted \
                hover:bg-hover hover:text-text pointer-coarse:h-11 pointer-coarse:min-w-11 {class}",
            id: menu_button(&id),
            r#type: "button",
            title: "{label}",
            aria_label: "{label}",
            aria_haspopup: "true",
            popovertarget: "{id}",
            if let Some(button) = button {
                {button}
            } else {
                Icon { glyph: Glyph::More }
            }
        }
        div {
            id: "{id}",
            popover: "auto",
            class: "fixed inset-auto m-0 min-w-44 rounded-lg border border-line bg-surface-raised p-1 text-text shadow-float \
                open:animate-appear motion-reduce:animate-none",
            {children}
        }
    }
}

/// One verb of the menu `menu`.
#[component]
pub(crate) fn MenuItem(
    menu: String,
    icon: Option<Glyph>,
    #[props(default)] danger: bool,
    #[props(default)] disabled: bool,
    onclick: EventHandler<()>,
    children: Element,
) -> Element {
    let tone = if danger { "text-bad hover:bg-bad/10" } else { "hover:bg-hover" };
    rsx! {
        button {
            class: "flex h-9 w-full cursor-pointer items-center gap-2 rounded-md px-2 text-left text-sm pointer-coarse:h-11 \
                disabled:cursor-not-allowed disabled:opacity-50 {tone}",
            r#type: "button",
            popovertarget: "{menu}",
            popovertargetaction: "hide",
            disabled,
            onclick: move |_| onclick.call(()),
            if let Some(glyph) = icon {
                Icon { glyph }
            }
            {children}
        }
    }
}
