//! The host ports of an instance beside those of its block.

use model::forward::{Forward, Place, Unopened};
use model::view::ForwardView;

use crate::world::{Instance, Node, World};

pub(super) fn forwards(world: &World, instance: &Instance, node: &Node) -> Vec<ForwardView> {
    instance.spec.forwards.iter().map(|forward| self::forward(world, instance, node, forward)).collect()
}

fn forward(world: &World, instance: &Instance, node: &Node, forward: &Forward) -> ForwardView {
    let host = match forward.place {
        Place::Node => node.address(),
        Place::Server => world.identity.server_ports.as_ref().map(|ports| ports.host.as_str()).unwrap_or_default(),
    };
    // One that listens on a single address is reached there.
    let only = forward.bind.filter(|address| !address.is_unspecified()).map(|address| address.to_string());
    ForwardView {
        place: forward.place,
        protocol: forward.protocol,
        host: forward.host,
        container: forward.container,
        address: address(only.as_deref().unwrap_or(host), forward.host.0),
        bind: forward.bind.map(|address| address.to_string()).unwrap_or_default(),
        allow: forward.allow.iter().map(|network| network.to_string()).collect(),
        problem: problem(world, instance, forward),
        given_up: forward.given_up,
    }
}

/// An IPv6 address needs brackets before a port.
pub(super) fn address(host: &str, port: u16) -> String {
    match host {
        "" => port.to_string(),
        host if host.contains(':') && !host.starts_with('[') => format!("[{host}]:{port}"),
        host => format!("{host}:{port}"),
    }
}

fn problem(world: &World, instance: &Instance, forward: &Forward) -> String {
    if forward.given_up {
        return format!(
            "Another program had host port {}, so nothing listens there for this instance, and DockHost does not try \
             again by itself. Try it again once that program is gone for good, or close it and choose another host port.",
            forward.host.0
        );
    }
    let unopened = match forward.place {
        Place::Node => &instance.report.unopened[..],
        Place::Server if world.identity.server_ports.is_none() => {
            return "The server opens no host ports of its own any more; its operator sets DOCKHOST_FORWARD_LISTEN."
                .to_owned();
        }
        Place::Server => world.unopened.get(&instance.id).map(Vec::as_slice).unwrap_or_default(),
    };
    unopened.iter().find(|unopened| unopened.key == forward.key()).map(sentence).unwrap_or_default()
}

/// What failed, why, and what can be done.
pub(crate) fn sentence(unopened: &Unopened) -> String {
    let advice = if unopened.taken {
        "Close it and choose another host port, or stop the program that uses this one"
    } else {
        "Change its address or close it"
    };
    let Unopened { key, reason, .. } = unopened;
    format!("Host port {} cannot be opened: {reason}. {advice}; DockHost tries again until then.", key.host.0)
}
