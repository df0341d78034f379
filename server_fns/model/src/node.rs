//! A worker machine: what it says of itself, what its owner settled.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::Component;
use crate::image::ImageName;
use crate::name::{Label, NodeName};
use crate::port::PortRange;
use crate::reserved::Reserved;

/// What a node says of its machine with every heartbeat.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeFacts {
    /// As the system names itself, such as `Debian GNU/Linux 12 (bookworm)`.
    pub system: String,
    pub architecture: String,
    pub cpus: u32,
    /// 0 to 100, over all processors.
    pub cpu_percent: f32,
    pub memory_total_bytes: u64,
    pub memory_used_bytes: u64,
    /// Of the filesystem that holds the node's data directory.
    pub disk_total_bytes: u64,
    pub disk_free_bytes: u64,
    pub engine: EngineState,
    pub node_version: String,
    /// What this node is ready to build or run, as far as it is known here.
    #[serde(deserialize_with = "known_images")]
    pub images: Vec<ImageName>,
    /// The programs of its engine; empty where the node's program is too old to ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<Component>,
    /// Host ports that instances are not given there. A node that does not know of them keeps what is usual.
    #[serde(default)]
    pub reserved: Reserved,
    /// Equal for all programs that share one network, and so one set of ports; empty where that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub network: String,
    /// On which of its addresses the host ports listen. A node that does not tell listens on every one, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bind: Option<IpAddr>,
    /// Why instances there get a small init and not systemd, with what to do; empty where nothing stands in the way, and
    /// where the node does not tell.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub without_systemd: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "engine", rename_all = "snake_case")]
pub enum EngineState {
    Up {
        version: String,
        api: String,
    },
    /// Nothing answers. The sentence says what to do about it.
    Away {
        reason: String,
    },
    /// It takes connections and does not answer. The sentence says what to do about it.
    Hung {
        reason: String,
    },
    /// Also a state of which a later program tells.
    #[default]
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum EngineStateName {
    Up,
    Away,
    Hung,
    #[serde(other)]
    Unknown,
}

/// Every member that a state may have.
#[derive(Deserialize)]
struct EngineStateMembers {
    engine: EngineStateName,
    #[serde(default)]
    version: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    reason: String,
}

/// By hand for the same reason as the events of the feed: see `live::read`.
impl<'de> Deserialize<'de> for EngineState {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let EngineStateMembers { engine, version, api, reason } = EngineStateMembers::deserialize(from)?;
        Ok(match engine {
            EngineStateName::Up => Self::Up { version, api },
            EngineStateName::Away => Self::Away { reason },
            EngineStateName::Hung => Self::Hung { reason },
            EngineStateName::Unknown => Self::Unknown,
        })
    }
}

/// A node of a later version may offer images that this program does not know.
fn known_images<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ImageName>, D::Error> {
    Ok(Vec::<String>::deserialize(from)?.iter().filter_map(|name| name.parse().ok()).collect())
}

impl EngineState {
    pub const fn is_up(&self) -> bool {
        matches!(self, Self::Up { .. })
    }
}

/// What the owner of a node settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSettings {
    pub name: NodeName,
    pub lab: Option<Label>,
    /// The host name or IP address that people use to reach its host ports; without one, the
    /// address its channel comes from.
    pub address: Option<String>,
    pub max_instances: u32,
    pub host_ports: PortRange,
}

impl NodeSettings {
    pub const DEFAULT_MAX_INSTANCES: u32 = 10;
}

/// How recently a node was heard, measured on the server's monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Liveness {
    /// Registered, and no node has used its key yet.
    Never,
    Online,
    /// A heartbeat is overdue; its lease still holds.
    Late,
    Offline,
}

/// Whether new instances may be placed on a node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    #[default]
    Open,
    Cordoned,
    /// Cordoned, and it is to become empty of running instances.
    Draining,
}
