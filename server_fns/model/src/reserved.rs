//! Host ports of a machine that its operator keeps for other services, so that no instance is given one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::port::{HostPort, PortRange};

/// Ranges that one list may have.
pub const MAX: usize = 64;

/// Ranges of host ports, in the order in which they were written. Stored and sent as they are written, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Reserved(pub Vec<PortRange>);

/// What is kept where nobody says otherwise: engines and clusters, which command a machine; databases, caches and
/// queues; shared disks; remote desktops. An instance on one of these would be given the passwords of their users while
/// the service itself is stopped.
const USUAL: &[(u16, u16)] = &[
    // MS SQL, Oracle
    (1433, 1434),
    (1521, 1521),
    // NFS
    (2049, 2049),
    // Docker, Swarm, etcd
    (2375, 2377),
    (2379, 2380),
    // iSCSI, MySQL, remote desktop, PostgreSQL
    (3260, 3260),
    (3306, 3306),
    (3389, 3389),
    (5432, 5432),
    // AMQP, VNC, WinRM
    (5671, 5672),
    (5900, 5909),
    (5985, 5986),
    // Redis, Kubernetes, Proxmox, Vault
    (6379, 6379),
    (6443, 6443),
    (8006, 8006),
    (8200, 8201),
    // Elasticsearch, kubelet, memcached, libvirt, MongoDB
    (9200, 9200),
    (9300, 9300),
    (10_250, 10_250),
    (11_211, 11_211),
    (16_509, 16_514),
    (27_017, 27_019),
];

impl Reserved {
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    pub fn contains(&self, port: HostPort) -> bool {
        self.0.iter().any(|range| range.contains(port))
    }
}

impl Default for Reserved {
    fn default() -> Self {
        Self(USUAL.iter().map(|(first, last)| PortRange { first: *first, last: *last }).collect())
    }
}

impl TryFrom<String> for Reserved {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Reserved> for String {
    fn from(reserved: Reserved) -> Self {
        reserved.to_string()
    }
}

/// Such as `2375-2377,5432`, or `none`.
impl FromStr for Reserved {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "none" {
            return Ok(Self::none());
        }
        let ranges: Vec<PortRange> = text.split(',').map(range).collect::<Result<_, _>>()?;
        if ranges.len() > MAX {
            return Err(format!("at most {MAX} ranges may be reserved, and these are {}", ranges.len()));
        }
        Ok(Self(ranges))
    }
}

fn range(text: &str) -> Result<PortRange, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let read = |text: &str| text.trim().parse().ok();
    read(first).zip(read(last)).filter(|(first, last)| (1..=*last).contains(first)).map_or_else(
        || Err(format!("“{}” is no port and no range; write 2375-2377,5432 or none", text.trim())),
        |(first, last)| Ok(PortRange { first, last }),
    )
}

impl fmt::Display for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (at, PortRange { first, last }) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if first == last { write!(f, "{comma}{first}")? } else { write!(f, "{comma}{first}-{last}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_whole_or_refused() {
        for text in ["5432", "2375-2377,5432", "1-65535", "none"] {
            assert_eq!(text.parse::<Reserved>().map(|read| read.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(" 80 , 443-444".parse::<Reserved>().unwrap().to_string(), "80,443-444");
        for text in ["", "0", "0-9", "9-8", "65536", "80,", "http", "80-", "-80", "1-2-3", "80 443"] {
            assert!(text.parse::<Reserved>().is_err(), "{text}");
        }
        let many: Vec<String> = (1..=65).map(|port: u16| port.to_string()).collect();
        assert!(many.join(",").parse::<Reserved>().unwrap_err().contains("64"));
    }

    #[test]
    fn what_is_usual_can_be_written_down_and_has_no_web_server_in_it() {
        let usual = Reserved::default();
        assert_eq!(usual.to_string().parse(), Ok(usual.clone()));
        for port in [2375, 2376, 5432, 6379] {
            assert!(usual.contains(HostPort(port)), "{port}");
        }
        for port in [3000, 5000, 8000, 8080, 8443, 9090] {
            assert!(!usual.contains(HostPort(port)), "{port}");
        }
    }
}
