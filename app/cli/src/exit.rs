//! How the program ends: README has the table. `ssh`, `exec` and `cp` end as OpenSSH does.

use std::process::ExitCode;

use model::refusal::{Refusal, RefusalCode};
use verbs::told::as_json;

use crate::print;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The server refused it, or it did not come about.
    Failed = 1,
    /// It was typed in a way that means nothing.
    Usage = 2,
    /// There is no account here, or its token opens nothing any more.
    SignedOut = 3,
    NotFound = 4,
    /// The server cannot be reached, or is not the one that it should be.
    Unreachable = 5,
}

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) text: String,
    /// As the API said it.
    refusal: Option<Box<Refusal>>,
    json: bool,
}

impl Failure {
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into(), refusal: None, json: false }
    }

    pub(crate) fn failed(text: impl Into<String>) -> Self {
        Self::new(Exit::Failed, text)
    }

    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, text)
    }

    /// The same, and where it is a refusal of the API, in its own form.
    pub(crate) fn in_json(self, json: bool) -> Self {
        Self { json, ..self }
    }

    /// Nobody is signed in by it. It is told in the words of the refusal, because there is no account yet that it is about.
    pub(crate) fn of_sign_in(self) -> Self {
        let text = self.refusal.as_ref().map_or_else(|| self.text.clone(), |refusal| refusal.message.clone());
        Self { text, exit: Exit::SignedOut, ..self }
    }

    pub(crate) fn told(self) -> ExitCode {
        match self.refusal.filter(|_| self.json) {
            Some(refusal) => print::err(&as_json(&refusal)),
            None => print::note(&format!("dockhost: {}", print::plain(&self.text))),
        }
        ExitCode::from(self.exit as u8)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.code {
            RefusalCode::Unauthenticated => Exit::SignedOut,
            RefusalCode::NotFound => Exit::NotFound,
            RefusalCode::Invalid
            | RefusalCode::Forbidden
            | RefusalCode::ProofNeeded
            | RefusalCode::Conflict
            | RefusalCode::QuotaExceeded
            | RefusalCode::NoCapacity
            | RefusalCode::TooLarge
            | RefusalCode::RateLimited
            | RefusalCode::Unavailable
            | RefusalCode::Internal => Exit::Failed,
        };
        let text = match exit {
            Exit::SignedOut => "The token of this account opens nothing any more: it was deleted, has expired, or the \
                                account is suspended. `dockhost login` signs in anew."
                .to_owned(),
            Exit::Failed | Exit::Usage | Exit::NotFound | Exit::Unreachable => {
                [refusal.message.clone()].into_iter().chain(refusal.next_step.clone()).collect::<Vec<_>>().join(" ")
            }
        };
        Self { refusal: Some(Box::new(refusal)), ..Self::new(exit, text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_refusal_has_its_status() {
        let exit = |code| Failure::from(Refusal::new(code, "No.")).exit as u8;
        assert_eq!(exit(RefusalCode::Conflict), 1);
        assert_eq!(exit(RefusalCode::Unauthenticated), 3);
        assert_eq!(exit(RefusalCode::NotFound), 4);
    }
}
