//! One instance on one node, driven by a list of bytes: wishes, faults, crashes, the passing of time.

use std::time::Duration;

use agent::adopt;
use agent::converge::{Next, Seen, Step, next_step};
use agent::handshake::First;
use agent::local::{Local, Memory, Outcome};
use agent::problem;
use agent::row_file::RowFile;
use model::assignment::AssignedInstance;
use model::id::ClusterId;
use model::instance::DesiredState;
use model::observed::ContainerState;
use model::port::ContainerPort;

use crate::engine::{Engine, Fault};
use crate::sample;

pub(crate) struct World {
    pub(crate) assigned: AssignedInstance,
    pub(crate) local: Local,
    pub(crate) engine: Engine,
    pub(crate) now: Duration,
    /// What survives a crash of the node.
    ledger: Memory,
    /// So does this: the file in its folder.
    pub(crate) file: Option<RowFile>,
    pub(crate) foreign: bool,
    /// It was seen once, and then removed behind the node's back.
    pub(crate) vanished: bool,
    /// The engine says that there is no container, whether or not there is one.
    pub(crate) denied: bool,
}

impl World {
    pub(crate) fn new(beginning: u8) -> Self {
        let assigned = sample::instance(1);
        let mut engine = Engine::default();
        let foreign = beginning.is_multiple_of(16);
        if foreign {
            let mut view = sample::container(&assigned, ContainerState::Running);
            view.labels = view.labels.filter(|_| beginning.is_multiple_of(32)).map(|mut labels| {
                labels.cluster = ClusterId::from_bits(99);
                labels
            });
            engine.container = Some(view);
        }
        let local = Local::new(&assigned);
        let ledger = Memory { restarts_done: assigned.restarts, ..Memory::default() };
        Self {
            assigned,
            local,
            engine,
            now: Duration::ZERO,
            ledger,
            file: None,
            foreign,
            vanished: false,
            denied: false,
        }
    }

    pub(crate) fn play(&mut self, byte: u8) {
        let (what, how) = (byte % 16, byte / 16);
        let fault = match how {
            0..=6 => Fault::None,
            7 | 8 => Fault::Refuses,
            9 | 10 => Fault::AnswerLost,
            11 | 12 => Fault::CallLost,
            late => Fault::Late(80 * (late - 12)),
        };
        match what {
            0 => self.wish(how),
            1 => self.order(|assigned| assigned.restarts = assigned.restarts.next()),
            2 => self.assigned.authorized_keys.push(format!("ssh-ed25519 AAAA key-{how}")),
            3 => self.now += Duration::from_secs(u64::from(how) * 30),
            4 => self.crash(),
            5 => self.engine.away = how > 10,
            6 if self.local.made.is_some() && how > 11 && !self.foreign => {
                self.vanished |= self.engine.container.take().is_some();
            }
            7 if !self.foreign => drop(self.engine.end(1)),
            // Somebody restarts it with the engine's own tools.
            9 if how > 9 && !self.foreign => {
                self.engine.end(1);
                self.engine.start(Fault::None);
            }
            10 if how > 9 => {
                let closed = if how % 2 == 0 { &[][..] } else { &ContainerPort::CLOSABLE[..] };
                self.assigned.closed = closed.to_vec();
            }
            // The server has heard that it is there.
            8 if self.local.made.is_some() => self.assigned.may_create = false,
            _ => drop(self.advance(fault)),
        }
    }

    /// A newer wish, as the node hears of it.
    pub(crate) fn order(&mut self, wish: impl FnOnce(&mut AssignedInstance)) {
        self.change(|assigned| {
            wish(assigned);
            assigned.wished_at = assigned.wished_at.map(|at| at + Duration::from_secs(1));
        });
    }

    /// A newer order with the same wish.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut AssignedInstance)) {
        let mut newer = self.assigned.clone();
        change(&mut newer);
        newer.generation = newer.generation.next();
        self.local.ordered(&self.assigned, &newer);
        self.assigned = newer;
    }

    /// A tombstone never goes back to another state.
    fn wish(&mut self, how: u8) {
        self.order(|assigned| {
            assigned.desired = match (assigned.desired, how) {
                (DesiredState::Deleted, _) | (_, 13..) => DesiredState::Deleted,
                (DesiredState::Running | DesiredState::Stopped, 0..=6) => DesiredState::Running,
                (DesiredState::Running | DesiredState::Stopped, 7..=12) => DesiredState::Stopped,
            };
        });
    }

    pub(crate) fn crash(&mut self) {
        self.local = Local::recalled(&self.assigned, self.ledger, self.now);
    }

    pub(crate) fn look(&mut self) -> Seen {
        self.engine.settle(self.now);
        let seen = match self.engine.away {
            true => Seen::Unknown,
            false => {
                adopt::seen(sample::cluster(), &self.assigned, self.engine.container.clone().filter(|_| !self.denied))
            }
        };
        self.local.saw(&self.assigned, &seen, self.now);
        self.ledger = self.local.memory();
        seen
    }

    /// Look, take one step.
    pub(crate) fn advance(&mut self, fault: Fault) -> Next {
        let seen = self.look();
        let next = next_step(&self.assigned, &seen, &self.local, self.now);
        if let Next::Do(step) = next {
            self.check(step, &seen);
            let outcome = self.take(step, fault);
            if step == Step::SetForwards {
                self.local.forwarded(&self.assigned, Vec::new(), self.now);
            }
            let view = self.engine.container.clone();
            self.local.stepped(&self.assigned, step, outcome, view.as_ref(), self.now);
        }
        next
    }

    fn check(&self, step: Step, seen: &Seen) {
        assert!(!matches!(seen, Seen::Foreign(_)), "{step:?} for a foreign container");
        if step == Step::Create {
            assert!(self.assigned.may_create && !self.vanished, "made anew what was lost");
        }
        if step == Step::Create {
            assert_eq!(self.file, Some(RowFile::of(&self.assigned, sample::cluster())), "a container without its file");
        }
        if step == Step::Remove {
            assert_eq!(self.assigned.desired, DesiredState::Deleted, "removed what nobody deleted");
        }
        if step == Step::Route {
            let first = self.engine.container.as_ref().and_then(|view| view.first);
            assert!(matches!(first, Some(First::Runs(_))), "let somebody in during the handshake");
        }
        if matches!(step, Step::Create | Step::Start) {
            assert_eq!(self.local.ports_open, Some(self.assigned.host_ports), "{step:?} before the ports are held");
        }
    }

    fn take(&mut self, step: Step, fault: Fault) -> Outcome {
        let ours = match fault {
            Fault::None => Outcome::Done,
            Fault::Refuses | Fault::AnswerLost | Fault::CallLost | Fault::Late(_) => Outcome::Failed,
        };
        match step {
            Step::Create => {
                let view = sample::container(&self.assigned, ContainerState::Created);
                self.engine.create(view, fault, self.now)
            }
            Step::Start => self.engine.start(fault),
            Step::OpenCgroups => self.engine.open_cgroups(fault),
            Step::LetGo(init) => self.engine.let_go(init, fault),
            Step::Stop => self.engine.stop(fault),
            Step::Remove => self.engine.remove(fault),
            Step::WriteRow => {
                let written = if ours == Outcome::Done { Ok(()) } else { Err(problem::storage("write", "no space")) };
                if written.is_ok() {
                    self.file = Some(RowFile::of(&self.assigned, sample::cluster()));
                }
                self.local.row_written(&self.assigned, written, self.now);
                Outcome::Done
            }
            Step::DropFiles => {
                self.file = self.file.take().filter(|_| ours != Outcome::Done);
                ours
            }
            Step::WriteFiles
            | Step::OpenPorts
            | Step::SetDoors
            | Step::SetForwards
            | Step::ClosePorts
            | Step::EnsureImage
            | Step::Route
            | Step::Unroute => ours,
        }
    }
}
