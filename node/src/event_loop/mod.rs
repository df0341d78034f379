//! The one place where things happen one after the other: what the server, the engine and the workers say.

mod crew;
mod event;
mod reports;
mod take;
mod watcher;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use agent::adopt;
use agent::report::may_be_told;
use crash::crash_at;
use model::assignment::Assignment;
use model::id::{ClusterId, InstanceId};
use model::instance::DesiredState;
use model::name::NodeName;
use model::node::{EngineState, NodeFacts};
use model::observed::Observed;
use model::version::Generation;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, interval_at, sleep_until};

pub use event::{Event, FromEngine, FromWorker};

use crate::channel::{FromChannel, Outgoing, Standing};
use crate::ledger::{Ledger, Memory};
use crate::worker::Tools;
use crew::Crew;
use reports::Reports;

/// Events that wait; whoever has one more waits too.
pub const EVENTS: usize = 1_024;
/// How often the server is told everything, also what did not change.
const WHOLE: Duration = Duration::from_secs(30);

/// The loop's ends of the channels to everybody else.
pub struct Ends {
    pub events: mpsc::Sender<Event>,
    pub outbox: mpsc::Sender<Outgoing>,
    pub standing: watch::Sender<Standing>,
    /// What is in the ledger, for those who serve streams.
    pub assigned: watch::Sender<Option<Arc<Assignment>>>,
}

pub struct EventLoop {
    tools: Tools,
    ledger: Ledger,
    crew: Crew,
    reports: Reports,
    ends: Ends,
    cluster: watch::Sender<Option<ClusterId>>,
    /// Asks the watcher for a listing now.
    relist: Arc<Notify>,
    /// The name the operator expects this node to have.
    name: Option<NodeName>,
    engine: EngineState,
    connected: bool,
    /// Accepted, and not on the disk yet because that refused.
    unwritten: Option<Assignment>,
    /// What was done for each instance, as the workers said it last.
    memories: BTreeMap<InstanceId, Memory>,
    /// When what is new of that is to be written.
    save_at: Option<Instant>,
}

impl EventLoop {
    pub fn new(tools: Tools, ledger: Ledger, ends: Ends, name: Option<NodeName>) -> Self {
        let crew = Crew::new(tools.clone(), ends.events.clone());
        let (cluster, _) = watch::channel(None);
        let begun = Self {
            tools,
            ledger,
            crew,
            reports: Reports::default(),
            ends,
            cluster,
            relist: Arc::default(),
            name,
            engine: EngineState::Unknown,
            connected: false,
            unwritten: None,
            memories: BTreeMap::new(),
            save_at: None,
        };
        begun.introduce();
        begun
    }

    /// Takes up what the ledger holds, then works until [`Event::Shutdown`].
    pub async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        let cluster = self.cluster.subscribe();
        let (engine, relist) = (self.tools.engine.clone(), self.relist.clone());
        let watcher = tokio::spawn(watcher::watch(engine, cluster, relist, self.ends.events.clone()));
        self.recall();
        let mut whole = interval_at(Instant::now() + WHOLE, WHOLE);
        loop {
            let due = self.due_at();
            tokio::select! {
                event = events.recv() => match event {
                    Some(Event::Shutdown) | None => break,
                    Some(event) => self.handle(event).await,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.flush().await,
                _ = whole.tick() => self.reports.whole(),
            }
        }
        watcher.abort();
        if self.save_at.is_some() {
            self.save().await;
        }
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Channel(said) => self.channel(said).await,
            Event::Engine(said) => self.engine(said),
            Event::Worker(FromWorker { instance, report, memory }) => {
                // What a worker said before its instance was taken away is no longer of interest.
                let Some(known) = self.memories.get_mut(&instance) else { return };
                if *known != memory {
                    // The server hears of a new container only when it is written down.
                    let pause = if memory.made > known.made { Duration::ZERO } else { reports::APART };
                    *known = memory;
                    self.save_at = self.save_at.into_iter().chain([Instant::now() + pause]).min();
                }
                self.reports.set(report);
            }
            Event::Tick(facts) => {
                let (engine, components) = (self.engine.clone(), self.tools.engine.components());
                self.ends.standing.send_modify(|standing| {
                    standing.facts = NodeFacts { engine, components, ..facts };
                });
                if let Some(assignment) = self.unwritten.take() {
                    self.take(assignment).await;
                }
            }
            Event::Shutdown => {}
        }
    }

    async fn channel(&mut self, said: FromChannel) {
        match said {
            FromChannel::Welcomed { node, name, assignment, cluster: _ } => {
                tracing::info!(%node, name, generation = %assignment.generation, "connected to the server");
                if self.name.as_ref().is_some_and(|expected| expected.as_str() != name) {
                    tracing::warn!(name, "the server knows this node by another name than --name says");
                }
                self.connected = true;
                self.consider(assignment).await;
                self.reports.whole();
            }
            FromChannel::Assigned(assignment) => self.consider(assignment).await,
            FromChannel::Down => self.connected = false,
        }
    }

    fn engine(&mut self, said: FromEngine) {
        match said {
            FromEngine::Checked(state) => {
                let turned = state.is_up() != self.engine.is_up();
                match &state {
                    EngineState::Away { reason } | EngineState::Hung { reason } if self.engine != state => {
                        tracing::warn!("{reason}")
                    }
                    EngineState::Up { version, api } if turned => tracing::info!(version, api, "Docker answers"),
                    EngineState::Unknown
                    | EngineState::Away { .. }
                    | EngineState::Hung { .. }
                    | EngineState::Up { .. } => {}
                }
                self.engine = state.clone();
                let components = self.tools.engine.components();
                self.ends.standing.send_modify(|standing| {
                    standing.facts.engine = state;
                    standing.facts.components = components;
                });
                if turned {
                    self.crew.nudge_all();
                }
            }
            FromEngine::Hint(name) => self.crew.nudge_named(&name),
            FromEngine::Listed(listed) => {
                let Some(assignment) = &self.ledger.page().assignment else { return };
                let sorted = adopt::sort(assignment, listed);
                for assigned in &assignment.instances {
                    let told = self.reports.get(assigned.id).map(|report| &report.observed);
                    let same = match (told, sorted.ours.get(&assigned.id)) {
                        (Some(Observed::Present(facts)), Some(view)) => {
                            facts.container_id == view.container_id
                                && facts.state == view.state
                                && facts.started_at == view.started_at
                        }
                        (Some(Observed::Absent), None) => assigned.desired != DesiredState::Running,
                        (Some(_) | None, _) => false,
                    };
                    if !same {
                        self.crew.nudge(assigned.id);
                    }
                }
                self.reports.set_strangers(sorted.strangers);
            }
        }
    }

    fn generation(&self) -> Generation {
        self.ledger.page().assignment.as_ref().map(|assignment| assignment.generation).unwrap_or_default()
    }

    fn due_at(&self) -> Option<Instant> {
        let report = self.reports.due_at().filter(|_| self.connected);
        self.save_at.into_iter().chain(report).min()
    }

    async fn flush(&mut self) {
        if self.save_at.is_some_and(|at| at <= Instant::now()) {
            self.save().await;
        }
        if self.connected && self.reports.due_at().is_some_and(|at| at <= Instant::now()) {
            let page = self.ledger.page();
            self.reports.keep_back(|report| may_be_told(report, page.made(report.instance)));
            crash_at!("reporting");
            match self.ends.outbox.try_send(self.reports.outgoing(self.generation())) {
                Ok(()) => self.reports.sent(),
                Err(_) => self.reports.later(),
            }
        }
    }
}

#[cfg(test)]
mod tests;
