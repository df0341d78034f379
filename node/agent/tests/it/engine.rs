//! A model of the engine: one container per name, answers that get lost, creates that come late.

use std::time::Duration;

use agent::facts::ContainerView;
use agent::handshake::{Cgroups, First};
use agent::local::{DOUBT, Outcome};
use model::Timestamp;
use model::observed::{ContainerState, Init};

/// How the engine treats one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    None,
    Refuses,
    /// It did it; the answer was lost.
    AnswerLost,
    /// The call never arrived.
    CallLost,
    /// The call was lost, and takes effect after this part of the time that doubt lasts.
    Late(u8),
}

#[derive(Debug, Default)]
pub(crate) struct Engine {
    pub(crate) container: Option<ContainerView>,
    late: Vec<(Duration, ContainerView)>,
    starts: i64,
    /// How many containers were ever made of this name.
    pub(crate) made: u32,
    pub(crate) away: bool,
}

impl Engine {
    /// Lets what is late and due take effect.
    pub(crate) fn settle(&mut self, now: Duration) {
        let (due, later) = std::mem::take(&mut self.late).into_iter().partition(|(at, _)| *at <= now);
        self.late = later;
        for (_, view) in due {
            self.make(view);
        }
    }

    pub(crate) fn has_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// The engine gives a name to one container only; what still waits for it is told of the conflict.
    fn make(&mut self, view: ContainerView) -> bool {
        let free = self.container.is_none();
        if free {
            self.late.clear();
            self.container = Some(view);
            self.made += 1;
        }
        free
    }

    pub(crate) fn create(&mut self, view: ContainerView, fault: Fault, now: Duration) -> Outcome {
        if let Fault::Late(part) = fault {
            self.late.push((now + DOUBT.mul_f32(f32::from(part) / 256.0), view));
            return Outcome::NoAnswer;
        }
        self.call(fault, |engine| engine.make(view))
    }

    pub(crate) fn start(&mut self, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.starts += 1;
            let started_at = Timestamp::from_timestamp(engine.starts, 0);
            engine.set(|view| {
                view.state = ContainerState::Running;
                view.started_at = started_at;
                view.first = Some(First::Waits(Cgroups::ReadOnly));
                view.own_end = None;
            })
        })
    }

    pub(crate) fn open_cgroups(&mut self, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.set(|view| {
                if view.first == Some(First::Waits(Cgroups::ReadOnly)) {
                    view.first = Some(First::Waits(Cgroups::Writable));
                }
            })
        })
    }

    /// The first process hears the first word only.
    pub(crate) fn let_go(&mut self, init: Init, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.set(|view| {
                if matches!(view.first, Some(First::Waits(_) | First::Unseen)) {
                    view.first = Some(First::Runs(init));
                }
            })
        })
    }

    pub(crate) fn stop(&mut self, fault: Fault) -> Outcome {
        self.call(fault, |engine| engine.end(143))
    }

    /// None of this name is a success, as it is of the node's.
    pub(crate) fn remove(&mut self, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.container = None;
            true
        })
    }

    pub(crate) fn end(&mut self, code: i64) -> bool {
        self.set(|view| {
            view.state = ContainerState::Exited { code, out_of_memory: false };
            view.first = None;
        })
    }

    fn set(&mut self, change: impl FnOnce(&mut ContainerView)) -> bool {
        self.container.as_mut().map(change).is_some()
    }

    fn call(&mut self, fault: Fault, effect: impl FnOnce(&mut Self) -> bool) -> Outcome {
        match fault {
            _ if self.away => Outcome::NoAnswer,
            Fault::Refuses => Outcome::Failed,
            Fault::CallLost | Fault::Late(_) => Outcome::NoAnswer,
            Fault::AnswerLost => {
                effect(self);
                Outcome::NoAnswer
            }
            Fault::None if effect(self) => Outcome::Done,
            Fault::None => Outcome::Failed,
        }
    }
}
