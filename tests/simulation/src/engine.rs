//! A container engine and the host ports beside it. Both outlive the node's process.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use agent::facts::ContainerView;
use agent::handshake::{Cgroups, First};
use agent::local::Outcome;
use model::Timestamp;
use model::forward::{Forward, Unopened};
use model::id::InstanceId;
use model::observed::{ContainerState, Init, OwnEnd};
use model::port::PortBlock;

use crate::action::{Fault, Question};

#[derive(Debug, Clone, Default)]
pub struct Engine {
    /// By name, which the engine gives to one container only.
    pub containers: BTreeMap<String, ContainerView>,
    /// Creates that will take effect, and when.
    late: Vec<(Duration, ContainerView)>,
    pub hangs: bool,
    /// The name of a container, and to which question it says that there is none.
    pub denied: Option<(String, Question)>,
    started: i64,
    made: u64,
    /// Names of containers that were made since the last look at this list.
    pub news: Vec<String>,
    /// Host ports that the node's process listens on; gone when it ends.
    pub listening: BTreeMap<InstanceId, PortBlock>,
    /// Host ports of other programs.
    pub taken: BTreeSet<PortBlock>,
}

impl Engine {
    /// Lets what is late and due take effect.
    pub fn settle(&mut self, now: Duration) {
        let (due, later) = std::mem::take(&mut self.late).into_iter().partition(|(at, _)| *at <= now);
        self.late = later;
        for (_, view) in due {
            self.make(view);
        }
    }

    /// A create may still take effect.
    pub fn has_late(&self) -> bool {
        !self.late.is_empty()
    }

    /// `None` while it does not answer.
    pub fn inspect(&self, name: &str) -> Option<Option<ContainerView>> {
        (!self.hangs).then(|| self.containers.get(name).filter(|view| !self.denies(view, Question::Look)).cloned())
    }

    pub fn list(&self) -> Option<Vec<ContainerView>> {
        let told = |view: &&ContainerView| !self.denies(view, Question::List);
        (!self.hangs).then(|| self.containers.values().filter(told).cloned().collect())
    }

    fn denies(&self, view: &ContainerView, asked: Question) -> bool {
        self.denied.as_ref().is_some_and(|(name, question)| *name == view.name && *question == asked)
    }

    pub fn create(&mut self, view: ContainerView, fault: Fault, now: Duration) -> Outcome {
        if let Fault::Late(seconds) = fault
            && !self.hangs
        {
            self.late.push((now + Duration::from_secs(u64::from(seconds)), view));
            return Outcome::NoAnswer;
        }
        self.call(fault, |engine| engine.make(view))
    }

    pub fn start(&mut self, name: &str, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.started += 1;
            let started_at = Timestamp::from_timestamp(engine.started, 0);
            engine.change(name, |view| {
                if !view.state.is_running() {
                    view.state = ContainerState::Running;
                    view.started_at = started_at;
                    view.first = Some(First::Waits(Cgroups::ReadOnly));
                    view.own_end = None;
                }
            })
        })
    }

    /// What was writable stays so; a container that ends meanwhile is looked at again.
    pub fn open_cgroups(&mut self, name: &str, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.change(name, |view| {
                if view.first == Some(First::Waits(Cgroups::ReadOnly)) {
                    view.first = Some(First::Waits(Cgroups::Writable));
                }
            })
        })
    }

    /// The first process hears one word, and what runs already hears none.
    pub fn let_go(&mut self, name: &str, init: Init, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.change(name, |view| {
                if matches!(view.first, Some(First::Waits(_) | First::Unseen)) {
                    view.first = Some(First::Runs(init));
                }
            })
        })
    }

    /// Its own programs end it, if its init runs: before that, nobody is there to ask for it.
    pub fn end_itself(&mut self, name: &str, how: OwnEnd) -> bool {
        let Some(view) = self.containers.get_mut(name) else { return false };
        let runs = matches!(view.first, Some(First::Runs(_)));
        if runs {
            view.state = ContainerState::Exited { code: 0, out_of_memory: false };
            view.first = None;
            view.own_end = Some(how);
        }
        runs
    }

    pub fn stop(&mut self, name: &str, fault: Fault) -> Outcome {
        self.call(fault, |engine| engine.end(name, 143))
    }

    /// None of this name is a success.
    pub fn remove(&mut self, name: &str, fault: Fault) -> Outcome {
        self.call(fault, |engine| {
            engine.containers.remove(name);
            true
        })
    }

    /// A container that runs ends; one that does not stays as it is.
    pub fn end(&mut self, name: &str, code: i64) -> bool {
        self.change(name, |view| {
            if view.state.is_running() {
                view.state = ContainerState::Exited { code, out_of_memory: false };
                view.first = None;
            }
        })
    }

    pub fn die(&mut self) {
        let names: Vec<String> = self.containers.keys().cloned().collect();
        for name in names {
            self.end(&name, 255);
        }
    }

    pub fn listen(&mut self, instance: InstanceId, block: PortBlock) -> Outcome {
        let ours = self.listening.iter().filter(|(other, _)| **other != instance).map(|(_, block)| block);
        if ours.chain(&self.taken).any(|other| other.overlaps(block)) {
            return Outcome::Failed;
        }
        self.listening.insert(instance, block);
        Outcome::Done
    }

    /// Those that cannot be listened on, because another program does.
    pub fn forward(&self, instance: InstanceId, forwards: &[Forward]) -> Vec<Unopened> {
        let ours = self.listening.iter().filter(|(other, _)| **other != instance).map(|(_, block)| block);
        let taken: Vec<_> = ours.chain(&self.taken).map(|block| block.range()).collect();
        let clashing = forwards.iter().filter(|forward| taken.iter().any(|range| range.contains(forward.host)));
        clashing.map(|forward| Unopened { key: forward.key(), reason: "in use".to_owned(), taken: true }).collect()
    }

    /// The name is given to one container only; what still waits for it is told of the conflict.
    fn make(&mut self, view: ContainerView) -> bool {
        if self.containers.contains_key(&view.name) {
            return false;
        }
        self.made += 1;
        self.late.retain(|(_, late)| late.name != view.name);
        self.news.push(view.name.clone());
        let container_id = format!("container-{}", self.made);
        self.containers.insert(view.name.clone(), ContainerView { container_id, ..view });
        true
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut ContainerView)) -> bool {
        self.containers.get_mut(name).map(change).is_some()
    }

    fn call(&mut self, fault: Fault, effect: impl FnOnce(&mut Self) -> bool) -> Outcome {
        match fault {
            _ if self.hangs => Outcome::NoAnswer,
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
