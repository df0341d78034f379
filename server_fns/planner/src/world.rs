//! Everything a decision of the main server may read: the stored rows, and what is known of each
//! node's connection. A `World` is changed only by [`World::apply`], after the change was committed.

use std::sync::Arc;

use model::Timestamp;
use model::assignment::Assignment;
use model::event::Event;
use model::forward::Unopened;
use model::id::{ClusterId, InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::link::Measurement;
use model::request::Settings;
use model::stranger::Stranger;
use model::version::{Epoch, Era};

use crate::clock::Instant;
use crate::command::Answer;
use crate::telemetry::Telemetry;
use index::{Grouped, Index};
use kind::Held;

pub use identity::{Identity, ServerPorts};
/// A map in the order of its keys. A clone of it costs as much as a pointer, and a change of one of the two copies the few
/// entries around what changes.
pub use imbl::OrdMap;
use imbl::OrdSet;
pub use instance::{Instance, LastReport};
pub use kind::{Kind, Rows, Table};
pub use log::Log;
pub use looked_after::LookedAfter;
pub(crate) use looked_after::RowsThen;
pub use node::{Enrolment, Node, Publication};
pub use person::{FailedSignIns, Invite, KeyProof, Person, Reset, Session, SshKey, Token};

mod apply;
mod identity;
mod index;
mod instance;
mod kind;
mod link;
mod log;
mod looked_after;
mod lookup;
mod machine;
mod node;
mod person;

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
            publications: Publication {
                Table<NodeId, Publication>, |row| row.node, PutPublication(Publication), DropPublication(NodeId)
            };
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
