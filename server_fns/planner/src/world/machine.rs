//! Programs on one machine share its ports: the main server, its nodes there, and what else the machine is for.

use model::forward::Place;
use model::id::NodeId;
use model::listening::collide;
use model::port::{HostPort, PortRange};
use model::reserved::Reserved;

use crate::world::{Node, ServerPorts, World};

impl World {
    /// Whether the node is on the main server's own machine, so that a number of one cannot be the other's. Of a node that
    /// does not say, only the address from which it dials can tell; a tenant's could say anything to keep the server's
    /// numbers from others.
    pub fn is_beside(&self, node: &Node) -> bool {
        match (self.network_of(node), self.identity.network.as_str()) {
            ("", _) | (_, "") => node.dials_from_here(),
            (there, here) => there == here && (node.dials_from_here() || self.is_shared(node)),
        }
    }

    /// The host ports that are given away on the node and on other nodes of its machine. A stranger's word takes none.
    pub fn held_beside<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = PortRange> + 'a {
        let network = self.network_of(node);
        let beside = move |other: NodeId| {
            let trusted =
                |other: &Node| other.shares_owner_with(node) || self.is_shared(other) || self.is_beside(other);
            let there = |other: &Node| self.network_of(other) == network && trusted(other);
            other == node.id || !network.is_empty() && self.nodes.get(&other).is_some_and(|other| there(other))
        };
        let there = self.nodes.keys().filter(move |other| beside(**other));
        there.flat_map(|other| self.held_ports(*other))
    }

    /// Every host port of the node that no instance may get, or not once more.
    pub fn not_to_give<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = PortRange> + 'a {
        let reserved = self.reserved_on(node).0;
        let beside = self.is_beside(node);
        let own = self.identity.listens.iter().filter(move |_| beside).map(|own| HostPort(own.port()).range());
        let range = self.identity.server_ports.iter().filter(move |_| beside).map(|ports| ports.range);
        self.held_beside(node).chain(reserved).chain(own).chain(range)
    }

    /// Every host port there that [`Self::why_not_to_give`] refuses or an instance has, gathered once.
    pub(crate) fn out_of_reach(&self, node: NodeId, place: Place) -> Vec<PortRange> {
        match place {
            Place::Node => self.nodes.get(&node).map(|node| self.not_to_give(node).collect()).unwrap_or_default(),
            Place::Server => {
                let bind = self.identity.server_ports.as_ref().map(|ports| ports.bind);
                let listens =
                    self.identity.listens.iter().filter(|own| bind.is_some_and(|bind| collide(own.ip(), bind)));
                let beside = self.nodes.values().filter(|node| self.is_beside(node));
                self.held_server_ports()
                    .chain(listens.map(|own| HostPort(own.port()).range()))
                    .chain(beside.flat_map(|node| self.held_ports(node.id)))
                    .collect()
            }
        }
    }

    /// Why no instance may get that host port there, whoever asks for it: a clause that follows its number.
    pub fn why_not_to_give(&self, node: NodeId, place: Place, port: HostPort) -> Option<String> {
        let own = |own: &std::net::SocketAddr| own.port() == port.0;
        match place {
            Place::Node => {
                let node = self.nodes.get(&node)?;
                let name = &node.settings.name;
                let beside = self.is_beside(node);
                let of_server = |ports: &&ServerPorts| ports.range.contains(port);
                if beside && self.identity.listens.iter().any(own) {
                    Some(format!("is the DockHost server's own, which is on the machine of {name}"))
                } else if beside && self.identity.server_ports.as_ref().filter(of_server).is_some() {
                    Some(format!("is one of those that the server gives away, which is on the machine of {name}"))
                } else if self.reserved_on(node).contains(port) {
                    Some(format!("is kept for another service of {name}, by its operator's --reserved-ports"))
                } else {
                    None
                }
            }
            Place::Server => {
                let bind = self.identity.server_ports.as_ref()?.bind;
                let listens = self.identity.listens.iter().filter(|own| collide(own.ip(), bind));
                let beside = self.nodes.values().filter(|node| self.is_beside(node));
                if listens.into_iter().any(own) {
                    Some("is the DockHost server's own".to_owned())
                } else if beside.flat_map(|node| self.held_ports(node.id)).any(|held| held.contains(port)) {
                    Some("is given away already by a node on the server's machine".to_owned())
                } else {
                    None
                }
            }
        }
    }

    fn network_of<'a>(&'a self, node: &'a Node) -> &'a str {
        self.node_facts(node).map(|facts| facts.network.as_str()).unwrap_or_default()
    }

    /// What its operator keeps, or what is usual.
    fn reserved_on(&self, node: &Node) -> Reserved {
        self.node_facts(node).map_or_else(Reserved::default, |facts| facts.reserved.clone())
    }
}
