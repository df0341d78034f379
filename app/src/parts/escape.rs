//! Leaving a form that opened in its page by the key that closes a dialog.

use dioxus::prelude::*;

/// What a form does with a key that is pressed in it: Escape leaves it as *Cancel* does.
pub(crate) fn on_escape(mut leave: impl FnMut() + 'static) -> impl FnMut(KeyboardEvent) + 'static {
    move |event: KeyboardEvent| {
        if event.key() == Key::Escape {
            event.stop_propagation();
            leave();
        }
    }
}
