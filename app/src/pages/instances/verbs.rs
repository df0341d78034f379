//! What may be asked of an instance: the list and the instance's own page offer the same verbs.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::phase::Phase;
use model::verb::Verb;
use model::version::Generation;
use model::view::InstanceView;
use server_fns::{ApiError, instances};

use crate::action::{Ask, use_ask};
use crate::parts::{Button, ButtonKind, Confirm, Glyph, NoticeKind, Toasts, use_toasts};
use crate::state::{use_called, use_other_owner};

/// How a verb looks, what it costs and how it is asked.
pub(crate) trait Offer: Copy {
    fn glyph(self) -> Glyph;
    /// What is lost; `None` where nothing is and nobody needs to be asked.
    fn loss(self, view: &InstanceView) -> Option<String>;
    /// The instance as it is wished then; `None` when it is gone.
    async fn ask(self, id: InstanceId) -> Result<Option<InstanceView>, ApiError>;
}

impl Offer for Verb {
    fn glyph(self) -> Glyph {
        match self {
            Self::Start => Glyph::Play,
            Self::Stop => Glyph::Stop,
            Self::Restart => Glyph::Restart,
            Self::Delete | Self::Forget => Glyph::Trash,
        }
    }

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
                    | Phase::Paused
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
            Self::Forget => Some(format!(
                "Its name, host ports and quota are free at once, although {} has not confirmed that it is deleted. A container \
                 that is left on that machine stays there until somebody removes it by hand. This cannot be undone.",
                view.node.name
            )),
        }
    }

    async fn ask(self, id: InstanceId) -> Result<Option<InstanceView>, ApiError> {
        match self {
            Self::Start => instances::start(id).await.map(Some),
            Self::Stop => instances::stop(id).await.map(Some),
            Self::Restart => instances::restart(id).await.map(Some),
            Self::Delete => instances::remove(id).await.map(Some),
            Self::Forget => instances::forget(id).await.map(|()| None),
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
            Verb::Stop | Verb::Restart | Verb::Delete | Verb::Forget => self.confirming.set(Some(verb)),
        }
    }

    fn go(mut self, verb: Verb) {
        self.asked.set(Some(Asked { verb, generation: None }));
        let id = self.id;
        let call = async move {
            let answer = verb.ask(id).await;
            self.confirming.set(None);
            match &answer {
                Ok(Some(view)) => self.asked.set(Some(Asked { verb, generation: Some(view.generation) })),
                Ok(None) => {}
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

/// What stands on the button.
pub(crate) fn verb_words(verb: Verb, view: &InstanceView) -> &'static str {
    if verb == Verb::Start && view.starts_at.is_some() { "Start now" } else { verb.title() }
}

#[component]
pub(crate) fn VerbButton(verbs: Verbs, verb: Verb, view: InstanceView, #[props(default)] kind: ButtonKind) -> Element {
    let waiting = verbs.asked_words(&view).is_some();
    rsx! {
        Button {
            kind,
            icon: verb.glyph(),
            busy: waiting,
            disabled: !view.takes(verb),
            onclick: move |_| verbs.choose(verb),
            "{verb_words(verb, &view)}"
        }
    }
}

/// The question that belongs to the verb that was chosen, if it needs one.
#[component]
pub(crate) fn VerbDialog(verbs: Verbs, view: InstanceView) -> Element {
    let mut confirming = verbs.confirming;
    let (called, other) = (use_called(&view), use_other_owner(&view));
    let Some(verb) = confirming() else { return rsx! {} };
    let Some(loss) = verb.loss(&view) else { return rsx! {} };
    let loss = match other {
        Some(owner) => format!("It is {owner}'s and not yours. {loss}"),
        None => loss,
    };
    rsx! {
        Confirm {
            title: "{verb.title()} {called}?",
            text: loss,
            verb: verb.title(),
            type_name: matches!(verb, Verb::Delete | Verb::Forget).then(|| called.clone()),
            busy: verbs.ask.busy(),
            on_confirm: move |()| verbs.go(verb),
            on_close: move |()| confirming.set(None),
        }
    }
}
