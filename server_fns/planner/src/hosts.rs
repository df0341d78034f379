//! Whose ports have a host name of the console. Browsers keep cookies by host name and not by port: where an instance's
//! port has one of these names, its owner receives the console's cookie, and can set one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::world::{Node, World};

/// The host names under which browsers open the console, in lower case and without brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsoleHosts(BTreeSet<String>);

impl ConsoleHosts {
    /// `public` are the hosts of the public URLs.
    pub fn of<'a>(listen: IpAddr, public: impl IntoIterator<Item = &'a str>) -> Self {
        let listen = listen.to_canonical();
        let mut hosts: BTreeSet<String> = public.into_iter().map(plain).collect();
        if !listen.is_unspecified() {
            hosts.insert(listen.to_string());
        }
        // Whoever has one of these has all: browsers try both addresses for the name and for every name below it.
        let local =
            |host: &String| matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") || host.ends_with(".localhost");
        if listen.is_unspecified() || hosts.iter().any(local) {
            hosts.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        }
        Self(hosts)
    }

    fn contains(&self, host: &str) -> bool {
        let host = plain(host);
        // What listens on every address listens on the console's, too.
        host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified()) || self.0.contains(&host)
    }
}

/// Whose ports those are, as people call them: `the node local`.
pub fn sharers(world: &World, console: &ConsoleHosts) -> Vec<String> {
    let nodes = world.nodes.values().filter(|node| console.contains(node.address()) || is_beside(world, console, node));
    let nodes = nodes.map(|node| format!("the node {}", node.settings.name));
    let own = world.identity.server_ports.as_ref();
    let own = own.filter(|ports| console.contains(&ports.bind.to_string()));
    nodes.chain(own.map(|_| "the server's own host ports".to_owned())).collect()
}

/// A node of this machine, whatever it is called, whose ports listen on the console's addresses, too.
fn is_beside(world: &World, console: &ConsoleHosts, node: &Node) -> bool {
    let listens = world.node_facts(node).and_then(|facts| facts.bind);
    node.dials_from_here() && listens.is_none_or(|address| console.contains(&address.to_string()))
}

fn plain(host: &str) -> String {
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(&host);
    bare.parse::<IpAddr>().map_or_else(|_| bare.to_owned(), |address| address.to_canonical().to_string())
}
