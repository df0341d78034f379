//! Reading something anew whenever there is a reason. One reading ends before the next begins: a request whose answer nobody
//! reads keeps its connection until the browser cleans up.

use dioxus::prelude::*;
use server_fns::ApiError;

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Following {
    failed: Signal<Option<String>>,
    again: Signal<u32>,
}

impl Following {
    /// Why the last reading was refused.
    pub(crate) fn failed(self) -> Option<String> {
        self.failed.read().clone()
    }

    pub(crate) fn again(mut self) {
        *self.again.write() += 1;
    }
}

/// `reason` reads the signals of which each change is one. `read` begins a reading, which keeps itself what it was told.
pub(crate) fn use_following<F>(reason: impl Fn() + 'static, read: impl Fn() -> F + Clone + 'static) -> Following
where
    F: Future<Output = Result<(), ApiError>> + 'static,
{
    let mut failed = use_signal(|| None);
    let again = use_signal(|| 0);
    let (mut busy, mut stale) = (use_signal(|| false), use_signal(|| false));
    use_effect(move || {
        again();
        reason();
        if *busy.peek() {
            return stale.set(true);
        }
        busy.set(true);
        let read = read.clone();
        spawn(async move {
            loop {
                stale.set(false);
                let told = read().await;
                failed.set(told.err().map(|error| error.refusal.message));
                if !*stale.peek() {
                    break;
                }
            }
            busy.set(false);
        });
    });
    Following { failed, again }
}
