//! What may be asked of an instance: the list and the instance's own page offer the same verbs.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::phase::Phase;
use model::verb::Verb;
use model::view::InstanceView;

use crate::parts::{Button, ButtonKind, Confirm, Glyph};
use crate::state::{use_called, use_other_owner};
use crate::wishes::{Wishes, use_wishes};

/// How a verb looks and what it costs.
pub(crate) trait Offer: Copy {
    fn glyph(self) -> Glyph;
    /// What is lost; `None` where nothing is and nobody needs to be asked.
    fn loss(self, view: &InstanceView) -> Option<String>;
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
                Some("Its programs end and its SSH connections close. Its files and its host ports stay.".to_owned())
            }
            Self::Restart => {
                Some("Its programs end and its SSH connections close; then it starts again. Its files stay.".to_owned())
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
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Verbs {
    id: InstanceId,
    wishes: Wishes,
    confirming: Signal<Option<Verb>>,
}

pub(crate) fn use_verbs(id: InstanceId) -> Verbs {
    Verbs { id, wishes: use_wishes(), confirming: use_signal(|| None) }
}

impl Verbs {
    /// Asks the person first where something is lost, and the server at once where nothing is.
    pub(crate) fn choose(mut self, verb: Verb) {
        match verb {
            Verb::Start => self.go(verb),
            Verb::Stop | Verb::Restart | Verb::Delete | Verb::Forget => self.confirming.set(Some(verb)),
        }
    }

    /// From here on the row, the page and the news say how it goes, so the question is closed.
    fn go(mut self, verb: Verb) {
        self.confirming.set(None);
        self.wishes.ask(self.id, verb);
    }

    /// *asked to stop*, until the live world knows of the wish.
    pub(crate) fn asked_words(self, view: &InstanceView) -> Option<String> {
        let verb = self.wishes.unseen(view)?;
        Some(format!("asked to {}", verb.title().to_lowercase()))
    }
}

/// What stands on the button.
pub(crate) fn verb_words(verb: Verb, view: &InstanceView) -> &'static str {
    if verb == Verb::Start && view.starts_at.is_some() { "Start now" } else { verb.title() }
}

/// Why it cannot be asked for now; `None` where it can.
pub(super) fn hindrance(verb: Verb, view: &InstanceView) -> Option<String> {
    let why = match view.phase {
        Phase::Pending | Phase::Creating => "It is still being made.",
        Phase::Running => "It runs already.",
        Phase::Paused => "It is paused.",
        Phase::Stopping => "It is stopping.",
        Phase::Stopped => "It is stopped.",
        Phase::Restarting => "It is starting.",
        Phase::Rebuilding => "It is being rebuilt.",
        Phase::Deleting => "It is being deleted.",
        Phase::Error => "It does not run.",
        Phase::Unknown => "Its node is away.",
        Phase::Lost => "Its container is gone.",
    };
    (!view.takes(verb)).then(|| why.to_owned())
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
            type_name: verb.loses().then(|| called.clone()),
            on_confirm: move |()| verbs.go(verb),
            on_close: move |()| confirming.set(None),
        }
    }
}
