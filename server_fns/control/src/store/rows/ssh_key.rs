//! SSH public keys.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{PersonId, SshKeyId};
use model::name::Label;
use planner::world::SshKey;

use crate::store::row::{Row, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct SshKeyRow {
    id: SshKeyId,
    person: PersonId,
    name: Label,
    algorithm: String,
    fingerprint: String,
    public_key: String,
    created_at: Timestamp,
}

impl Row for SshKeyRow {
    const TABLE: Table = Table::SshKey;
}

impl From<&SshKey> for SshKeyRow {
    fn from(row: &SshKey) -> Self {
        let SshKey { id, person, name, algorithm, fingerprint, public_key, created_at } = row.clone();
        Self { id, person, name, algorithm, fingerprint, public_key, created_at }
    }
}

impl From<SshKeyRow> for SshKey {
    fn from(row: SshKeyRow) -> Self {
        let SshKeyRow { id, person, name, algorithm, fingerprint, public_key, created_at } = row;
        Self { id, person, name, algorithm, fingerprint, public_key, created_at }
    }
}
