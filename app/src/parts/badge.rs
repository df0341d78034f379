//! A dot and a word: state is never told by colour alone.

use dioxus::prelude::*;
use model::phase::Phase;

/// What a state means for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    /// Something is under way: the dot pulses.
    Busy,
    Warn,
    Bad,
    Idle,
}

impl Tone {
    /// The tone that every page gives to a phase.
    pub(crate) const fn of(phase: Phase) -> Self {
        match phase {
            Phase::Running => Self::Good,
            Phase::Pending
            | Phase::Creating
            | Phase::Stopping
            | Phase::Restarting
            | Phase::Rebuilding
            | Phase::Deleting => Self::Busy,
            Phase::Stopped => Self::Idle,
            Phase::Paused | Phase::Unknown => Self::Warn,
            Phase::Error | Phase::Lost => Self::Bad,
        }
    }

    const fn dot(self) -> &'static str {
        match self {
            Self::Good => "bg-good",
            Self::Busy => "bg-busy animate-dot motion-reduce:animate-none",
            Self::Warn => "bg-warn",
            Self::Bad => "bg-bad",
            Self::Idle => "border-[1.5px] border-idle",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Good => "text-good",
            Self::Busy => "text-busy",
            Self::Warn => "text-warn",
            Self::Bad => "text-bad",
            Self::Idle => "text-text-muted",
        }
    }
}

#[component]
pub(crate) fn Badge(tone: Tone, children: Element) -> Element {
    rsx! {
        span { class: "inline-flex items-center gap-2 whitespace-nowrap text-sm font-medium",
            span { class: "size-2 shrink-0 rounded-full {tone.dot()}", aria_hidden: "true" }
            span { class: tone.word(), {children} }
        }
    }
}

/// The word for what an instance is doing.
#[component]
pub(crate) fn PhaseBadge(phase: Phase) -> Element {
    rsx! {
        Badge { tone: Tone::of(phase), "{phase}" }
    }
}
