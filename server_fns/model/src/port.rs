//! Host ports and container ports; never just ports.

use serde::{Deserialize, Serialize};

use crate::version::Generation;

/// A port of the node's own network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct HostPort(pub u16);

/// A port inside the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ContainerPort(pub u16);

impl HostPort {
    pub const fn range(self) -> PortRange {
        PortRange { first: self.0, last: self.0 }
    }
}

impl ContainerPort {
    pub const SSH: Self = Self(22);
    pub const HTTP: Self = Self(80);
    pub const HTTPS: Self = Self(443);
    /// What the consecutive host ports of a block lead to, in order.
    pub const OF_BLOCK: [Self; PortBlock::SIZE as usize] = [Self::SSH, Self::HTTP, Self::HTTPS];
    /// Those of the block whose host ports can be closed. What lets in on 22 asks for a key by itself, and is the way in
    /// where the gateway is away.
    pub const CLOSABLE: [Self; 2] = [Self::HTTP, Self::HTTPS];

    /// Whether programs usually speak TLS there: on 443, and on what they take in its place, such as 8443.
    pub const fn is_tls(self) -> bool {
        self.0 % 1_000 == Self::HTTPS.0
    }
}

/// A port of an instance that is reached through the server: by a jump, and by its public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeclaredPort {
    pub port: ContainerPort,
    pub url: UrlAccess,
    /// The wish that gave it a URL when it had none. What was given to visitors before opens nothing any more.
    #[serde(default)]
    pub opened: Generation,
}

impl DeclaredPort {
    /// As a person asks for it. When it was opened, whoever decides finds out.
    pub const fn asked(port: ContainerPort, url: UrlAccess) -> Self {
        Self { port, url, opened: Generation(0) }
    }

    /// What an instance has from its beginning: a web server, for its owner alone.
    pub fn first() -> Vec<Self> {
        vec![Self::asked(ContainerPort::HTTP, UrlAccess::Owner)]
    }
}

/// Who may open the public URL of a port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UrlAccess {
    /// There is none.
    Off,
    #[default]
    Owner,
    /// Everybody with an account here.
    SignedIn,
    Public,
}

/// Three consecutive host ports, held by one instance for its whole life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortBlock {
    pub first: HostPort,
}

impl PortBlock {
    pub const SIZE: u16 = 3;

    pub const fn starting_at(first: u16) -> Self {
        Self { first: HostPort(first) }
    }

    pub fn host_ports(self) -> impl Iterator<Item = HostPort> {
        (0..Self::SIZE).map(move |offset| HostPort(self.first.0.saturating_add(offset)))
    }

    pub fn bindings(self) -> impl Iterator<Item = PortBinding> {
        self.host_ports().zip(ContainerPort::OF_BLOCK).map(|(host, container)| PortBinding { host, container })
    }

    pub const fn overlaps(self, other: Self) -> bool {
        self.first.0.abs_diff(other.first.0) < Self::SIZE
    }

    pub const fn range(self) -> PortRange {
        PortRange { first: self.first.0, last: self.first.0.saturating_add(Self::SIZE - 1) }
    }
}

/// One host port and the container port that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortBinding {
    pub host: HostPort,
    pub container: ContainerPort,
}

/// Host ports in a row, both ends included: those that may be given away, or those that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PortRange {
    pub first: u16,
    pub last: u16,
}

impl PortRange {
    /// From the first unprivileged port to just below the range Linux gives to outgoing connections
    /// (`net.ipv4.ip_local_port_range`, 32768 by default).
    pub const DEFAULT: Self = Self { first: 1024, last: 32767 };

    /// Every place where a block fits, lowest first.
    pub fn blocks(self) -> impl Iterator<Item = PortBlock> {
        let last_start = self.last.saturating_sub(PortBlock::SIZE - 1);
        (self.first..=last_start).map(PortBlock::starting_at)
    }

    pub const fn contains(self, port: HostPort) -> bool {
        self.first <= port.0 && port.0 <= self.last
    }

    pub const fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    pub const fn is_valid(self) -> bool {
        self.first >= 1 && self.last >= self.first && self.last - self.first >= PortBlock::SIZE - 1
    }
}

impl Default for PortRange {
    fn default() -> Self {
        Self::DEFAULT
    }
}
