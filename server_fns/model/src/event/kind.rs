//! Every kind of line, with what its sentence needs.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::topic::Topic;
use crate::forward::{ForwardKey, Protocol, Unopened};
use crate::id::EventId;
use crate::name::{EmailAddress, Label, NodeName, Username};
use crate::observed::Problem;
use crate::port::{ContainerPort, HostPort, PortBlock, UrlAccess};
use crate::request::{Handover, Settings};
use crate::scope::Scope;
use crate::verb::Verb;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "details", rename_all = "snake_case")]
pub enum EventKind {
    Created {
        node: Option<NodeName>,
    },
    Asked {
        verb: Verb,
    },
    /// Its node is being drained, and so it was asked to stop.
    Drained {
        node: NodeName,
    },
    PortDeclared {
        port: ContainerPort,
        url: UrlAccess,
    },
    PortWithdrawn {
        port: ContainerPort,
    },
    ForwardOpened(ForwardLine),
    ForwardClosed(ForwardLine),
    DoorSet {
        host: HostPort,
        node: Option<NodeName>,
        port: ContainerPort,
        open: bool,
    },
    StartOnConnect {
        allowed: bool,
    },
    /// Which keys it lets in from now on.
    KeysChosen {
        names: Vec<Label>,
        /// And each that its owner adds.
        all: bool,
    },
    Recovered {
        container: String,
        node: NodeName,
        /// What it had and has no more: a sentence each.
        lost: Vec<String>,
    },
    /// Somebody whose it is not was let in.
    Entered {
        by: Entrance,
    },
    ContainerMade {
        node: NodeName,
    },
    Moved(Movement),
    Troubled(Problem),
    Unopened(Unopened),
    /// Another program had one of its host ports.
    PortsMoved {
        node: NodeName,
        from: PortBlock,
        to: PortBlock,
    },
    ForwardMoved {
        protocol: Protocol,
        from: HostPort,
        to: HostPort,
        container: ContainerPort,
    },
    /// Another program has a host port that somebody asked for by number.
    ForwardGivenUp {
        protocol: Protocol,
        host: HostPort,
    },
    /// Its node is gone for good.
    ForgottenWithNode {
        node: NodeName,
    },
    /// The account of whoever had it was removed, and it is that person's now.
    GivenTo {
        to: Username,
    },
    /// Its node confirmed the deletion.
    Gone,

    SignedUp,
    SignedIn {
        /// The browser, as it names itself.
        agent: String,
    },
    /// With a wrong password, within one hour. The line is counted up and no new one made.
    SignInFailed {
        times: u32,
    },
    SignedOut,
    SessionEnded {
        address: String,
    },
    /// And with it, beside the other sessions, what opened the account without it.
    PasswordChanged {
        tokens: bool,
        ssh_keys: bool,
    },
    PasswordReset,
    /// By which its person sets another password, once.
    ResetLinkMade,
    /// By such a link.
    PasswordSetByLink,
    SshKeyAdded {
        name: Label,
        fingerprint: String,
    },
    SshKeyProved {
        name: Label,
    },
    SshKeyMayManage {
        name: Label,
        allowed: bool,
    },
    SshKeyRemoved {
        name: Label,
        fingerprint: String,
    },
    TokenCreated {
        name: Label,
        scope: Scope,
    },
    TokenRemoved {
        name: Label,
    },
    AdministratorCreated {
        email: EmailAddress,
    },
    MadeAdministrator,
    NoLongerAdministrator,
    Suspended {
        /// What ran was asked to stop.
        stop: bool,
    },
    Resumed,
    /// With what became of the instances and nodes that there were.
    AccountRemoved {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instances: Option<Handover>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nodes: Option<Handover>,
    },
    EmailChanged,
    /// Its person asked administrators to remove it,
    RemovalAsked,
    /// or no longer.
    RemovalWithdrawn,

    Invited,
    InviteWithdrawn,
    SettingsChanged {
        from: Settings,
        to: Settings,
    },

    NodeRegistered,
    NodeChanged,
    NodeKeyRotated,
    NodeCodeIssued,
    /// A machine changed its code for the key.
    NodeEnrolled,
    NodeConnected {
        /// Another machine than before.
        other_machine: bool,
    },
    NodeDisconnected,
    NodeFrozen,
    NodeUnfrozen,
    NodeCordoned,
    NodeUncordoned,
    NodeDrained {
        stop: bool,
    },
    /// As [`Self::GivenTo`].
    NodeGivenTo {
        to: Username,
    },
    NodeRemoved,
    NodeForgotten,

    /// The node brought about more than is written down within an hour. The line is counted up and no new one made.
    LeftOut {
        times: u32,
    },

    /// As it was written before the log was typed.
    Told {
        id: EventId,
        text: String,
    },
}

/// Through which door of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Entrance {
    Terminal,
    /// A folder or file was taken out,
    Download,
    /// or put in.
    Upload,
}

/// A host port beside those of the block, as somebody opened or closed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForwardLine {
    pub key: ForwardKey,
    pub container: ContainerPort,
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub allow: Vec<IpNet>,
    /// That of the instance, if it is known.
    pub node: Option<NodeName>,
}

/// How a container was seen to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "moved", content = "how", rename_all = "snake_case")]
pub enum Movement {
    Runs,
    RunsPaused,
    Restarted,
    Paused,
    Resumed,
    Stopped,
    /// Its own programs did: `poweroff`, `reboot`.
    SwitchedOff,
    Rebooted,
    /// By itself: *ended with status 1*.
    Ended(String),
}

impl EventKind {
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Created { .. }
            | Self::Asked { .. }
            | Self::Drained { .. }
            | Self::PortDeclared { .. }
            | Self::PortWithdrawn { .. }
            | Self::ForwardOpened(_)
            | Self::ForwardClosed(_)
            | Self::DoorSet { .. }
            | Self::StartOnConnect { .. }
            | Self::KeysChosen { .. }
            | Self::Recovered { .. }
            | Self::Entered { .. }
            | Self::ContainerMade { .. }
            | Self::Moved(_)
            | Self::Troubled(_)
            | Self::Unopened(_)
            | Self::PortsMoved { .. }
            | Self::ForwardMoved { .. }
            | Self::ForwardGivenUp { .. }
            | Self::ForgottenWithNode { .. }
            | Self::GivenTo { .. }
            | Self::Gone
            | Self::Told { .. } => Topic::Instances,
            Self::SignedIn { .. }
            | Self::SignInFailed { .. }
            | Self::SignedOut
            | Self::SessionEnded { .. }
            | Self::PasswordChanged { .. }
            | Self::PasswordReset
            | Self::ResetLinkMade
            | Self::PasswordSetByLink
            | Self::SshKeyAdded { .. }
            | Self::SshKeyProved { .. }
            | Self::SshKeyMayManage { .. }
            | Self::SshKeyRemoved { .. }
            | Self::TokenCreated { .. }
            | Self::TokenRemoved { .. }
            | Self::EmailChanged => Topic::Access,
            Self::SignedUp
            | Self::AdministratorCreated { .. }
            | Self::MadeAdministrator
            | Self::NoLongerAdministrator
            | Self::Suspended { .. }
            | Self::Resumed
            | Self::AccountRemoved { .. }
            | Self::RemovalAsked
            | Self::RemovalWithdrawn
            | Self::Invited
            | Self::InviteWithdrawn
            | Self::SettingsChanged { .. } => Topic::People,
            Self::NodeRegistered
            | Self::NodeChanged
            | Self::NodeKeyRotated
            | Self::NodeCodeIssued
            | Self::NodeEnrolled
            | Self::NodeConnected { .. }
            | Self::NodeDisconnected
            | Self::NodeFrozen
            | Self::NodeUnfrozen
            | Self::NodeCordoned
            | Self::NodeUncordoned
            | Self::NodeDrained { .. }
            | Self::NodeGivenTo { .. }
            | Self::NodeRemoved
            | Self::NodeForgotten
            | Self::LeftOut { .. } => Topic::Nodes,
        }
    }
}
