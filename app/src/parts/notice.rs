//! A sentence that must not be missed, where it belongs on the page.

use dioxus::prelude::*;

use super::{Glyph, Icon};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    #[default]
    Info,
    Good,
    Warn,
    Bad,
}

impl NoticeKind {
    const fn look(self) -> (&'static str, Glyph) {
        match self {
            Self::Info => ("border-line text-text-muted", Glyph::Info),
            Self::Good => ("border-good/40 bg-good/10 text-good", Glyph::Check),
            Self::Warn => ("border-warn/40 bg-warn/10 text-warn", Glyph::Warning),
            Self::Bad => ("border-bad/40 bg-bad/10 text-bad", Glyph::Warning),
        }
    }
}

#[component]
pub(crate) fn Notice(#[props(default)] kind: NoticeKind, action: Option<Element>, children: Element) -> Element {
    let (look, glyph) = kind.look();
    let role = if kind == NoticeKind::Bad { "alert" } else { "status" };
    rsx! {
        div { class: "flex flex-wrap items-center justify-between gap-3 rounded-md border px-3 py-2 {look}", role,
            div { class: "flex min-w-0 flex-1 items-start gap-2",
                span { class: "mt-0.5", Icon { glyph } }
                div { class: "min-w-0 text-sm text-text", {children} }
            }
            {action}
        }
    }
}
