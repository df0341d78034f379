//! Everything a decision of the main server may read: the stored rows, and what is known of each
//! node's connection. A `World` is changed only by [`World::apply`], after the change was committed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::Timestamp;
use model::assignment::Assignment;
use model::enrolment::EnrolmentUse;
use model::event::Event;
use model::feature::Features;
use model::forward::Unopened;
use model::host_key::HostKey;
use model::id::{ClusterId, InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::instance::{DesiredState, InstanceSpec};
use model::link::Measurement;
use model::name::{EmailAddress, Label, Username};
use model::node::{Availability, NodeFacts, NodeSettings};
use model::observed::{Activity, Observed, Problem};
use model::port::{ContainerPort, PortBlock, PortRange};
use model::request::Settings;
use model::scope::Scope;
use model::stranger::Stranger;
use model::version::{Epoch, Era, EventNumber, Generation, Incarnation, Restarts};

use crate::clock::Instant;
use crate::command::Answer;
use crate::telemetry::Telemetry;
use index::{Grouped, Index};
use kind::Held;

/// A map in the order of its keys. A clone of it costs as much as a pointer, and a change of one of the two copies the few
/// entries around what changes.
pub use imbl::OrdMap;
use imbl::OrdSet;
pub use kind::{Kind, Rows, Table};
pub use log::Log;
pub use looked_after::LookedAfter;
pub(crate) use looked_after::RowsThen;

mod apply;
mod index;
mod kind;
mod link;
mod log;
mod looked_after;
mod lookup;
mod machine;

/// Every table, once: the field of a [`World`] with its rows, the type of a row, the type of that field, a row's key, the
/// changes that put one and drop one, and what else the world then does. To act on each table, pass a macro of your own,
/// as [`World`] does here and the store does where it loads, writes, backs up and makes tables. What the store adds to a
/// table is its `Stored`, in `control/src/store/rows`.
#[macro_export]
macro_rules! tables {
    ($each:ident) => {
        $each! {
            people: Person { Table<PersonId, Person>, |row| row.id, PutPerson(Person), DropPerson(PersonId) }
                then moved_person;
            sessions: Session { Table<SessionId, Session>, |row| row.id, PutSession(Session), DropSession(SessionId) }
                then moved_session;
            tokens: Token { Table<TokenId, Token>, |row| row.id, PutToken(Token), DropToken(TokenId) } then moved_token;
            invites: Invite { Table<InviteId, Invite>, |row| row.id, PutInvite(Invite), DropInvite(InviteId) };
            ssh_keys: SshKey { Table<SshKeyId, SshKey>, |row| row.id, PutSshKey(SshKey), DropSshKey(SshKeyId) };
            nodes: Node { Table<NodeId, Node>, |row| row.id, PutNode(Box<Node>), DropNode(NodeId) } then moved_node;
            // Tombstones among them: they hold name, ports and quota until the node confirms that the container is gone, or
            // a person gives up waiting for that. Then the row is dropped.
            instances: Instance {
                Table<InstanceId, Instance>, |row| row.id, PutInstance(Box<Instance>), DropInstance(InstanceId)
            } then moved_instance;
            // Of each account, those of the last hour in which there were any.
            failed_sign_ins: FailedSignIns {
                Table<PersonId, FailedSignIns>, |row| row.person, PutFailedSignIns(FailedSignIns),
                DropFailedSignIns(PersonId)
            };
            // Answers to commands that had an idempotency key.
            idempotency: Idempotency {
                Table<(PersonId, String), Idempotency>, |row| (row.person, row.key.clone()),
                PutIdempotency(Idempotency), DropIdempotency((PersonId, String))
            };
        }
    };
}

macro_rules! world {
    ($($rows:ident: $row:ident { $table:ty, $key:expr, $put:ident($held:ty), $drop:ident($id:ty) } $(then $then:ident)?;)*) => {
        /// Readers keep the one they were given. A clone shares all rows, however many there are.
        #[derive(Debug, Clone)]
        pub struct World {
            pub cluster: ClusterId,
            pub era: Era,
            pub settings: Settings,
            /// By what this installation is known to SSH clients and to instances.
            pub identity: Identity,
            $(pub $rows: $table,)*
            /// The end of the activity log, whose lines are in the store alone.
            pub log: Log,
            /// Not stored: what this process knows of each node's connection.
            pub links: OrdMap<NodeId, Link>,
            /// Not stored: what each node said of itself last, with every heartbeat.
            pub telemetry: Telemetry,
            /// Not stored: why a machine was refused with a node's key since its last connection, for the node's owner.
            pub alarms: OrdMap<NodeId, String>,
            /// Not stored: the forwards that this process cannot listen for itself.
            pub unopened: OrdMap<InstanceId, Vec<Unopened>>,
            /// Not stored: the assignment that this process last sent to each connected node.
            pub published: OrdMap<NodeId, Arc<Assignment>>,
            /// Not stored: of which rows those assignments were made.
            pub looked_after: LookedAfter,
            /// When this process began to listen: every node has a full lease from here.
            pub started: Instant,
            /// Not stored: rows by the hashes of their secrets, people by their usernames, and instances by node and by owner.
            pub found_by: FoundBy,
        }

        /// One row that changes. What a person asked for is a list of these, committed together.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Change {
            PutSettings(Settings),
            /// A new line of the log, or one that is counted up.
            PutEvent(Box<Event>),
            /// A line that is older than they are kept, or one of before the log was typed.
            DropEvent(Box<Event>),
            $($put($held), $drop($id),)*
        }

        impl World {
            /// A world without rows, for a process that begins to listen at `started`.
            pub fn new(cluster: ClusterId, era: Era, settings: Settings, started: Instant) -> Self {
                Self {
                    cluster,
                    era,
                    settings,
                    identity: Default::default(),
                    $($rows: Default::default(),)*
                    log: Default::default(),
                    links: Default::default(),
                    telemetry: Default::default(),
                    alarms: Default::default(),
                    unopened: Default::default(),
                    published: Default::default(),
                    looked_after: Default::default(),
                    started,
                    found_by: Default::default(),
                }
            }

            /// Takes over one change. Rows may come in any order, so loading the store is applying its rows.
            pub fn apply(&mut self, change: Change) {
                match change {
                    Change::PutSettings(settings) => self.settings = settings,
                    Change::PutEvent(event) => self.log.put(*event),
                    Change::DropEvent(event) => self.log.take(event.number),
                    $(Change::$put(held) => {
                        let row = Held::<$row>::row(held);
                        let key = row.key();
                        let _old = self.$rows.replace(&key, Some(row));
                        $(self.$then(&key, _old.as_deref());)?
                    }
                    Change::$drop(key) => {
                        let _old = Rows::<$row>::replace(&mut self.$rows, &key, None);
                        $(self.$then(&key, _old.as_deref());)?
                    })*
                }
            }
        }

        $(impl Kind for $row {
            type Key = $id;

            fn key(&self) -> $id {
                let key: fn(&Self) -> $id = $key;
                key(self)
            }

            fn rows(world: &World) -> &impl Rows<Self> {
                &world.$rows
            }

            fn put(self) -> Change {
                Change::$put(self.into())
            }
        })*
    };
}

tables!(world);

/// Kept by [`World::apply`] alone.
#[derive(Debug, Clone, Default)]
pub struct FoundBy {
    username: Index<PersonId>,
    session: Index<SessionId>,
    session_key: Index<SessionId>,
    token: Index<TokenId>,
    node_key: Index<NodeId>,
    enrolment: Index<NodeId>,
    on_node: Grouped<NodeId, InstanceId>,
    of_person: Grouped<PersonId, InstanceId>,
    /// By owner and name.
    name: Index<InstanceId>,
    /// See [`World::troubled`].
    troubled: OrdSet<InstanceId>,
}

/// Made once for each installation, and carried on by a backup.
#[derive(Clone, Default, PartialEq)]
pub struct Identity {
    /// 32 bytes in hex, from which every key of the installation is derived.
    pub secret: String,
    /// `type base64`: with this key the gateway logs in to instances.
    pub gateway_key: String,
    /// `host:port` under which people reach the gateway; empty if there is none. Not stored.
    pub ssh_address: String,
    /// `scheme://domain[:port]` below which apps are reached; empty if there is none. Not stored.
    pub apps_address: String,
    /// `sha256:…` of the certificate that the main server made for itself, if it did. Not stored.
    pub server_fingerprint: Option<String>,
    /// `sha256//…` of the public key in it, which is how `curl` names what it trusts. Not stored.
    pub server_key_pin: Option<String>,
    /// The main server's own host ports for instances, if there are any. Not stored.
    pub server_ports: Option<ServerPorts>,
    /// Where the main server listens for people, nodes and SSH clients. Not stored.
    pub listens: Vec<SocketAddr>,
    /// Of which machine's network it is; see [`NodeFacts::network`]. Not stored.
    pub network: String,
}

/// The main server's own host ports, which lead into instances through the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPorts {
    pub range: PortRange,
    /// Where it listens; `0.0.0.0` is every IPv4 address.
    pub bind: IpAddr,
    /// The host name under which people reach it.
    pub host: String,
}

/// Without the secret, which must not get into a log.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("gateway_key", &self.gateway_key).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub username: Username,
    pub email: EmailAddress,
    /// An argon2id PHC string.
    pub password_hash: String,
    pub administrator: bool,
    /// Since when nothing of theirs opens anything; see [`crate::credentials`].
    pub suspended: Option<Timestamp>,
    /// Since when they wait for an administrator to remove the account.
    pub asks_removal_since: Option<Timestamp>,
    /// The link that was last made for another password, until one is set.
    pub reset: Option<Reset>,
    pub created_at: Timestamp,
}

/// A link that sets another password, once.
#[derive(Debug, Clone, PartialEq)]
pub struct Reset {
    /// SHA-256 of the secret in it, in hex.
    pub secret_hash: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub person: PersonId,
    /// SHA-256 of the cookie's value, in hex.
    pub secret_hash: String,
    /// SHA-256 of the key that the page keeps, in hex; empty of a session from a time without keys, which opens nothing.
    pub key_hash: String,
    pub created_at: Timestamp,
    /// When the person last gave their password in it.
    pub proved_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub address: String,
    pub agent: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub id: TokenId,
    pub person: PersonId,
    pub name: Label,
    pub hint: String,
    pub secret_hash: String,
    pub scope: Scope,
    pub created_at: Timestamp,
    /// From then on it opens nothing.
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    /// The address that used it then.
    pub last_used_from: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Invite {
    pub id: InviteId,
    pub secret_hash: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SshKey {
    pub id: SshKeyId,
    pub person: PersonId,
    pub name: Label,
    pub algorithm: String,
    pub fingerprint: String,
    /// `type base64`, re-serialised from what was parsed, without options or comment.
    pub public_key: String,
    pub created_at: Timestamp,
    pub proof: KeyProof,
    /// Its holder may use the lobby and jump to every instance of the account. Without it, the key opens the instances
    /// for which it is ticked, and nothing else.
    pub may_manage: bool,
}

/// Whether an account has proved to hold a key that it added. What follows from it is [`crate::keys::standing`]'s to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyProof {
    /// The row is from a time when nobody was asked; see [`crate::keys::settle`].
    #[default]
    NotAsked,
    Missing,
    At(Timestamp),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: NodeId,
    /// `None`: the installation's own. It was enrolled on the server itself, takes everybody's instances and
    /// is managed by administrators.
    pub owner: Option<PersonId>,
    pub settings: NodeSettings,
    pub availability: Availability,
    /// SHA-256 of the API key, in hex.
    pub key_hash: String,
    /// Of the last connection that was welcomed; grows and is stored before each welcome.
    pub epoch: Epoch,
    /// The machine that used the key last; see `protocol::Hello::machine`.
    pub machine: Option<String>,
    /// When another machine took over the key, the newest last.
    pub takeovers: Vec<Timestamp>,
    /// Machines took turns with the key, so each is refused until a person decides.
    pub frozen: bool,
    /// Of the last assignment that was published.
    pub generation: Generation,
    pub facts: Option<NodeFacts>,
    /// What its program can do, as it announced when it last connected; see [`crate::feature`].
    pub features: Features,
    /// The address its channel last came from.
    pub peer_address: Option<String>,
    pub last_seen_at: Option<Timestamp>,
    /// It has been ready for instances once, so nobody needs to be told any more how to connect it.
    pub was_ready: bool,
    /// The code that was last made for it, until it is withdrawn.
    pub enrolment: Option<Enrolment>,
    pub created_at: Timestamp,
}

/// A code that one machine may change for the API key of its node, once. It goes with the node's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// SHA-256 of the code, in hex.
    pub code_hash: String,
    pub expires_at: Timestamp,
    /// It opens nothing any more. Whoever shows it again is told when it was used, and from where.
    pub used: Option<EnrolmentUse>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    pub id: InstanceId,
    pub owner: PersonId,
    pub spec: InstanceSpec,
    pub node: NodeId,
    pub host_ports: PortBlock,
    /// Blocks on which the node found a foreign program; not tried again for this instance.
    pub clashed: Vec<PortBlock>,
    pub desired: DesiredState,
    /// Grows with every change of what is wished.
    pub generation: Generation,
    pub wished_at: Timestamp,
    pub incarnation: Incarnation,
    pub restarts: Restarts,
    pub host_key: HostKey,
    /// A container of this incarnation was seen, so a missing one is lost and not yet to be made.
    pub was_present: bool,
    pub created_at: Timestamp,
    pub report: LastReport,
}

/// What the node last said of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct LastReport {
    pub observed: Observed,
    /// The generation of the wish that the node was acting on.
    pub generation: Generation,
    pub activity: Option<Activity>,
    pub problem: Option<Problem>,
    /// The forwards of that wish that the node could not open.
    pub unopened: Vec<Unopened>,
    /// On whose host ports of the block nothing listened; `None` of a node that cannot close any.
    pub closed: Option<Vec<ContainerPort>>,
    /// How many of the restarts that were asked for stood in that wish.
    pub restarts: Restarts,
    /// Since when the node has said so: when this server first heard it.
    pub at: Timestamp,
}

/// Wrong passwords for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSignIns {
    pub person: PersonId,
    /// The full hour in which they came.
    pub hour: Timestamp,
    pub times: u32,
    /// The line of the log that counts them.
    pub number: EventNumber,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Idempotency {
    pub person: PersonId,
    pub key: String,
    /// SHA-256 of the request, in hex: the same key with another request is refused.
    pub request_hash: String,
    pub answer: Answer,
    pub at: Timestamp,
}

/// What this process knows of a node's connection, beside what changes with every heartbeat.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub epoch: Epoch,
    pub connected: bool,
    pub since: Timestamp,
    pub strangers: Vec<Stranger>,
    /// What the link carried when a person last had it measured. It outlives the connection.
    pub measurement: Option<Measurement>,
}
