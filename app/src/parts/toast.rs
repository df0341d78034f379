//! Short news at the edge of the window: what a verb came to when its page is no longer the place to say it.

use std::rc::Rc;
use std::time::Duration;

use dioxus::prelude::*;

use super::{Button, ButtonKind, Glyph, Icon, NoticeKind};
use crate::script;
use crate::sleep::sleep;

/// How long good news stays, in ticks in which nobody looks at it more closely. Bad news stays until it is closed.
const LIFETIME: u32 = 16;
const TICK: Duration = Duration::from_millis(500);
/// More than these are nobody's reading; the oldest goes.
const MAX: usize = 4;

/// What *Try again* does. It outlives the page that offered it.
#[derive(Clone)]
pub(crate) struct Again(Rc<dyn Fn()>);

impl Again {
    pub(crate) fn new(what: impl Fn() + 'static) -> Self {
        Self(Rc::new(what))
    }
}

impl PartialEq for Again {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq)]
struct Toast {
    id: u64,
    kind: NoticeKind,
    text: String,
    /// What it is about: later news of the same takes its place.
    subject: Option<String>,
    again: Option<Again>,
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

    pub(crate) fn say(self, kind: NoticeKind, text: impl Into<String>) {
        self.add(kind, text.into(), None, None);
    }

    /// News of something of which there may be more to say: what was said of it last goes.
    pub(crate) fn say_of(self, subject: String, kind: NoticeKind, text: String, again: Option<Again>) {
        self.add(kind, text, Some(subject), again);
    }

    /// Nothing that was said of it still stands.
    pub(crate) fn forget(mut self, subject: &str) {
        let said = self.list.peek().iter().any(|toast| toast.subject.as_deref() == Some(subject));
        if said {
            self.list.write().retain(|toast| toast.subject.as_deref() != Some(subject));
        }
    }

    /// Nothing that was said of anything still stands: another person may look at the page now.
    pub(crate) fn forget_all(mut self) {
        if self.list.peek().iter().any(|toast| toast.subject.is_some()) {
            self.list.write().retain(|toast| toast.subject.is_none());
        }
    }

    fn add(mut self, kind: NoticeKind, text: String, subject: Option<String>, again: Option<Again>) {
        let id = *self.next.peek();
        self.next.set(id + 1);
        let mut list = self.list.write();
        list.retain(|toast| toast.subject.is_none() || toast.subject != subject);
        if list.len() == MAX {
            list.remove(0);
        }
        list.push(Toast { id, kind, text, subject, again });
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
                Line { key: "{toast.id}", toast: toast.clone() }
            }
        }
    }
}

/// It never takes the focus, and stays while it has it or the pointer is on it.
#[component]
fn Line(toast: Toast) -> Element {
    let toasts = use_toasts();
    let mut pointed = use_signal(|| false);
    let mut focused = use_signal(|| false);
    let Toast { id, kind, text, subject: _, again } = toast;
    use_future(move || async move {
        let mut left = LIFETIME;
        while kind != NoticeKind::Bad && left > 0 {
            sleep(TICK).await;
            if !*pointed.peek() && !*focused.peek() {
                left -= 1;
            }
        }
        if left == 0 {
            toasts.close(id);
        }
    });
    // Whoever closes it by the keyboard goes on at the top of the page.
    let close = move || {
        toasts.close(id);
        script::arrive();
    };
    let (glyph, tone) = match kind {
        NoticeKind::Info => (Glyph::Info, "text-text-muted"),
        NoticeKind::Good => (Glyph::Check, "text-good"),
        NoticeKind::Warn => (Glyph::Warning, "text-warn"),
        NoticeKind::Bad => (Glyph::Warning, "text-bad"),
    };
    rsx! {
        div {
            class: "pointer-events-auto flex max-w-md animate-appear items-start gap-2 rounded-lg border border-line bg-surface-raised \
                px-3 py-2 text-sm shadow-float motion-reduce:animate-none",
            "data-toast": "{id}",
            onmouseenter: move |_| pointed.set(true),
            onmouseleave: move |_| pointed.set(false),
            onfocusin: move |_| focused.set(true),
            onfocusout: move |_| focused.set(false),
            onkeydown: move |event: KeyboardEvent| {
                if event.key() == Key::Escape {
                    close();
                }
            },
            span { class: "mt-0.5 {tone}", Icon { glyph } }
            span { class: "min-w-0 flex-1 wrap-anywhere", "{text}" }
            if let Some(again) = again {
                span { class: "-my-1.5 flex",
                    Button {
                        kind: ButtonKind::Plain,
                        onclick: move |_| {
                            close();
                            (again.0)();
                        },
                        "Try again"
                    }
                }
            }
            button {
                class: "-m-1 cursor-pointer rounded-sm p-1 text-text-muted hover:text-text pointer-coarse:p-2.5",
                r#type: "button",
                title: "Close",
                aria_label: "Close",
                onclick: move |_| close(),
                Icon { glyph: Glyph::Close }
            }
        }
    }
}
