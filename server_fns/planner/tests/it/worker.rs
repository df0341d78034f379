//! A node that does what it is assigned, at its own pace, and reports truthfully.

use std::collections::{BTreeMap, BTreeSet};

use model::assignment::{AssignedInstance, Assignment};
use model::forward::Unopened;
use model::id::{InstanceId, NodeId};
use model::instance::DesiredState;
use model::observed::{ContainerFacts, ContainerState, InstanceReport, Observed, Problem, ProblemCode};
use model::version::Restarts;
use planner::world::World;

#[derive(Clone, Default)]
pub(crate) struct Worker {
    ledger: Option<Assignment>,
    containers: BTreeMap<InstanceId, Container>,
    /// How many containers were ever made for each instance.
    pub(crate) made: BTreeMap<InstanceId, u32>,
    /// Host ports that another program has.
    pub(crate) taken: BTreeSet<u16>,
}

#[derive(Clone)]
struct Container {
    state: ContainerState,
    restarts: Restarts,
}

impl Worker {
    /// Writes down what the server last sent, if the connection stands.
    pub(crate) fn receive(&mut self, world: &World, node: NodeId) {
        if let Some(sent) = world.published.get(&node) {
            if let Some(held) = &self.ledger {
                assert!(sent.generation >= held.generation, "a lower generation was sent");
                assert!(sent.generation > held.generation || **sent == *held, "an equal generation is not equal");
            }
            self.ledger = Some(Assignment::clone(sent));
        }
    }

    /// Carries out the ledger.
    pub(crate) fn converge(&mut self) {
        let assigned = self.ledger.iter().flat_map(|ledger| ledger.instances.clone()).collect::<Vec<_>>();
        for instance in assigned {
            self.converge_one(&instance);
        }
    }

    fn converge_one(&mut self, wish: &AssignedInstance) {
        let clash = self.clashes(wish);
        match wish.desired {
            DesiredState::Deleted => drop(self.containers.remove(&wish.id)),
            DesiredState::Stopped => {
                if let Some(container) = self.containers.get_mut(&wish.id) {
                    container.state = ContainerState::Exited { code: 0, out_of_memory: false };
                }
            }
            DesiredState::Running if clash => {}
            DesiredState::Running => {
                if !self.containers.contains_key(&wish.id) && wish.may_create {
                    *self.made.entry(wish.id).or_default() += 1;
                    let container = Container { state: ContainerState::Running, restarts: wish.restarts };
                    self.containers.insert(wish.id, container);
                }
                if let Some(container) = self.containers.get_mut(&wish.id) {
                    *container = Container { state: ContainerState::Running, restarts: wish.restarts };
                }
            }
        }
    }

    fn clashes(&self, wish: &AssignedInstance) -> bool {
        wish.host_ports.host_ports().any(|port| self.taken.contains(&port.0))
    }

    pub(crate) fn reports(&self) -> Vec<InstanceReport> {
        let assigned = self.ledger.iter().flat_map(|ledger| &ledger.instances);
        assigned.map(|wish| self.report(wish)).collect()
    }

    fn unopened(&self, wish: &AssignedInstance) -> Vec<Unopened> {
        let taken = wish.forwards.iter().filter(|forward| self.taken.contains(&forward.host.0));
        taken.map(|forward| Unopened { key: forward.key(), reason: "in use".into(), taken: true }).collect()
    }

    fn report(&self, wish: &AssignedInstance) -> InstanceReport {
        let problem = (wish.desired == DesiredState::Running && self.clashes(wish))
            .then(|| Problem { code: ProblemCode::PortsTaken, message: "A host port is taken.".into() });
        let observed = match self.containers.get(&wish.id) {
            None => Observed::Absent,
            Some(container) => Observed::Present(ContainerFacts {
                container_id: format!("{}-{}", wish.id, container.restarts),
                incarnation: wish.incarnation,
                state: container.state,
                started_at: None,
                paused: false,
                init: None,
                own_end: None,
            }),
        };
        InstanceReport {
            instance: wish.id,
            generation: wish.generation,
            observed,
            activity: None,
            problem,
            unopened: self.unopened(wish),
            closed: Some(wish.closed.clone()),
        }
    }

    /// Its ledger says that a missing container is not to be made.
    pub(crate) fn may_not_create(&self, id: InstanceId) -> bool {
        self.ledger.iter().flat_map(|ledger| &ledger.instances).any(|wish| wish.id == id && !wish.may_create)
    }

    /// Somebody removes a container behind our back.
    pub(crate) fn vanish(&mut self, id: InstanceId) {
        self.containers.remove(&id);
    }

    pub(crate) fn exit(&mut self, id: InstanceId, code: i64) {
        if let Some(container) = self.containers.get_mut(&id) {
            container.state = ContainerState::Exited { code, out_of_memory: false };
        }
    }

    pub(crate) fn has(&self, id: InstanceId) -> bool {
        self.containers.contains_key(&id)
    }
}
