//! Host ports beside those of the block: opened and closed while the instance runs.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::port::{ContainerPort, HostPort};
use crate::version::Generation;

/// One host port that leads into an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    pub place: Place,
    pub protocol: Protocol,
    pub host: HostPort,
    pub container: ContainerPort,
    /// Where it listens; `None` is every address that the place allows.
    pub bind: Option<IpAddr>,
    /// Who is let in; empty is everybody.
    pub allow: Vec<IpNet>,
    /// Nobody asked for this very host port, so another one is given when a foreign program has it.
    pub automatic: bool,
    /// Somebody asked for this number and another program had it, so it is not tried again until somebody asks again:
    /// whoever waits for a number would get it when that program is started anew.
    #[serde(default)]
    pub given_up: bool,
    /// The wish that opened or changed it. One that is closed and opened again is another one, also for whoever did not look
    /// in between and has its connections.
    pub opened: Generation,
}

/// Whose host port it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The node's that the instance is on.
    #[default]
    Node,
    /// The main server's, which carries the bytes through the tunnel. Rows and scripts of 0.2 and before call it `gateway`.
    #[serde(alias = "gateway")]
    Server,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
}

/// Which forward of its instance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForwardKey {
    pub place: Place,
    pub protocol: Protocol,
    pub host: HostPort,
}

/// A forward that nothing listens for, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unopened {
    pub key: ForwardKey,
    /// As the system put it, such as `Address already in use`.
    pub reason: String,
    /// Another program has it, so that another host port may do.
    pub taken: bool,
}

impl Forward {
    pub const fn key(&self) -> ForwardKey {
        ForwardKey { place: self.place, protocol: self.protocol, host: self.host }
    }

    pub fn lets_in(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        self.allow.is_empty() || self.allow.iter().any(|network| network.contains(&source))
    }

    /// Where to listen, on a machine whose operator allows this one address or, with `0.0.0.0` or `::`, each of its own.
    /// The error is a sentence.
    pub fn listen_address(&self, allowed: IpAddr) -> Result<IpAddr, String> {
        let Some(asked) = self.bind else { return Ok(allowed) };
        let within = match allowed {
            IpAddr::V4(any) if any.is_unspecified() => asked.is_ipv4(),
            IpAddr::V6(any) if any.is_unspecified() => true,
            IpAddr::V4(_) | IpAddr::V6(_) => allowed == asked,
        };
        if within { Ok(asked) } else { Err(format!("instances may listen on {allowed} only, and not on {asked}")) }
    }
}

impl Protocol {
    /// For people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }
}

/// As in addresses of the API.
impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        })
    }
}

/// As in addresses of the API.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Node => "node",
            Self::Server => "server",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward(bind: Option<&str>, allow: &[&str]) -> Forward {
        Forward {
            place: Place::Node,
            protocol: Protocol::Tcp,
            host: HostPort(8000),
            container: ContainerPort(80),
            bind: bind.map(|text| text.parse().unwrap()),
            allow: allow.iter().map(|text| text.parse().unwrap()).collect(),
            automatic: false,
            given_up: false,
            opened: Generation(1),
        }
    }

    #[test]
    fn only_listed_sources_are_let_in() {
        let lets_in = |allow: &[&str], source: &str| forward(None, allow).lets_in(source.parse().unwrap());
        assert!(lets_in(&[], "203.0.113.9"));
        assert!(lets_in(&["10.0.0.0/8"], "10.1.2.3"));
        assert!(!lets_in(&["10.0.0.0/8"], "11.1.2.3"));
        assert!(lets_in(&["10.0.0.0/8"], "::ffff:10.1.2.3"), "an IPv4 caller of an IPv6 socket");
        assert!(lets_in(&["192.0.2.1/32", "fd00::/8"], "fd00::7"));
        assert!(!lets_in(&["192.0.2.1/32", "fd00::/8"], "192.0.2.2"));
    }

    #[test]
    fn the_servers_place_is_read_by_its_old_name_and_written_by_its_new_one() {
        for name in ["\"server\"", "\"gateway\""] {
            assert_eq!(serde_json::from_str::<Place>(name).unwrap(), Place::Server, "{name}");
        }
        assert_eq!(serde_json::to_string(&Place::Server).unwrap(), "\"server\"");
        for place in [Place::Node, Place::Server] {
            assert_eq!(serde_json::to_string(&place).unwrap(), format!("\"{place}\""));
        }
    }

    #[test]
    fn it_listens_only_where_the_operator_allows() {
        let listens = |bind: Option<&str>, allowed: &str| {
            forward(bind, &[]).listen_address(allowed.parse().unwrap()).map(|address| address.to_string()).ok()
        };
        assert_eq!(listens(None, "127.0.0.1").as_deref(), Some("127.0.0.1"));
        assert_eq!(listens(Some("10.0.0.7"), "0.0.0.0").as_deref(), Some("10.0.0.7"));
        assert_eq!(listens(Some("fd00::7"), "::").as_deref(), Some("fd00::7"));
        assert_eq!(listens(Some("10.0.0.7"), "10.0.0.7").as_deref(), Some("10.0.0.7"));
        for (bind, allowed) in [("0.0.0.0", "127.0.0.1"), ("10.0.0.8", "10.0.0.7"), ("fd00::7", "0.0.0.0")] {
            assert_eq!(listens(Some(bind), allowed), None, "{bind} where {allowed} is allowed");
        }
    }
}
