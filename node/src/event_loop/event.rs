//! Everything that can happen to a node.

use agent::facts::ContainerView;
use model::id::InstanceId;
use model::node::{EngineState, NodeFacts};
use model::observed::InstanceReport;

use crate::channel::FromChannel;
use crate::ledger::Memory;

#[derive(Debug)]
pub enum Event {
    Channel(FromChannel),
    Engine(FromEngine),
    Worker(FromWorker),
    /// How the machine is, every few seconds.
    Tick(NodeFacts),
    Shutdown,
}

#[derive(Debug)]
pub enum FromEngine {
    Checked(EngineState),
    /// Something happened to the container of this name.
    Hint(String),
    /// Every container of our cluster.
    Listed(Vec<ContainerView>),
}

/// What changed of one instance.
#[derive(Debug)]
pub struct FromWorker {
    pub instance: InstanceId,
    pub report: InstanceReport,
    pub memory: Memory,
}
