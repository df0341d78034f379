//! What stays while one looks at other pages: the list as it was left, and an instance that is not created yet. It is each
//! person's own, and nobody who signs in later on the same page gets it.

use dioxus::prelude::*;
use model::id::PersonId;

use crate::pages::{Draft, Seen};
use crate::state::Live;

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Kept {
    live: Live,
    list: Signal<Option<(PersonId, Seen)>>,
    draft: Signal<Option<(PersonId, Draft)>>,
}

impl Kept {
    /// For the root alone; everything under it uses [`use_kept`].
    pub(crate) fn provide(live: Live) -> Self {
        use_context_provider(move || Self { live, list: Signal::new(None), draft: Signal::new(None) })
    }

    fn person(self) -> Option<PersonId> {
        self.live.world.peek().as_ref().map(|world| world.me.id)
    }

    /// The list as it was left.
    pub(crate) fn list(self) -> Seen {
        let me = self.person();
        self.list.peek().clone().filter(|(person, _)| Some(*person) == me).map(|(_, seen)| seen).unwrap_or_default()
    }

    pub(crate) fn keep_list(mut self, seen: Seen) {
        let kept = self.person().map(|me| (me, seen));
        self.list.set(kept);
    }

    /// The instance that was begun.
    pub(crate) fn draft(self) -> Option<Draft> {
        let me = self.person();
        self.draft.peek().clone().filter(|(person, _)| Some(*person) == me).map(|(_, draft)| draft)
    }

    pub(crate) fn keep_draft(mut self, draft: Draft) {
        let kept = self.person().map(|me| (me, draft));
        self.draft.set(kept);
    }

    /// It is created.
    pub(crate) fn forget_draft(mut self) {
        self.draft.set(None);
    }
}

pub(crate) fn use_kept() -> Kept {
    use_context::<Kept>()
}
