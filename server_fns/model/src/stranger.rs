//! A container of this installation that is assigned to nobody.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::forward::Forward;
use crate::id::{InstanceId, PersonId};
use crate::image::ImageRef;
use crate::instance::Limits;
use crate::name::{InstanceName, NodeName, Username};
use crate::port::{ContainerPort, DeclaredPort, PortBlock};
use crate::refusal::Refusal;
use crate::version::Incarnation;

/// What a node says of one. It is left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Told")]
pub struct Stranger {
    /// The name of the container.
    pub container: String,
    pub running: bool,
    /// `None` when nothing tells its row: neither the file in its folder nor, of a container from before there were such
    /// files, its labels.
    pub origin: Option<Origin>,
    /// Which object it is by its labels. `None` when they do not tell, and from a node that says it in `origin` alone.
    pub object: Option<Object>,
    /// Why the file that is in its folder tells nothing: a clause. Empty if it does, or if there is none.
    pub unreadable: String,
}

/// What a container is, whatever instance it serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    pub id: InstanceId,
    pub incarnation: Incarnation,
}

/// Which instance it was, and what the row of that said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub instance: InstanceId,
    pub incarnation: Incarnation,
    pub row: Row,
}

/// What the row of an instance says, as its node keeps it beside the container, so that the row can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub owner: PersonId,
    pub name: InstanceName,
    pub image: ImageRef,
    pub limits: Limits,
    pub host_ports: PortBlock,
    /// The public half of its host key, `type base64`; empty if it has none.
    pub host_key: String,
    /// `None` in the labels of a container from before there were files, which hold no more than the above.
    #[serde(default)]
    pub doors: Option<Doors>,
    /// `None` if the server did not send it to the node.
    #[serde(default)]
    pub rest: Option<RestOfRow>,
}

/// What else a node acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doors {
    /// Who may log in: `type base64`, each once.
    pub ssh_keys: Vec<String>,
    /// See [`crate::assignment::AssignedInstance::closed`].
    pub closed: Vec<ContainerPort>,
    /// On the node.
    pub forwards: Vec<Forward>,
}

/// What the owner of an instance set that its node does not act on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestOfRow {
    #[serde(default)]
    pub start_on_connect: bool,
    #[serde(default)]
    pub ports: Vec<DeclaredPort>,
    /// Those that the node does not open: the server does, or nobody until somebody asks again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forwards: Vec<Forward>,
    /// See [`crate::instance::InstanceSpec::url_name`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url_name: String,
    /// See [`crate::instance::InstanceSpec::all_ssh_keys`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_ssh_keys: bool,
}

impl Stranger {
    /// Which instance it would be again, and which container of that.
    pub fn object(&self) -> Option<Object> {
        let told = |origin: &Origin| Object { id: origin.instance, incarnation: origin.incarnation };
        self.origin.as_ref().map(told).or(self.object)
    }
}

/// As a node says it. A row that this program cannot read, because a newer one wrote it, spoils nothing else.
#[derive(Deserialize)]
struct Told {
    container: String,
    running: bool,
    #[serde(default)]
    origin: Option<ToldOrigin>,
    #[serde(default)]
    object: Option<Object>,
    #[serde(default)]
    unreadable: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ToldOrigin {
    Read(Box<Origin>),
    Unread(IgnoredAny),
}

impl From<Told> for Stranger {
    fn from(Told { container, running, origin, object, unreadable }: Told) -> Self {
        let (origin, unreadable) = match origin {
            Some(ToldOrigin::Read(origin)) => (Some(*origin), unreadable),
            Some(ToldOrigin::Unread(_)) => (None, "only a newer dockhost can read it: update this server".to_owned()),
            None => (None, unreadable),
        };
        Self { container, running, origin, object, unreadable }
    }
}

/// The fields of a refusal that another owner, a name and an image would avoid.
pub const OWNER: &str = "owner";
pub const NAME: &str = "name";
pub const IMAGE: &str = "image";

/// What a person says of a container that is to be an instance again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// By username or address, instead of the one that the node names.
    #[serde(default)]
    pub owner: Option<String>,
    /// Of what nothing tells the name and the image of.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub image: Option<String>,
}

/// What would be made of one stranger, for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub node: NodeName,
    pub stranger: Stranger,
    /// The instance that it would be, or why it cannot be one.
    pub outcome: Result<Proposed, Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    pub owner: Username,
    pub name: InstanceName,
    pub host_ports: PortBlock,
    /// Whose node says so, if it is another person's. Whoever runs a node can write any owner into its files, so this is
    /// for a person to look at.
    #[serde(default)]
    pub on_word_of: Option<Username>,
    /// What it had and would not have again: a sentence each.
    #[serde(default)]
    pub lost: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a node of version 0.2 says it, before there were files.
    const BEFORE: &str = r#"{"container":"dockhost-i-000000000000000a-1","running":true,"origin":{"instance":"i-000000000000000a",
        "incarnation":1,"row":{"owner":"p-0000000000000009","name":"web","image":"debian-12","limits":{"cpu_millis":500,
        "memory_bytes":null},"host_ports":{"first":1024},"host_key":"ssh-ed25519 AAAA"}}}"#;

    #[test]
    fn a_node_from_before_there_were_files_is_understood() {
        let read: Stranger = serde_json::from_str(BEFORE).unwrap();
        let origin = read.origin.clone().unwrap();
        assert_eq!((origin.row.name.as_str(), origin.row.doors, origin.row.rest), ("web", None, None));
        assert_eq!(read.object(), Some(Object { id: InstanceId::from_bits(10), incarnation: Incarnation(1) }));
        assert!(read.object.is_none() && read.unreadable.is_empty());
    }

    /// What it knows stands where it looks, and what it does not know stands beside.
    #[test]
    fn a_server_from_before_there_were_files_understands() {
        let mut told: Stranger = serde_json::from_str(BEFORE).unwrap();
        let doors = Doors { ssh_keys: vec!["ssh-ed25519 AAAA".to_owned()], closed: Vec::new(), forwards: Vec::new() };
        if let Some(origin) = &mut told.origin {
            origin.row.doors = Some(doors);
            origin.row.rest = Some(RestOfRow { start_on_connect: true, ..RestOfRow::default() });
        }
        let mut told = serde_json::to_value(&told).unwrap();
        let before: serde_json::Value = serde_json::from_str(BEFORE).unwrap();
        for beside in ["object", "unreadable"] {
            told.as_object_mut().unwrap().remove(beside).unwrap();
        }
        for beside in ["doors", "rest"] {
            told.pointer_mut("/origin/row").unwrap().as_object_mut().unwrap().remove(beside).unwrap();
        }
        assert_eq!(told, before);
    }

    #[test]
    fn a_row_that_only_a_newer_program_can_read_spoils_nothing_else() {
        let newer = BEFORE.replace("debian-12", "snapshot:s-000000000000000a");
        let read: Stranger = serde_json::from_str(&newer).unwrap();
        assert_eq!((read.container.as_str(), read.origin), ("dockhost-i-000000000000000a-1", None));
        assert!(read.unreadable.contains("update this server"), "{}", read.unreadable);
        let none = r#"{"container":"x","running":false,"origin":null}"#;
        assert_eq!(serde_json::from_str::<Stranger>(none).unwrap().object(), None);
    }
}
