//! Asking the server for something, and telling what it said.

use std::future::Future;
use std::pin::Pin;

use dioxus::prelude::*;
use model::refusal::{Refusal, RefusalCode};
use server_fns::ApiError;

use crate::proofs::{Proofs, use_proofs};
use crate::script;
use crate::state::{Live, use_live};

/// Answers with what is to be done after it.
type Call = Pin<Box<dyn Future<Output = Result<Box<dyn FnOnce()>, ApiError>>>>;

/// One form or button: whether it waits for an answer, and what was refused last: several things where the page itself
/// found them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Ask {
    live: Live,
    proofs: Proofs,
    busy: Signal<bool>,
    refusals: Signal<Vec<Refusal>>,
}

pub(crate) fn use_ask() -> Ask {
    Ask { live: use_live(), proofs: use_proofs(), busy: use_signal(|| false), refusals: use_signal(Vec::new) }
}

impl Ask {
    /// Does nothing while an earlier call has no answer yet, so a double click asks once.
    pub(crate) fn start<T: 'static>(
        self,
        call: impl Future<Output = Result<T, ApiError>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.begin(Box::pin(async move {
            let value = call.await?;
            Ok(Box::new(move || then(value)) as Box<dyn FnOnce()>)
        }));
    }

    /// The same for whatever is asked: a copy for each caller would be in everybody's download.
    fn begin(mut self, call: Call) {
        if *self.busy.peek() {
            return;
        }
        self.busy.set(true);
        self.refusals.set(Vec::new());
        spawn(async move {
            let answer = call.await;
            self.busy.set(false);
            match answer {
                Ok(then) => then(),
                Err(error) => self.refused(error.refusal),
            }
        });
    }

    /// For what a session may do only soon after the password was given. Where that was too long ago, the person is asked
    /// for it, and the call is made again.
    pub(crate) fn start_with_proof<T, F>(self, call: impl Fn() -> F + 'static, then: impl FnOnce(T) + 'static)
    where
        T: 'static,
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        self.start(self.proved(call), then);
    }

    fn proved<T, F>(self, call: impl Fn() -> F) -> impl Future<Output = Result<T, ApiError>>
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        let proofs = self.proofs;
        async move {
            loop {
                let answer = call().await;
                let wanted = answer.as_ref().is_err_and(|error| error.refusal.code == RefusalCode::ProofNeeded);
                if !wanted || !proofs.ask().await {
                    return answer;
                }
            }
        }
    }

    fn refused(self, refusal: Refusal) {
        let signed_in = self.live.world.peek().is_some();
        if signed_in && refusal.code == RefusalCode::Unauthenticated {
            self.live.leave();
        } else {
            self.refuse(vec![refusal]);
        }
    }

    /// Shows each at its field. Where the page finds mistakes itself, nobody is asked, and all are told at once.
    pub(crate) fn refuse(mut self, refusals: Vec<Refusal>) {
        // The cursor goes to the first. A field's id is the name the server knows it by.
        let first = refusals.iter().find_map(|refusal| refusal.field.clone());
        self.refusals.set(refusals);
        first.iter().for_each(|field| script::focus(field));
    }

    pub(crate) fn busy(self) -> bool {
        (self.busy)()
    }

    /// Takes the refusal off the page, as when a dialog is opened anew.
    pub(crate) fn clear(mut self) {
        self.refusals.set(Vec::new());
    }

    /// What is wrong with that field of the form.
    pub(crate) fn field(self, name: &str) -> Option<String> {
        let refusals = self.refusals.read();
        refusals.iter().find(|refusal| refusal.field.as_deref() == Some(name)).map(|refusal| refusal.message.clone())
    }

    /// What no field of the form shows: `shown` lists the fields that do show their refusals.
    pub(crate) fn rest(self, shown: &[&str]) -> Option<String> {
        let refusals = self.refusals.read();
        let elsewhere = |refusal: &&Refusal| refusal.field.as_deref().is_none_or(|field| !shown.contains(&field));
        refusals.iter().find(elsewhere).map(|refusal| refusal.message.clone())
    }
}

/// One switch: what was asked for is shown until the live world shows it. The browser moves a switch before anybody is
/// asked, so it has to be moved back when that is refused.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Turning {
    ask: Ask,
    asked: Signal<Option<bool>>,
    known: bool,
}

/// `known` is as the live world has it.
pub(crate) fn use_turning(known: bool) -> Turning {
    let ask = use_ask();
    let mut asked = use_signal(|| None::<bool>);
    use_effect(use_reactive!(|known| {
        if asked() == Some(known) && !ask.busy() {
            asked.set(None);
        }
    }));
    Turning { ask, asked, known }
}

impl Turning {
    pub(crate) fn turn<T: 'static>(self, wish: bool, call: impl Future<Output = Result<T, ApiError>> + 'static) {
        self.ask.start(self.turned(wish, call), |_| {});
    }

    /// For what makes a new way in.
    pub(crate) fn turn_with_proof<T, F>(self, wish: bool, call: impl Fn() -> F + 'static)
    where
        T: 'static,
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let proved = self.ask.proved(call);
        self.ask.start(self.turned(wish, proved), |_| {});
    }

    fn turned<T>(
        self,
        wish: bool,
        call: impl Future<Output = Result<T, ApiError>>,
    ) -> impl Future<Output = Result<T, ApiError>> {
        let mut asked = self.asked;
        asked.set(Some(wish));
        async move {
            let answer = call.await;
            if answer.is_err() {
                asked.set(None);
            }
            answer
        }
    }

    pub(crate) fn is_on(self) -> bool {
        (self.asked)().unwrap_or(self.known)
    }

    pub(crate) fn busy(self) -> bool {
        self.ask.busy()
    }

    /// Why it was not turned.
    pub(crate) fn refusal(self) -> Option<String> {
        self.ask.rest(&[])
    }
}
