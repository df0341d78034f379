//! What the node itself knows of one instance, beside what the engine says.

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::forward::{Forward, Unopened};
use model::host_key::HostKey;
use model::instance::DesiredState;
use model::observed::{ContainerState, OwnEnd, Problem};
use model::port::{ContainerPort, PortBlock};
use model::stranger::Row;
use model::version::{Incarnation, Restarts};
use serde::{Deserialize, Serialize};

use crate::facts::ContainerView;
use crate::restart::RestartState;
use crate::step::{Seen, Step};

/// A create without an answer may still take effect for this long.
pub const DOUBT: Duration = Duration::from_secs(60);

/// How long a forward that could not be opened waits for its next try.
pub const TRY_AGAIN: Duration = Duration::from_secs(10);

/// The node's own side of one instance. All times are since the node's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    pub ports_open: Option<PortBlock>,
    /// Whose host ports of that block are held and not listened on.
    pub closed: Vec<ContainerPort>,
    pub forwards: Forwards,
    pub files: Files,
    pub row: KeptRow,
    pub image_ready: bool,
    /// What the open ports lead to.
    pub routed: Option<Running>,
    /// The restart that was last carried out.
    pub restarts_done: Restarts,
    /// The newest incarnation of which a container is known to have existed.
    pub made: Option<Incarnation>,
    /// Until when a create that had no answer may still bring a container about.
    pub doubt_until: Option<Duration>,
    /// The engine was asked to remove the container, and none was seen since.
    pub removed: bool,
    pub restart: RestartState,
    /// The wish that the newest run of the container fulfils, by its moment.
    pub fulfilled: Option<Timestamp>,
    /// How the container stood before it was last started, as far as that was seen.
    pub rested: ContainerState,
    /// The run whose cgroups could not be opened, and the one that was let go without a look at it.
    pub unopened: Option<Running>,
    pub let_go: Option<Running>,
}

/// What was done for an instance and must outlive the node's process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The restart that was last carried out.
    pub restarts_done: Restarts,
    /// The newest incarnation of which a container is known to have existed.
    pub made: Option<Incarnation>,
    /// The wish that its newest run fulfils: another one starts an instance that switched itself off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilled: Option<Timestamp>,
}

/// The host ports beside the block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forwards {
    /// Those that were last asked for; the ones of them that are not among the unopened are listened on.
    pub asked: Vec<Forward>,
    pub unopened: Vec<Unopened>,
    /// When those are tried again.
    pub again_at: Option<Duration>,
}

/// The instance's folder on the node: keys and host keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// Left by an earlier run of the node, or never written.
    Unknown,
    /// With this host key and these `authorized_keys`.
    Written(Arc<HostKey>, Vec<String>),
    Dropped,
}

/// The file in that folder. See [`crate::row_file`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptRow {
    /// `None` if an earlier run of the node left it, or if there is none.
    written: Option<Row>,
    /// Why it could not be written the last time, and when that is tried again.
    refused: Option<(Problem, Duration)>,
}

impl KeptRow {
    /// Whether the file says what the row of the instance says now.
    pub fn is_of(&self, assigned: &AssignedInstance) -> bool {
        self.written.as_ref().is_some_and(|written| *written == assigned.row())
    }

    pub const fn refused(&self) -> Option<&Problem> {
        match &self.refused {
            Some((problem, _)) => Some(problem),
            None => None,
        }
    }

    pub fn again_at(&self) -> Option<Duration> {
        self.refused.as_ref().map(|(_, at)| *at)
    }
}

/// One run of one container: its address may change with the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub container_id: String,
    pub started_at: Option<Timestamp>,
}

impl Running {
    pub fn of(view: &ContainerView) -> Option<Self> {
        view.state.is_running().then(|| Self { container_id: view.container_id.clone(), started_at: view.started_at })
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It was refused; nothing changed.
    Failed,
    /// There was no answer; it may have happened, or may still.
    NoAnswer,
}

impl Local {
    /// Of an instance that was assigned just now: no restart of it is outstanding.
    pub fn new(assigned: &AssignedInstance) -> Self {
        Self {
            ports_open: None,
            closed: Vec::new(),
            forwards: Forwards::default(),
            files: Files::Unknown,
            row: KeptRow::default(),
            image_ready: false,
            routed: None,
            restarts_done: assigned.restarts,
            made: None,
            doubt_until: None,
            removed: false,
            restart: RestartState::default(),
            fulfilled: None,
            rested: ContainerState::Created,
            unopened: None,
            let_go: None,
        }
    }

    /// Of an instance that was assigned just now, by the `first` assignment of an empty ledger or by a later one. An empty
    /// ledger may be one that was lost, and what stood in it may still be under way in the engine.
    pub fn assigned(assigned: &AssignedInstance, first: bool, now: Duration) -> Self {
        let nothing = Memory { restarts_done: assigned.restarts, ..Memory::default() };
        if first { Self::recalled(assigned, nothing, now) } else { Self::new(assigned) }
    }

    /// Of an instance that a node finds in its ledger when it starts. The run before may have died in
    /// the middle of a create, so where no container was seen yet there is doubt.
    pub fn recalled(assigned: &AssignedInstance, memory: Memory, now: Duration) -> Self {
        let Memory { restarts_done, made, fulfilled } = memory;
        let doubt_until = made.is_none().then_some(now + DOUBT);
        Self { restarts_done, made, doubt_until, fulfilled, ..Self::new(assigned) }
    }

    pub const fn memory(&self) -> Memory {
        Memory { restarts_done: self.restarts_done, made: self.made, fulfilled: self.fulfilled }
    }

    /// Whether a container of the assigned incarnation has existed.
    pub fn was_made(&self, assigned: &AssignedInstance) -> bool {
        self.made.is_some_and(|made| made >= assigned.incarnation)
    }

    /// Takes in a newer order. A person had a hand in it, so what it is to do is tried at once, whatever ended before.
    pub fn ordered(&mut self, before: &AssignedInstance, now: &AssignedInstance) {
        if now.generation != before.generation {
            self.restart.forgive();
        }
    }

    /// Takes in what was seen. Call it after every look, before asking for the next step.
    pub fn saw(&mut self, assigned: &AssignedInstance, seen: &Seen, now: Duration) {
        let Seen::Ours(view) = seen else {
            if matches!(seen, Seen::Absent) {
                self.restarts_done = self.restarts_done.max(assigned.restarts);
            }
            return;
        };
        self.made = self.made.max(Some(assigned.incarnation));
        self.doubt_until = None;
        self.removed = false;
        if !view.state.is_running() {
            self.rested = view.state;
        }
        if view.state.is_running() {
            self.restart.running(now);
            // A restart that is still to come is another wish than the one that this run fulfils.
            if assigned.restarts <= self.restarts_done {
                self.fulfilled = assigned.wished_at;
            }
        } else if assigned.restarts > self.restarts_done || assigned.desired != DesiredState::Running {
            // It stands still, so the start that follows is the restart that was asked for.
            self.restarts_done = self.restarts_done.max(assigned.restarts);
            self.restart.forgive();
        } else if view.own_end == Some(OwnEnd::Reboot) {
            self.restart.rebooted(now);
        } else {
            self.restart.ended(now);
        }
    }

    /// Whether it switched itself off, and nobody has wished since that it runs. The server makes a wish of it.
    pub fn is_off(&self, assigned: &AssignedInstance, view: &ContainerView) -> bool {
        let ended = matches!(view.state, ContainerState::Exited { .. });
        let same_wish = self.fulfilled.is_some() && assigned.wished_at == self.fulfilled;
        ended && view.own_end == Some(OwnEnd::PowerOff) && same_wish
    }

    /// Takes in how a step ended.
    pub fn stepped(
        &mut self,
        assigned: &AssignedInstance,
        step: Step,
        outcome: Outcome,
        view: Option<&ContainerView>,
        now: Duration,
    ) {
        let done = outcome == Outcome::Done;
        match step {
            Step::WriteFiles if done => {
                self.files = Files::Written(assigned.host_key.clone(), assigned.authorized_keys.clone())
            }
            Step::WriteFiles => self.files = Files::Unknown,
            Step::OpenPorts if done => {
                self.ports_open = Some(assigned.host_ports);
                self.closed.clone_from(&assigned.closed);
            }
            Step::SetDoors if done => self.closed.clone_from(&assigned.closed),
            Step::ClosePorts if done => {
                self.ports_open = None;
                self.closed.clear();
                self.forwards = Forwards::default();
                self.routed = None;
            }
            Step::EnsureImage if done => self.image_ready = true,
            Step::Create if done => self.made = self.made.max(Some(assigned.incarnation)),
            // The image may have been removed behind our back: look for it again.
            Step::Create => {
                self.image_ready = false;
                if outcome == Outcome::NoAnswer {
                    self.doubt_until = Some(now + DOUBT);
                }
            }
            Step::Start if outcome != Outcome::Failed => self.restart.running(now),
            // The end that follows is wished, so it is no failure of the instance.
            Step::Stop if outcome != Outcome::Failed => self.restart.forgive(),
            Step::Route if done => self.routed = view.and_then(Running::of),
            Step::Unroute if done => self.routed = None,
            Step::LetGo(_) if done => self.let_go = view.and_then(Running::of),
            Step::Remove if done => self.removed = true,
            Step::DropFiles if done => {
                self.files = Files::Dropped;
                self.row = KeptRow::default();
            }
            Step::OpenPorts
            | Step::SetDoors
            | Step::SetForwards
            | Step::WriteRow
            | Step::ClosePorts
            | Step::EnsureImage
            | Step::Start
            | Step::OpenCgroups
            | Step::LetGo(_)
            | Step::Stop
            | Step::Remove
            | Step::Route
            | Step::Unroute
            | Step::DropFiles => {}
        }
    }

    /// Takes in which of the forwards could not be opened. They keep nothing else waiting. A number that somebody asked for
    /// and another program has is given up: whoever waited for it would have it once that program is started anew.
    pub fn forwarded(&mut self, assigned: &AssignedInstance, unopened: Vec<Unopened>, now: Duration) {
        let chosen = |unopened: &Unopened| {
            assigned.forwards.iter().any(|forward| forward.key() == unopened.key && !forward.automatic)
        };
        let waits = unopened.iter().any(|unopened| !(unopened.taken && chosen(unopened)));
        let again_at = waits.then_some(now + TRY_AGAIN);
        self.forwards = Forwards { asked: assigned.forwards.clone(), unopened, again_at };
    }

    /// Takes in that the cgroups of this run stay as they are: it goes on without.
    pub fn kept_shut(&mut self, view: &ContainerView) {
        self.unopened = Running::of(view);
    }

    /// Takes in how the file was written. A disk that refuses keeps nothing waiting that is there already.
    pub fn row_written(&mut self, assigned: &AssignedInstance, written: Result<(), Problem>, now: Duration) {
        self.row = match written {
            Ok(()) => KeptRow { written: Some(assigned.row()), refused: None },
            Err(problem) => KeptRow { written: None, refused: Some((problem, now + TRY_AGAIN)) },
        };
    }

    /// When something is to be tried again that kept nothing else waiting.
    pub fn again_at(&self) -> Option<Duration> {
        self.forwards.again_at.into_iter().chain(self.row.again_at()).min()
    }

    /// On whose host ports of the block nothing listens, for whatever reason.
    pub fn shut(&self) -> Vec<ContainerPort> {
        if self.ports_open.is_some() { self.closed.clone() } else { ContainerPort::OF_BLOCK.to_vec() }
    }

    /// Whether a create without an answer may still take effect.
    pub fn doubt(&self, now: Duration) -> Option<Duration> {
        self.doubt_until.filter(|until| *until > now)
    }

    /// Nothing of a deleted instance is left on the node.
    pub fn is_cleared(&self, now: Duration) -> bool {
        self.ports_open.is_none() && self.removed && self.files == Files::Dropped && self.doubt(now).is_none()
    }
}
