//! Everything that can happen to a node.

use agent::facts::ContainerView;
use agent::worker::News;
use model::assignment::Assignment;
use model::id::{ClusterId, InstanceId, NodeId};
use model::node::{EngineState, NodeFacts};

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

/// What the server said, or that it cannot be heard.
#[derive(Debug, PartialEq)]
pub enum FromChannel {
    Welcomed { cluster: ClusterId, node: NodeId, name: String, assignment: Assignment },
    Assigned(Assignment),
    Down,
}
