//! The administrator's socket in the data directory. Who may read the directory may administer: nothing else is
//! asked. One JSON line each way.

mod carry_out;
mod people;
mod server;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::name::{InstanceName, NodeName, Username};
use model::node::{EngineState, Liveness};
use model::refusal::Refusal;
use model::request::Handover;
use model::stranger::{Claim, Proposal};
use model::view::{PersonRow, PersonView};
use serde::{Deserialize, Serialize};

use crate::accounts::{Accounts, Tokens};
use crate::core::Core;
use crate::store::Log;
pub(crate) use server::{listen, serve};

/// Carries out what administrators ask for.
pub(crate) struct Console {
    core: Core,
    accounts: Arc<Accounts>,
    tokens: Arc<Tokens>,
    log: Log,
}

impl Console {
    pub(crate) const fn new(core: Core, accounts: Arc<Accounts>, tokens: Arc<Tokens>, log: Log) -> Self {
        Self { core, accounts, tokens, log }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum ConsoleRequest {
    CreateAdministrator {
        username: String,
        email: String,
        password: String,
    },
    ResetPassword {
        username: String,
        password: String,
    },
    /// By which they set another password themselves.
    MakeResetLink {
        username: String,
    },
    CreateToken {
        username: String,
        name: String,
    },
    ListPeople,
    SetAdministrator {
        username: String,
        administrator: bool,
    },
    /// Nothing of theirs opens anything any more, until somebody resumes them.
    SuspendPerson {
        username: String,
        /// What runs of theirs, too.
        stop: bool,
    },
    ResumePerson {
        username: String,
    },
    /// With what becomes of what they have.
    RemovePerson {
        username: String,
        instances: Option<Handover>,
        nodes: Option<Handover>,
    },
    /// A copy of everything that is stored.
    Backup {
        /// And the activity log.
        #[serde(default)]
        activity: bool,
    },
    ListNodes,
    /// What could be made of the containers that belong to no instance; only a running server hears of them.
    ListProposals,
    /// Makes an instance of one of them.
    Recover {
        node: String,
        container: String,
        #[serde(flatten)]
        claim: Claim,
    },
    /// The link that makes the first administrator; only a running server has one.
    SetupLink,
    /// Of the certificate that the server made for itself; only a running server says whether it shows that one.
    ServerFingerprint,
    /// Makes a node of the installation itself, or a new key for the one of this name that is there already. It
    /// belongs to nobody, takes everybody's instances, and is managed by administrators. The name of a person's
    /// node is refused.
    EnrolNode {
        name: String,
        address: Option<String>,
    },
}

impl ConsoleRequest {
    /// Whether only a running server knows the answer.
    pub(crate) const fn needs_server(&self) -> bool {
        matches!(self, Self::SetupLink | Self::ServerFingerprint | Self::ListProposals | Self::Recover { .. })
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", content = "value", rename_all = "snake_case")]
pub enum ConsoleAnswer {
    Done,
    Person(PersonView),
    People(Vec<PersonRow>),
    Nodes(Vec<NodeState>),
    Proposals(Vec<Proposal>),
    Recovered(Recovered),
    /// The content of a backup's file.
    Backup(String),
    /// An API token, a node's key, or what stands in a reset link, shown this once.
    Secret(String),
    /// `None`: there is an administrator already.
    SetupToken(Option<String>),
    /// `None`: it has made none, or shows another one.
    Fingerprint(Option<String>),
    Refused(Refusal),
}

/// An instance that was made of a container.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    pub name: InstanceName,
    pub owner: Username,
    pub ssh_command: String,
    /// What it had and has no more: a sentence each.
    #[serde(default)]
    pub lost: Vec<String>,
}

/// One node, as short as a line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeState {
    pub name: NodeName,
    pub liveness: Liveness,
    pub engine: EngineState,
    pub instances: usize,
    pub max_instances: u32,
    /// Where people reach its host ports; empty until that is known.
    #[serde(default)]
    pub address: String,
    /// Which known faults its engine has.
    #[serde(default)]
    pub faults: Vec<String>,
}

pub(crate) fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("admin.sock")
}
