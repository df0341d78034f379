//! The rows of which assignments were made.

use std::sync::Arc;

use imbl::OrdMap;
use model::id::{InstanceId, NodeId, PersonId, SshKeyId};

use super::{Instance, Node, Person, SshKey, World};

/// The rows of which the assignments were made that were handed over last; none at the start of a process.
#[derive(Debug, Clone, Default)]
pub struct LookedAfter(Option<RowsThen>);

#[derive(Debug, Clone)]
pub(crate) struct RowsThen {
    pub(crate) instances: OrdMap<InstanceId, Arc<Instance>>,
    pub(crate) ssh_keys: OrdMap<SshKeyId, Arc<SshKey>>,
    pub(crate) people: OrdMap<PersonId, Arc<Person>>,
    pub(crate) nodes: OrdMap<NodeId, Arc<Node>>,
    pub(crate) gateway_key: String,
}

impl LookedAfter {
    pub(super) fn at(world: &World) -> Self {
        Self(Some(RowsThen {
            instances: world.instances.clone(),
            ssh_keys: world.ssh_keys.clone(),
            people: world.people.clone(),
            nodes: world.nodes.clone(),
            gateway_key: world.identity.gateway_key.clone(),
        }))
    }

    pub(crate) const fn rows(&self) -> Option<&RowsThen> {
        self.0.as_ref()
    }
}
