//! A button that opens a list of verbs, by the browser's own popover: it closes on a press beside it. `public/menus.js` puts it
//! where its button is and moves the focus.

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
    /// What the verbs are for: *Actions for web-1*. It has in it whatever words the button shows.
    label: String,
    /// What stands at the top of the list: *web-1*; the label without it.
    head: Option<String>,
    /// What the button shows; three dots without it.
    button: Option<Element>,
    /// Added to the button's look.
    class: Option<String>,
    children: Element,
) -> Element {
    let class = class.unwrap_or_default();
    let head = head.unwrap_or_else(|| label.clone());
    rsx! {
        button {
            // Where colours are forced, the border is seen all the time.
            class: "inline-flex h-9 min-w-9 cursor-pointer items-center justify-center gap-2 rounded-md border border-transparent px-2 \
                text-text hover:border-line hover:bg-hover focus-visible:border-line focus-visible:bg-hover pointer-coarse:h-11 \
                pointer-coarse:min-w-11 {class}",
            id: menu_button(&id),
            r#type: "button",
            title: "{label}",
            aria_label: "{label}",
            aria_haspopup: "menu",
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
            class: "fixed inset-auto m-0 max-h-[calc(100dvh-1rem)] min-w-[min(11rem,calc(100vw-1rem))] max-w-[min(20rem,calc(100vw-1rem))] \
                overflow-y-auto rounded-lg border border-line bg-surface-raised p-1 text-text shadow-float open:animate-appear \
                motion-reduce:animate-none",
            p { class: "truncate px-2 pt-1 pb-1.5 text-xs font-medium text-text-muted", "{head}" }
            div { role: "menu", aria_label: "{label}", {children} }
        }
    }
}

/// One verb of the menu `menu`.
#[component]
pub(crate) fn MenuItem(
    menu: String,
    icon: Option<Glyph>,
    #[props(default)] danger: bool,
    /// Why it cannot be chosen now, as a sentence. It can be reached all the same, so that everybody learns that.
    why_not: Option<String>,
    onclick: EventHandler<()>,
    children: Element,
) -> Element {
    let closed = why_not.is_some();
    let tone = match (closed, danger) {
        (true, _) => "cursor-not-allowed text-text-muted",
        (false, true) => "cursor-pointer text-bad hover:bg-bad/10 focus-visible:bg-bad/10",
        (false, false) => "cursor-pointer hover:bg-hover focus-visible:bg-hover",
    };
    rsx! {
        button {
            class: "flex min-h-9 w-full items-center gap-2 rounded-md px-2 py-1 text-left text-sm pointer-coarse:min-h-11 {tone}",
            r#type: "button",
            role: "menuitem",
            tabindex: "-1",
            aria_disabled: closed.then_some("true"),
            popovertarget: "{menu}",
            popovertargetaction: "hide",
            onclick: move |_| {
                if !closed {
                    onclick.call(());
                }
            },
            if let Some(glyph) = icon {
                Icon { glyph }
            }
            span { class: "min-w-0",
                span { class: "block", {children} }
                if let Some(why) = why_not {
                    span { class: "block text-xs", "{why}" }
                }
            }
        }
    }
}
