//! SSH public keys.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{PersonId, SshKeyId};
use model::name::Label;
use planner::world::{KeyProof, SshKey};

use crate::store::claim::Claims;
use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct SshKeyRow {
    id: SshKeyId,
    person: PersonId,
    name: Label,
    algorithm: String,
    fingerprint: String,
    public_key: String,
    created_at: Timestamp,
    #[serde(default)]
    proof: ProofRow,
    /// Every key could until somebody said otherwise.
    #[serde(default = "yes")]
    may_manage: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    by_token: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ProofRow {
    #[default]
    NotAsked,
    Missing,
    At(Timestamp),
}

const fn yes() -> bool {
    true
}

impl Stored for SshKey {
    const TABLE: &'static str = "ssh_key";
    const SINCE: u32 = 1;
    type Row = SshKeyRow;

    fn id(key: &SshKeyId) -> String {
        key.to_string()
    }

    fn claims(&self) -> Claims {
        let proved = matches!(self.proof, KeyProof::At(_)).then(|| format!("proved-key {}", self.fingerprint));
        [format!("ssh-key {} {}", self.person, self.fingerprint)].into_iter().chain(proved).collect()
    }
}

impl From<&SshKey> for SshKeyRow {
    fn from(row: &SshKey) -> Self {
        let SshKey { id, person, name, algorithm, fingerprint, public_key, created_at, proof, may_manage, by_token } =
            row.clone();
        let proof = proof.into();
        Self { id, person, name, algorithm, fingerprint, public_key, created_at, proof, may_manage, by_token }
    }
}

impl From<SshKeyRow> for SshKey {
    fn from(row: SshKeyRow) -> Self {
        let SshKeyRow { id, person, name, algorithm, fingerprint, public_key, created_at, proof, may_manage, by_token } =
            row;
        let proof = proof.into();
        Self { id, person, name, algorithm, fingerprint, public_key, created_at, proof, may_manage, by_token }
    }
}

impl From<KeyProof> for ProofRow {
    fn from(proof: KeyProof) -> Self {
        match proof {
            KeyProof::NotAsked => Self::NotAsked,
            KeyProof::Missing => Self::Missing,
            KeyProof::At(at) => Self::At(at),
        }
    }
}

impl From<ProofRow> for KeyProof {
    fn from(row: ProofRow) -> Self {
        match row {
            ProofRow::NotAsked => Self::NotAsked,
            ProofRow::Missing => Self::Missing,
            ProofRow::At(at) => Self::At(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As c7ae5ab wrote it.
    #[test]
    fn a_row_from_before_proofs_was_not_asked_for_one_and_may_manage() {
        let stored = serde_json::json!({
            "id": "k-00000000000000aa", "person": "p-00000000000000aa", "name": "laptop", "algorithm": "ssh-ed25519",
            "fingerprint": "SHA256:x", "public_key": "ssh-ed25519 AAAA", "created_at": "2026-11-27T12:00:00Z",
        });
        let key = SshKey::from(serde_json::from_value::<SshKeyRow>(stored).unwrap());
        assert_eq!((key.proof, key.may_manage), (KeyProof::NotAsked, true));
        for proof in [KeyProof::Missing, KeyProof::At(key.created_at)] {
            let key = SshKey { proof, may_manage: false, by_token: true, ..key.clone() };
            let again: SshKeyRow =
                serde_json::from_value(serde_json::to_value(SshKeyRow::from(&key)).unwrap()).unwrap();
            assert_eq!(SshKey::from(again), key);
        }
    }
}
