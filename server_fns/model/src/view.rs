//! What pages and scripts are shown.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::enrolment::{EnrolmentCode, EnrolmentView};
use crate::forward::{Place, Protocol};
use crate::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use crate::image::{ImageName, ImageRef};
use crate::instance::{DesiredState, Limits};
use crate::link::{Flows, Measurement};
use crate::may::Action;
use crate::name::{EmailAddress, InstanceName, Label, NodeName, Username};
use crate::node::{Availability, Liveness, NodeFacts};
use crate::observed::Init;
use crate::phase::Phase;
use crate::port::{ContainerPort, HostPort, PortBinding, PortRange, UrlAccess};
use crate::request::SignUpMode;
use crate::scope::Scope;
use crate::verb::Verb;
use crate::version::Generation;

mod people;
mod programs;

pub use people::{PersonRow, ResetLink};
pub use programs::{SignInAnswer, SignInAsked, SignInRequestView};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonView {
    pub id: PersonId,
    pub username: Username,
    pub email: EmailAddress,
    pub administrator: bool,
    pub created_at: Timestamp,
    /// Since when they wait for an administrator to remove the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks_removal_since: Option<Timestamp>,
    /// What the person may do with their own account and the whole installation.
    #[serde(default)]
    pub may: Vec<Action>,
}

impl PersonView {
    pub fn may(&self, action: Action) -> bool {
        self.may.contains(&action)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceView {
    pub id: InstanceId,
    pub name: InstanceName,
    pub owner: Username,
    pub phase: Phase,
    pub desired: DesiredState,
    pub generation: Generation,
    pub image: ImageRef,
    pub node: NodeRef,
    pub ports: Vec<PortBinding>,
    /// The same host ports, and whether they let anybody in.
    pub doors: Vec<DoorView>,
    /// What to type to log in at the node's own address.
    pub ssh_command: String,
    /// What to type to log in through the gateway, wherever the node is; empty if there is none. It leads to no other
    /// instance, whoever types it: where the name alone does not tell them apart, the owner is a part of it.
    pub gateway_command: String,
    pub start_on_connect: bool,
    pub urls: Vec<UrlView>,
    pub forwards: Vec<ForwardView>,
    pub ssh_keys: Vec<Label>,
    /// All keys of its owner, so one that is added is let in, too.
    #[serde(default)]
    pub all_ssh_keys: bool,
    pub limits: Limits,
    pub created_at: Timestamp,
    /// Since when what is known has been so.
    pub observed_at: Option<Timestamp>,
    /// When its node was last heard; `None` while that is there.
    pub last_heard_at: Option<Timestamp>,
    /// Empty, or a sentence: what is being done, what failed, since when nothing was heard.
    pub message: String,
    /// How far a long step is.
    pub progress: Option<Progress>,
    /// It ended by itself: when its node starts it again, unless somebody asks for it to start now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// What runs in it as its first process, as far as its node tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init: Option<Init>,
    /// What the viewer may do to it.
    #[serde(default)]
    pub may: Vec<Action>,
}

impl InstanceView {
    pub fn may(&self, action: Action) -> bool {
        self.may.contains(&action)
    }

    /// Whether the viewer may ask for that and it would change something. While it restarts, only one that waits can
    /// start sooner.
    pub fn takes(&self, verb: Verb) -> bool {
        let waits = verb != Verb::Start || self.phase != Phase::Restarting || self.starts_at.is_some();
        self.may(Action::ManageInstance) && verb.is_open_to(self.phase) && waits
    }

    pub fn is_of(&self, person: &Username) -> bool {
        self.owner == *person
    }

    /// How it is told from another of its name: `web-1` for its owner, and `ada/web-1` for everybody else.
    pub fn called(&self, viewer: &Username) -> String {
        if self.is_of(viewer) { self.name.to_string() } else { format!("{}/{}", self.owner, self.name) }
    }

    /// All that lead to it, on the node and on the server, sorted: they go to others when it is deleted.
    pub fn host_ports(&self) -> Vec<HostPort> {
        let own = self.ports.iter().map(|binding| binding.host);
        let mut all: Vec<_> = own.chain(self.forwards.iter().map(|forward| forward.host)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Nothing can be changed about it any more.
    pub const fn is_leaving(&self) -> bool {
        matches!(self.desired, DesiredState::Deleted) || matches!(self.phase, Phase::Deleting)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    pub step: u32,
    pub of: u32,
}

/// A host port of the block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DoorView {
    /// In the instance.
    pub port: ContainerPort,
    /// Where people reach it, as `host:port`; without a host until the node's address is known.
    pub address: String,
    /// What is wished: whoever reaches the node gets in, or nobody.
    pub open: bool,
    /// Empty, or a sentence: what is really so, where that is something else.
    pub problem: String,
}

/// The public URL of a declared port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UrlView {
    pub port: ContainerPort,
    pub access: UrlAccess,
    /// Empty while nobody may open it, or where the installation has no domain for apps.
    pub url: String,
}

/// A host port beside the block's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForwardView {
    pub place: Place,
    pub protocol: Protocol,
    pub host: HostPort,
    pub container: ContainerPort,
    /// Where people reach it, as `host:port`; without a host until the node's address is known.
    pub address: String,
    /// Empty where it listens on every address that it may.
    pub bind: String,
    /// Networks as `10.0.0.0/8`; empty is everybody.
    pub allow: Vec<String>,
    /// Empty, or a sentence: why nothing listens there, and what can be done.
    pub problem: String,
    /// It is not tried again until somebody asks for it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
}

/// A link that opens a public URL for whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LinkView {
    pub url: String,
    pub expires_at: Timestamp,
}

/// The way into an app, once and within half a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VisitView {
    pub url: String,
}

/// A host key of the SSH gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostKeyView {
    /// `SHA256:…`, as `ssh` shows it.
    pub fingerprint: String,
    /// `type base64`.
    pub host_key: String,
}

/// How the SSH gateway is found and known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GatewayView {
    /// `host:port`.
    pub address: String,
    /// `SHA256:…` of its host key, as `ssh` shows it.
    pub fingerprint: String,
    /// `type base64`.
    pub host_key: String,
    /// Those that it shows to clients which do not know that one.
    pub further_host_keys: Vec<HostKeyView>,
    /// One line for `~/.ssh/known_hosts`: with it no client asks about a key of this installation, neither the
    /// gateway's nor that of any instance.
    pub known_hosts: String,
    /// Which of the server's own host ports instances may have; `None`: it opens none.
    pub host_ports: Option<PortRange>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeRef {
    pub id: NodeId,
    pub name: NodeName,
    /// The host name or IP address to use for its host ports; empty until it is known.
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeView {
    pub id: NodeId,
    pub name: NodeName,
    pub lab: Option<Label>,
    /// `None`: the installation's own, enrolled on the server itself.
    pub owner: Option<Username>,
    /// Takes everybody's instances, because an administrator registered it.
    pub shared: bool,
    /// The viewer may cordon, rotate and remove it.
    pub manageable: bool,
    pub liveness: Liveness,
    /// Since when it is online, or when it was last heard.
    pub since: Option<Timestamp>,
    pub availability: Availability,
    pub address: String,
    pub max_instances: u32,
    pub host_ports: PortRange,
    pub instances: u32,
    /// Of those, how many are not known to stand still; a drained node has none.
    pub running: u32,
    /// Two machines took turns with its key: both are refused until a person decides.
    pub frozen: bool,
    pub facts: Option<NodeFacts>,
    /// How long a word to it and back takes on its channel; `None` until that was measured.
    pub round_trip_ms: Option<f32>,
    /// How that link does now; `None` while the node is away.
    pub flows: Option<Flows>,
    /// What the link carried when it was last measured on request. The server forgets it when it is started anew.
    pub measurement: Option<Measurement>,
    /// Empty, or what needs a person's attention.
    pub alarm: String,
    /// It has been ready for instances once. Until then whoever manages it is told how to connect it.
    #[serde(default)]
    pub was_ready: bool,
    /// For whoever manages it: the code that was last made for it, if any.
    #[serde(default)]
    pub enrolment: Option<EnrolmentView>,
    pub created_at: Timestamp,
    /// What the viewer may do to it.
    #[serde(default)]
    pub may: Vec<Action>,
}

impl NodeView {
    pub fn may(&self, action: Action) -> bool {
        self.may.contains(&action)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SshKeyView {
    pub id: SshKeyId,
    pub name: Label,
    /// Such as `ssh-ed25519`.
    pub algorithm: String,
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    pub public_key: String,
    pub created_at: Timestamp,
    /// Whose it is held to be.
    pub standing: KeyStanding,
    /// When the account proved to hold it.
    pub proved_at: Option<Timestamp>,
    /// Its holder may use the lobby and jump to every instance of the account. Without it, the key opens the instances
    /// for which it is ticked, and nothing else.
    pub may_manage: bool,
    /// What to type to prove it by a login; empty without a gateway.
    pub enrol_command: String,
}

/// Whose a public key is held to be. Public keys are public, so whoever adds one only claims it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum KeyStanding {
    /// This account has proved to hold it.
    Proved,
    /// No other account claims it, so that its first login proves it.
    Sole,
    /// Another account claims it, too, and none has proved it. It opens nothing until one does.
    Contested,
    /// Another account has proved to hold it. It opens nothing for this one.
    Foreign,
}

/// What the holder of a key signs to prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyChallenge {
    /// One line. It names the installation, the account and the key.
    pub text: String,
    /// For `ssh-keygen -Y sign -n`.
    pub namespace: String,
    /// What to type.
    pub command: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenView {
    pub id: TokenId,
    pub name: Label,
    /// The first characters, enough to recognise it.
    pub hint: String,
    #[serde(default)]
    pub scope: Scope,
    pub created_at: Timestamp,
    /// From then on it opens nothing.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    /// The address that used it last.
    #[serde(default)]
    pub last_used_from: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionView {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// The address it was opened from.
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
    /// The session that asks.
    pub current: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteView {
    pub id: InviteId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImageView {
    pub name: ImageName,
    pub title: String,
    /// Chosen when nothing else is.
    pub default: bool,
    /// How many nodes that the viewer may use offer it and are online.
    pub nodes: u32,
}

/// A secret that is shown once: it is stored only as a hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Created{V}"))]
pub struct Created<V, S = String> {
    #[serde(flatten)]
    pub view: V,
    pub secret: S,
}

/// A node's API key, which is shown once, and how the node knows the server.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeKey {
    /// Programs read it in the view.
    #[serde(skip_serializing)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    pub id: NodeId,
    /// Not read: a page has it from the feed, and what reads it beside other members is code of its own.
    #[serde(flatten, skip_deserializing)]
    #[cfg_attr(feature = "schema", schemars(with = "NodeView"))]
    pub view: Option<Box<NodeView>>,
    pub secret: String,
    /// `sha256:…` of the certificate that the server made for itself: what the node is given as `--server-fingerprint`.
    /// `None` where an authority vouches for the server, or nothing does.
    #[serde(default)]
    pub server_fingerprint: Option<String>,
    /// What a machine changes for another key, in place of this one: for the line that installs the node.
    pub code: EnrolmentCode,
}

/// What a visitor may know before signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Welcome {
    pub me: Option<PersonView>,
    pub sign_up: SignUpMode,
    /// Nobody has an account yet: only the set-up link opens one.
    pub needs_setup: bool,
    /// The server's time, so that the first paint says the same ages in every place.
    pub now: Timestamp,
    /// A cookie came without the key that the page keeps, so `me` is nobody: ask again with the key.
    #[serde(default)]
    pub key_wanted: bool,
    /// People reach the server over plain http from other machines: whoever is on the way reads along.
    #[serde(default)]
    pub plain_http: bool,
    /// For `curl --pinnedpubkey`: the key of the certificate that the server made for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_key_pin: Option<String>,
    /// For administrators: whose ports have a host name of the console, so that browsers send its cookie to instances.
    #[serde(default)]
    pub sharing_host: Vec<String>,
}

/// What a browser that signed in holds from now on, beside the cookie.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedIn {
    /// Not read, as the view of a [`NodeKey`].
    #[serde(flatten, skip_deserializing)]
    #[cfg_attr(feature = "schema", schemars(with = "PersonView"))]
    pub person: Option<PersonView>,
    /// Goes with every request of the session, in the header [`crate::request::SESSION_KEY`]. It is told once.
    pub session_key: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SignedIn").field("person", &self.person).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quota {
    pub used: u32,
    pub most: u32,
}
