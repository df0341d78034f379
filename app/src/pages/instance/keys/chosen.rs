//! What is chosen of the keys: as the live world has it, or as somebody has just asked for.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::InstanceId;
use model::name::Label;
use model::request::LetIn;
use model::view::InstanceView;
use server_fns::{Json, instances};

use crate::action::{Ask, use_ask};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct LetsIn {
    pub(super) names: BTreeSet<String>,
    pub(super) all: bool,
}

impl LetsIn {
    fn of(view: &InstanceView) -> Self {
        Self { names: view.ssh_keys.iter().map(ToString::to_string).collect(), all: view.all_ssh_keys }
    }

    pub(super) fn with(mut self, name: &Label, ticked: bool) -> Self {
        if ticked {
            self.names.insert(name.to_string());
        } else {
            self.names.remove(name.as_str());
        }
        self
    }

    fn request(&self) -> LetIn {
        let ssh_keys = (!self.all).then(|| self.names.iter().cloned().collect());
        LetIn { ssh_keys, all_ssh_keys: self.all }
    }
}

/// One list that is changed tick by tick. Each change sends the whole list, so the next waits for the answer.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    id: InstanceId,
    ask: Ask,
    /// What was asked for, and what was known then. It is shown until the live world knows something else.
    asked: Signal<Option<(LetsIn, LetsIn)>>,
}

pub(super) fn use_chosen(view: &InstanceView) -> (Chosen, LetsIn) {
    let (ask, known, id) = (use_ask(), LetsIn::of(view), view.id);
    let mut asked = use_signal(|| None::<(LetsIn, LetsIn)>);
    use_effect(use_reactive!(|known| {
        let changed = asked.peek().as_ref().is_some_and(|(_, before)| *before != known);
        if !ask.busy() && changed {
            asked.set(None);
        }
    }));
    let shown = asked().map_or(known, |(wish, _)| wish);
    (Chosen { id, ask, asked }, shown)
}

impl Chosen {
    pub(super) fn choose(self, view: &InstanceView, wish: LetsIn) {
        let (known, mut asked) = (LetsIn::of(view), self.asked);
        if self.busy() || wish == known {
            return;
        }
        let request = wish.request();
        asked.set(Some((wish, known)));
        let call = async move {
            let answer = instances::let_in(self.id, Json(request)).await;
            if answer.is_err() {
                asked.set(None);
            }
            answer
        };
        self.ask.start(call, |_| {});
    }

    pub(super) fn busy(self) -> bool {
        self.ask.busy()
    }

    /// Why it was not changed.
    pub(super) fn refusal(self) -> Option<String> {
        self.ask.rest(&[])
    }
}
