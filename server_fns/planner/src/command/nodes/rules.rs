//! What a node may be settled to.

use model::name::{Label, NodeName};
use model::node::NodeSettings;
use model::port::{PortBlock, PortRange};
use model::refusal::{Refusal, RefusalCode};
use model::request::RegisterNode;

use crate::limits::MAX_INSTANCES_PER_NODE;
use crate::world::{Node, World};

/// The settings that are asked for, or those that are there, or the usual ones.
pub(super) fn settings(world: &World, asked: &RegisterNode, old: Option<&Node>) -> Result<NodeSettings, Refusal> {
    let name: NodeName =
        asked.name.trim().parse().map_err(|why| Refusal::bad_name("name", "The name of the node", &why))?;
    let same = |node: &Node| node.settings.name == name && old.is_none_or(|old| old.id != node.id);
    if world.nodes.values().any(|node| same(node)) {
        let message = format!("There is a node called {name} already. Choose another name.");
        return Err(Refusal::new(RefusalCode::Conflict, message).at("name"));
    }
    let old = old.map(|node| &node.settings);
    let lab = match asked.lab.as_deref().map(str::trim) {
        None => old.and_then(|old| old.lab.clone()),
        Some("") => None,
        Some(text) => Some(text.parse::<Label>().map_err(|why| Refusal::bad_name("lab", "The lab", &why))?),
    };
    let address = match asked.address.as_deref().map(str::trim) {
        None => old.and_then(|old| old.address.clone()),
        Some("") => None,
        Some(text) => Some(host(text)?),
    };
    let max_instances = asked.max_instances.or(old.map(|old| old.max_instances));
    let max_instances = max_instances.unwrap_or(NodeSettings::DEFAULT_MAX_INSTANCES);
    if !(1..=MAX_INSTANCES_PER_NODE).contains(&max_instances) {
        let message = format!("A node takes 1 to {MAX_INSTANCES_PER_NODE} instances.");
        return Err(Refusal::field("max_instances", message));
    }
    let host_ports: PortRange = asked.host_ports.or(old.map(|old| old.host_ports)).unwrap_or_default();
    if !host_ports.is_valid() {
        let message = format!("The host ports must begin at 1 or above and be at least {}.", PortBlock::SIZE);
        return Err(Refusal::field("host_ports", message));
    }
    Ok(NodeSettings { name, lab, address, max_instances, host_ports })
}

/// A host name or an IP address. It ends up in a command that people copy, so nothing else passes.
fn host(text: &str) -> Result<String, Refusal> {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if text.len() <= 253 && text.split('.').all(label) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Refusal::field("address", "The address must be a host name such as lab-3.example.org, or an IP address."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_name_or_an_ip_address() {
        for good in ["lab-3.example.org", "localhost", "10.0.0.7", "fe80::1", "LAB"] {
            assert!(host(good).is_ok(), "{good}");
        }
        for bad in ["-oProxyCommand=x", "a b", "a;b", "http://a", "a..b", "a/b", "host:22", "ü", &"a".repeat(64)] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
