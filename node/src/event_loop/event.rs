//! Everything that can happen to a node.

use agent::facts::ContainerView;
use agent::worker::News;
use model::id::InstanceId;
use model::node::{EngineState, NodeFacts};

use crate::channel::FromChannel;

#[derive(Debug)]
pub enum Event {
    Channel(FromChannel),
    Engine(FromEngine),
    /// What changed of one instance.
    Worker {
        instance: InstanceId,
        news: News,
    },
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
