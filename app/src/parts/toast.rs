//! Short news at the edge of the window: what a verb came to when its page is no longer the place to say it.

use std::time::Duration;

use dioxus::prelude::*;

use super::{Glyph, Icon, NoticeKind};
use crate::sleep::sleep;

/// How long good news stays. Bad news stays until it is closed.
const LIFETIME: Duration = Duration::from_secs(5);
/// More than these are nobody's reading; the oldest goes.
const MOST: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Toast {
    id: u64,
    kind: NoticeKind,
    text: String,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Toasts {
    list: Signal<Vec<Toast>>,
    next: Signal<u64>,
}

impl Toasts {
    /// For the root alone; everything under it uses [`use_toasts`].
    pub(crate) fn provide() -> Self {
        use_context_provider(|| Self { list: Signal::new(Vec::new()), next: Signal::new(0) })
    }

    pub(crate) fn say(mut self, kind: NoticeKind, text: impl Into<String>) {
        let id = *self.next.peek();
        self.next.set(id + 1);
        let mut list = self.list.write();
        if list.len() == MOST {
            list.remove(0);
        }
        list.push(Toast { id, kind, text: text.into() });
    }

    fn close(mut self, id: u64) {
        self.list.write().retain(|toast| toast.id != id);
    }
}

pub(crate) fn use_toasts() -> Toasts {
    use_context::<Toasts>()
}

#[component]
pub(crate) fn ToastList() -> Element {
    let toasts = use_toasts();
    rsx! {
        div { class: "pointer-events-none fixed inset-x-4 bottom-20 z-40 flex flex-col items-end gap-2 sm:bottom-4", aria_live: "polite",
            for toast in toasts.list.read().iter() {
                Line { key: "{toast.id}", id: toast.id, kind: toast.kind, text: toast.text.clone() }
            }
        }
    }
}

#[component]
fn Line(id: u64, kind: NoticeKind, text: String) -> Element {
    let toasts = use_toasts();
    use_future(move || async move {
        if kind != NoticeKind::Bad {
            sleep(LIFETIME).await;
            toasts.close(id);
        }
    });
    let (glyph, tone) = match kind {
        NoticeKind::Info => (Glyph::Info, "text-text-muted"),
        NoticeKind::Good => (Glyph::Check, "text-good"),
        NoticeKind::Warn => (Glyph::Warning, "text-warn"),
        NoticeKind::Bad => (Glyph::Warning, "text-bad"),
    };
    rsx! {
        div { class: "pointer-events-auto flex max-w-md animate-appear items-start gap-2 rounded-lg border border-line bg-surface-raised \
                px-3 py-2 text-sm shadow-float motion-reduce:animate-none",
            span { class: "mt-0.5 {tone}", Icon { glyph } }
            span { class: "min-w-0 flex-1 wrap-anywhere", "{text}" }
            button {
                class: "-m-1 cursor-pointer rounded-sm p-1 text-text-muted hover:text-text",
                r#type: "button",
                title: "Close",
                aria_label: "Close",
                onclick: move |_| toasts.close(id),
                Icon { glyph: Glyph::Close }
            }
        }
    }
}
