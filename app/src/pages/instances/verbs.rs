//! What may be asked of an instance: the list and the instance's own page offer the same verbs.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::phase::Phase;
use model::version::Generation;
use model::view::InstanceView;
use server_fns::{ApiError, instances};

use crate::action::{Ask, use_ask};
use crate::parts::{Button, ButtonKind, Confirm, Glyph, NoticeKind, Toasts, use_toasts};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Start,
    Stop,
    Restart,
    Delete,
}

impl Verb {
    pub(crate) const ALL: [Self; 4] = [Self::Start, Self::Stop, Self::Restart, Self::Delete];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Delete => "Delete",
        }
    }

    pub(crate) const fn glyph(self) -> Glyph {
        match self {
            Self::Start => Glyph::Play,
            Self::Stop => Glyph::Stop,
            Self::Restart => Glyph::Restart,
            Self::Delete => Glyph::Trash,
        }
    }

    /// The same rule as the server's.
    pub(crate) const fn is_open_to(self, phase: Phase) -> bool {
        match self {
            Self::Start => phase.can_start(),
            Self::Stop => phase.can_stop(),
            Self::Restart => phase.can_restart(),
            Self::Delete => phase.can_delete(),
        }
    }

    /// What is lost; `None` where nothing is and nobody needs to be asked.
    fn loss(self, view: &InstanceView) -> Option<String> {
        match self {
            Self::Start => None,
            Self::Stop => {
                Some("Its programs end and its ssh connections close. Its files and its host ports stay.".to_owned())
            }
            Self::Restart => {
                Some("Its programs end and its ssh connections close; then it starts again. Its files stay.".to_owned())
            }
            Self::Delete => {
                let away = match view.phase {
                    Phase::Unknown => " Its node is away: it is deleted there when the node is back.",
                    Phase::Pending
                    | Phase::Creating
                    | Phase::Running
                    | Phase::Stopping
                    | Phase::Stopped
                    | Phase::Restarting
                    | Phase::Rebuilding
                    | Phase::Deleting
                    | Phase::Error
                    | Phase::Lost => "",
                };
                Some(format!(
                    "All its files and programs are lost for good, and its host ports go to others.{away} This cannot be undone."
                ))
            }
        }
    }

    async fn ask(self, id: InstanceId) -> Result<InstanceView, ApiError> {
        match self {
            Self::Start => instances::start(id).await,
            Self::Stop => instances::stop(id).await,
            Self::Restart => instances::restart(id).await,
            Self::Delete => instances::remove(id).await,
        }
    }
}

/// A verb that was pressed and that the live world does not show yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    verb: Verb,
    /// Which wish it became; `None` until the server has answered.
    generation: Option<Generation>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Verbs {
    id: InstanceId,
    ask: Ask,
    asked: Signal<Option<Asked>>,
    confirming: Signal<Option<Verb>>,
    toasts: Toasts,
}

pub(crate) fn use_verbs(id: InstanceId) -> Verbs {
    Verbs { id, ask: use_ask(), asked: use_signal(|| None), confirming: use_signal(|| None), toasts: use_toasts() }
}

impl Verbs {
    /// Asks the person first where something is lost, and the server at once where nothing is.
    pub(crate) fn choose(mut self, verb: Verb) {
        self.ask.clear();
        match verb {
            Verb::Start => self.go(verb),
            Verb::Stop | Verb::Restart | Verb::Delete => self.confirming.set(Some(verb)),
        }
    }

    fn go(mut self, verb: Verb) {
        self.asked.set(Some(Asked { verb, generation: None }));
        let id = self.id;
        let call = async move {
            let answer = verb.ask(id).await;
            self.confirming.set(None);
            match &answer {
                Ok(view) => self.asked.set(Some(Asked { verb, generation: Some(view.generation) })),
                Err(error) => {
                    self.asked.set(None);
                    self.toasts.say(NoticeKind::Bad, error.refusal.message.clone());
                }
            }
            answer
        };
        self.ask.start(call, |_| {});
    }

    /// *asked to stop*, until the live world knows of the wish.
    pub(crate) fn asked_words(self, view: &InstanceView) -> Option<String> {
        let asked = (self.asked)()?;
        let seen = asked.generation.is_some_and(|generation| view.generation >= generation);
        (!seen).then(|| format!("asked to {}", asked.verb.title().to_lowercase()))
    }
}

#[component]
pub(crate) fn VerbButton(verbs: Verbs, verb: Verb, view: InstanceView, #[props(default)] kind: ButtonKind) -> Element {
    let waiting = verbs.asked_words(&view).is_some();
    rsx! {
        Button {
            kind,
            icon: verb.glyph(),
            busy: waiting,
            disabled: !verb.is_open_to(view.phase),
            onclick: move |_| verbs.choose(verb),
            "{verb.title()}"
        }
    }
}

/// The question that belongs to the verb that was chosen, if it needs one.
#[component]
pub(crate) fn VerbDialog(verbs: Verbs, view: InstanceView) -> Element {
    let mut confirming = verbs.confirming;
    let Some(verb) = confirming() else { return rsx! {} };
    let Some(loss) = verb.loss(&view) else { return rsx! {} };
    rsx! {
        Confirm {
            title: "{verb.title()} {view.name}?",
            text: loss,
            verb: verb.title(),
            type_name: (verb == Verb::Delete).then(|| view.name.to_string()),
            busy: verbs.ask.busy(),
            on_confirm: move |()| verbs.go(verb),
            on_close: move |()| confirming.set(None),
        }
    }
}
