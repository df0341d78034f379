//! Buttons, and links that look like them.

use dioxus::prelude::*;

use super::{Glyph, Icon};
use crate::route::Route;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ButtonKind {
    /// The one thing a page is for; at most one on a page.
    Primary,
    #[default]
    Plain,
    /// What cannot be taken back.
    Danger,
    /// Without a border, for rows full of verbs.
    Quiet,
}

impl ButtonKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "border border-transparent bg-accent text-on-accent hover:bg-accent-strong",
            Self::Plain => "border border-line bg-surface-raised hover:bg-hover",
            Self::Danger => "border border-bad/40 bg-surface-raised text-bad hover:bg-bad/10",
            Self::Quiet => "border border-transparent text-text-muted hover:bg-hover hover:text-text",
        }
    }
}

const SHAPE: &str = "inline-flex h-9 shrink-0 cursor-pointer select-none items-center justify-center gap-2 rounded-md px-3 \
    text-sm font-medium whitespace-nowrap transition-colors duration-100 pointer-coarse:h-11 \
    disabled:cursor-not-allowed disabled:opacity-50";

/// While `busy` it cannot be pressed again and says so to screen readers.
#[component]
pub(crate) fn Button(
    #[props(default)] kind: ButtonKind,
    #[props(default)] busy: bool,
    #[props(default)] disabled: bool,
    /// Only for one that gets the focus when what it opened is left.
    id: Option<String>,
    /// Sends the form that it stands in.
    #[props(default)]
    submit: bool,
    icon: Option<Glyph>,
    /// Whether what it opens is open; only for one that opens a part of its page.
    expanded: Option<bool>,
    /// A tooltip; the name for screen readers where there are no words on the button, and more about it where there are.
    title: Option<String>,
    /// Its words and their object, for screen readers, where several buttons have the same words.
    name: Option<String>,
    onclick: Option<EventHandler<MouseEvent>>,
    children: Element,
) -> Element {
    let press = move |event: MouseEvent| {
        if let Some(handler) = onclick {
            handler.call(event);
        }
    };
    rsx! {
        button {
            id,
            class: "{SHAPE} {kind.class()}",
            r#type: if submit { "submit" } else { "button" },
            disabled: disabled || busy,
            aria_busy: if busy { "true" } else { "false" },
            aria_expanded: expanded.map(|open| if open { "true" } else { "false" }),
            title,
            aria_label: name,
            onclick: press,
            if let Some(glyph) = icon {
                Icon { glyph }
            }
            {children}
        }
    }
}

/// A way to another page, drawn as a button.
#[component]
pub(crate) fn ButtonLink(
    to: Route,
    #[props(default)] kind: ButtonKind,
    icon: Option<Glyph>,
    /// A tooltip; the name for screen readers where there are no words on it, and more about it where there are.
    title: Option<String>,
    children: Element,
) -> Element {
    rsx! {
        Link { class: "{SHAPE} {kind.class()}", to, title,
            if let Some(glyph) = icon {
                Icon { glyph }
            }
            {children}
        }
    }
}
