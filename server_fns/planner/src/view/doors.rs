//! The host ports of the block, and who gets in there: what is wished, and what is really so.

use model::node::Liveness;
use model::observed::ProblemCode;
use model::port::{ContainerPort, PortBinding};
use model::view::DoorView;

use super::forwards::address;
use crate::liveness::is_present;
use crate::world::{Instance, Node};

pub(super) fn doors(instance: &Instance, node: &Node, liveness: Liveness) -> Vec<DoorView> {
    let door = |PortBinding { host, container }| DoorView {
        port: container,
        address: address(node.address(), host.0),
        open: !instance.spec.closed.contains(&container),
        problem: problem(instance, node, liveness, container).unwrap_or_default(),
    };
    instance.host_ports.bindings().map(door).collect()
}

/// A sentence where it is not as it is wished.
fn problem(instance: &Instance, node: &Node, liveness: Liveness, port: ContainerPort) -> Option<String> {
    let (wished, name) = (instance.spec.closed.contains(&port), &node.settings.name);
    let taken = instance.report.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::PortsTaken);
    // Then nothing listens there, and the instance's own sentence says why.
    if taken || !instance.report.is_heard() {
        return None;
    }
    let Some(closed) = &instance.report.closed else {
        return wished.then(|| {
            format!(
                "It is still open: {name} runs a version of dockhost-node that closes none. Upgrade dockhost-node there."
            )
        });
    };
    let away = if is_present(liveness) { "has not done so yet" } else { "is away" };
    match (wished, closed.contains(&port)) {
        (true, false) => Some(format!("It is still open: {name} is asked to close it, and {away}.")),
        (false, true) => Some(format!("It is still closed: {name} is asked to open it, and {away}.")),
        (true, true) | (false, false) => None,
    }
}
