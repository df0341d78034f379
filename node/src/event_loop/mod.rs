//! The one place where things happen one after the other: the server, the engine and the workers speak, `agent::node` decides,
//! and this carries it out.

mod crew;
mod watcher;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use agent::node::{Event as NodeEvent, Node, Output, Page};
use agent::reports::Outgoing;
use crash::crash_at;
use model::assignment::Assignment;
use model::id::ClusterId;
use model::name::NodeName;
use model::node::{EngineState, NodeFacts};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, interval_at, sleep_until};

use crate::channel::Introduction;
use crate::event::{Event, FromChannel, FromEngine};
use crate::handshake::able;
use crate::ledger::Ledger;
use crate::worker::Tools;
use crew::Crew;

/// Events that wait; whoever has one more waits too.
pub const EVENTS: usize = 1_024;
/// How often the server is told everything, also what did not change.
const WHOLE: Duration = Duration::from_secs(30);

/// The loop's ends of the channels to everybody else.
pub struct Ends {
    pub events: mpsc::Sender<Event>,
    pub outbox: mpsc::Sender<Outgoing>,
    pub standing: watch::Sender<Introduction>,
    /// What is in the ledger, for those who serve streams.
    pub assigned: watch::Sender<Option<Arc<Assignment>>>,
}

pub struct EventLoop {
    tools: Tools,
    ledger: Ledger,
    node: Node,
    crew: Crew,
    ends: Ends,
    cluster: watch::Sender<Option<ClusterId>>,
    /// Asks the watcher for a listing now.
    relist: Arc<Notify>,
    /// The name the operator expects this node to have.
    name: Option<NodeName>,
    engine: EngineState,
}

impl EventLoop {
    pub fn new(tools: Tools, ledger: Ledger, ends: Ends, name: Option<NodeName>) -> Self {
        let crew = Crew::new(tools.clone(), ends.events.clone());
        let (cluster, _) = watch::channel(None);
        let (node, engine) = (Node::default(), EngineState::Unknown);
        let begun = Self { tools, ledger, node, crew, ends, cluster, relist: Arc::default(), name, engine };
        begun.introduce();
        begun
    }

    /// Says who this machine is and what it was told, before anybody dials: a node that introduced itself without that
    /// would be taken for another machine with an empty data directory.
    fn introduce(&self) {
        self.ends.standing.send_modify(|standing| self.ledger.machine().clone_into(&mut standing.machine));
        if let Some(assignment) = self.ledger.page().assignment {
            self.stand(assignment);
        }
    }

    /// Takes up what the ledger holds, then works until [`Event::Shutdown`].
    pub async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        let cluster = self.cluster.subscribe();
        let (engine, relist) = (self.tools.engine.clone(), self.relist.clone());
        let watcher = tokio::spawn(watcher::watch(engine, cluster, relist, self.ends.events.clone()));
        self.recall().await;
        let mut whole = interval_at(Instant::now() + WHOLE, WHOLE);
        loop {
            let due = self.node.due_at(self.tools.now()).map(|at| self.tools.started + at);
            tokio::select! {
                event = events.recv() => match event {
                    Some(Event::Shutdown) | None => break,
                    Some(event) => self.handle(event).await,
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    let outputs = self.node.flush(self.tools.now());
                    self.carry_out(outputs).await;
                }
                _ = whole.tick() => self.tell(NodeEvent::Whole).await,
            }
        }
        watcher.abort();
        let last = self.node.save();
        self.carry_out(last.into_iter().collect()).await;
    }

    async fn recall(&mut self) {
        let page = self.ledger.page();
        if let Some(assignment) = &page.assignment {
            tracing::info!(
                generation = %assignment.generation,
                instances = assignment.instances.len(),
                "going on with the assignment in the ledger"
            );
        }
        let (node, outputs) = Node::start(page, self.tools.now());
        self.node = node;
        self.carry_out(outputs).await;
    }

    async fn handle(&mut self, event: Event) {
        match event {
            Event::Channel(said) => self.channel(said).await,
            Event::Engine(said) => self.engine(said).await,
            Event::Worker { instance, news } => self.tell(NodeEvent::Worker { instance, news }).await,
            Event::Tick(facts) => {
                let (engine, components) = (self.engine.clone(), self.tools.engine.components());
                self.ends.standing.send_modify(|standing| {
                    let without_systemd = std::mem::take(&mut standing.facts.without_systemd);
                    standing.facts = NodeFacts { engine, components, without_systemd, ..facts };
                });
                self.tell(NodeEvent::Tick).await;
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
                self.tell(NodeEvent::Welcomed(assignment)).await;
            }
            FromChannel::Assigned(assignment) => self.tell(NodeEvent::Assigned(assignment)).await,
            FromChannel::Down => self.tell(NodeEvent::Down).await,
        }
    }

    async fn engine(&mut self, said: FromEngine) {
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
                let without_systemd = able::without_systemd(&state).map(|told| told.join(" "));
                self.ends.standing.send_modify(|standing| {
                    standing.facts.without_systemd = without_systemd.unwrap_or_default();
                    standing.facts.engine = state;
                    standing.facts.components = components;
                });
                if turned {
                    self.crew.nudge_all();
                }
            }
            FromEngine::Hint(name) => self.crew.nudge_named(&name),
            FromEngine::Listed(listed) => {
                let (objects, files) = (self.node.to_read(&listed), self.tools.files.clone());
                // Without an answer the process is ending.
                let Ok(found) = tokio::task::spawn_blocking(move || files.rows(objects)).await else { return };
                self.tell(NodeEvent::Listed(listed, found)).await;
            }
        }
    }

    async fn tell(&mut self, event: NodeEvent) {
        let outputs = self.node.handle(event, self.tools.now());
        self.carry_out(outputs).await;
    }

    async fn carry_out(&mut self, outputs: Vec<Output>) {
        let mut outputs = VecDeque::from(outputs);
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Write(page) => {
                    let ok = self.write(page).await;
                    let more = self.node.handle(NodeEvent::Written { ok }, self.tools.now());
                    // They follow from the write, so they come before what was to be done after it.
                    more.into_iter().rev().for_each(|output| outputs.push_front(output));
                }
                Output::Keep(addresses) => self.tools.forwards.keep(&addresses),
                Output::Dismiss(id) => self.crew.dismiss(id).await,
                Output::Order { order, local } => self.crew.order(*order, *local),
                Output::Nudge(id) => self.crew.nudge(id),
                Output::Relist => self.relist.notify_one(),
                Output::Stand(assignment) => self.stand(*assignment),
                Output::Send(outgoing) => {
                    crash_at!("reporting");
                    if self.ends.outbox.try_send(outgoing).is_err() {
                        let more = self.node.handle(NodeEvent::NotSent, self.tools.now());
                        outputs.extend(more);
                    }
                }
                Output::Strangers(names) => {
                    tracing::warn!(?names, "containers of this cluster that are not assigned to this node; left alone");
                }
                Output::Refused(refused) => tracing::error!("not acting on what the server sent: {refused}"),
            }
        }
    }

    async fn write(&mut self, page: Page) -> bool {
        let assigns = page.assignment != self.node.page().assignment;
        if assigns {
            crash_at!("assigned");
        } else {
            crash_at!("saving");
        }
        if let Err(error) = self.ledger.write(page).await {
            tracing::error!("{error}; it is tried again");
            return false;
        }
        if assigns {
            crash_at!("assignment-written");
        } else {
            crash_at!("saved");
        }
        true
    }

    fn stand(&self, assignment: Assignment) {
        self.ends.standing.send_modify(|standing| {
            standing.cluster = Some(assignment.cluster);
            standing.era = assignment.era;
            standing.generation = assignment.generation;
        });
        self.cluster.send_if_modified(|cluster| cluster.replace(assignment.cluster) != Some(assignment.cluster));
        self.ends.assigned.send_replace(Some(Arc::new(assignment)));
    }
}

#[cfg(test)]
mod tests;
