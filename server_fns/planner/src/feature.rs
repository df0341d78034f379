//! What an instance needs of its node's program, and which nodes do not have it.

use model::feature::Feature;
use model::instance::{DesiredState, InstanceSpec};

use crate::world::{Instance, Node, World};

/// What not every program can do.
fn needs(spec: &InstanceSpec) -> impl Iterator<Item = Feature> {
    let InstanceSpec { closed, .. } = spec;
    (!closed.is_empty()).then_some(Feature::Doors).into_iter()
}

/// The first feature that the instance needs and the node does not have.
pub fn missing(world: &World, node: &Node, spec: &InstanceSpec) -> Option<Feature> {
    needs(spec).find(|feature| !has(world, node, *feature))
}

fn has(world: &World, node: &Node, feature: Feature) -> bool {
    node.features.has(feature) || shows(world, node, feature)
}

/// Programs from before there were features could do some of it. Their reports show that.
fn shows(world: &World, node: &Node, feature: Feature) -> bool {
    match feature {
        Feature::Doors => world.node_instances(node.id).any(|instance| instance.report.closed.is_some()),
    }
}

/// A clause that follows the name of the node, and says what to do.
pub fn lacks(world: &World, node: &Node, feature: Feature) -> String {
    let version = world.node_facts(node).map(|facts| facts.node_version.as_str()).filter(|text| !text.is_empty());
    let version = version.map(|version| format!(" {version}")).unwrap_or_default();
    format!("runs dockhost-node{version}, which cannot {} (update dockhost-node there)", feature.ability())
}

/// Why the node is not told of the instance, although it is to run: its program would make the container and leave out
/// what restricts it. A container that is there stays assigned, so that it goes on.
pub fn withheld(world: &World, node: &Node, instance: &Instance) -> Option<Feature> {
    match instance.desired {
        DesiredState::Running if !instance.was_present => missing(world, node, &instance.spec),
        DesiredState::Running | DesiredState::Stopped | DesiredState::Deleted => None,
    }
}
