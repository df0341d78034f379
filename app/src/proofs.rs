//! The password once more, for what makes a new way into the account: whoever was refused for lack of it waits here, until
//! the person gave it in the dialog of the frame.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use dioxus::prelude::*;

/// One call that waits.
#[derive(Default)]
struct Wait {
    given: Option<bool>,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Proofs {
    waiting: Signal<Vec<Rc<RefCell<Wait>>>>,
}

impl Proofs {
    /// For the root alone; everything under it uses [`use_proofs`].
    pub(crate) fn provide() -> Self {
        use_context_provider(|| Self { waiting: Signal::new(Vec::new()) })
    }

    /// Whether the person is to be asked.
    pub(crate) fn are_wanted(self) -> bool {
        !self.waiting.read().is_empty()
    }

    /// Opens the dialog, and waits for what comes of it: whether the server took the password.
    pub(crate) async fn ask(mut self) -> bool {
        let wait = Rc::<RefCell<Wait>>::default();
        self.waiting.write().push(Rc::clone(&wait));
        poll_fn(move |context| {
            let mut wait = wait.borrow_mut();
            match wait.given {
                Some(given) => Poll::Ready(given),
                None => {
                    wait.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Closes the dialog.
    pub(crate) fn answer(mut self, given: bool) {
        if self.waiting.peek().is_empty() {
            return;
        }
        let all = std::mem::take(&mut *self.waiting.write());
        for wait in all {
            let waker = {
                let mut wait = wait.borrow_mut();
                wait.given = Some(given);
                wait.waker.take()
            };
            waker.into_iter().for_each(Waker::wake);
        }
    }
}

pub(crate) fn use_proofs() -> Proofs {
    use_context::<Proofs>()
}
