//! What a person wishes.

use serde::{Deserialize, Serialize};

use crate::forward::Forward;
use crate::id::SshKeyId;
use crate::image::ImageRef;
use crate::name::InstanceName;
use crate::port::{ContainerPort, DeclaredPort, UrlAccess};

/// What the owner wants of an instance. Written only for people, never by a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DesiredState {
    Running,
    Stopped,
    /// A tombstone: it never goes back to another state.
    Deleted,
}

/// The settings of an instance as its owner wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceSpec {
    pub name: InstanceName,
    pub image: ImageRef,
    /// Whose holders may log in. A key that its owner deletes is no longer let in.
    pub ssh_keys: Vec<SshKeyId>,
    /// All keys of its owner, so one that is added is let in, too. A row without it is as it was written before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_ssh_keys: bool,
    #[serde(default)]
    pub limits: Limits,
    /// A login through the gateway starts it when it is stopped.
    #[serde(default)]
    pub start_on_connect: bool,
    /// In the order of their numbers, each once.
    #[serde(default = "DeclaredPort::first")]
    pub ports: Vec<DeclaredPort>,
    /// Whose host ports of the block let nobody in, in the order of their numbers, each once.
    #[serde(default)]
    pub closed: Vec<ContainerPort>,
    /// Host ports beside the block's, each key once.
    #[serde(default)]
    pub forwards: Vec<Forward>,
    /// What stands for the instance in public URLs if it was made by version 0.1; otherwise empty, and its name and its
    /// owner's stand there.
    #[serde(default)]
    pub url_name: String,
}

impl InstanceSpec {
    /// Whether streams may be opened to this port.
    pub fn declares(&self, port: ContainerPort) -> bool {
        ContainerPort::OF_BLOCK.contains(&port) || self.ports.iter().any(|declared| declared.port == port)
    }

    pub fn url_access(&self, port: ContainerPort) -> UrlAccess {
        self.open_port(port).map_or(UrlAccess::Off, |declared| declared.url)
    }

    /// The port, if it has a public URL.
    pub fn open_port(&self, port: ContainerPort) -> Option<DeclaredPort> {
        self.ports.iter().find(|known| known.port == port && known.url != UrlAccess::Off).copied()
    }
}

/// Ceilings of one instance; `None` leaves it to the node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Limits {
    /// Thousandths of a processor.
    pub cpu_millis: Option<u32>,
    pub memory_bytes: Option<u64>,
}
