//! Whose a public key is. Public keys are public, so whoever adds one only claims it, until it is proved.

use model::view::KeyStanding;

use crate::world::{Change, KeyProof, SshKey, World};

/// Every account's claim to a key. `fingerprint` is `SHA256:…`, which is the same however somebody writes the key.
pub fn claims<'w>(world: &'w World, fingerprint: &str) -> impl Iterator<Item = &'w SshKey> {
    world.ssh_keys.values().map(|key| &**key).filter(move |key| key.fingerprint == fingerprint)
}

/// What this claim to a key is worth, beside those of others. No order and no id decides.
pub fn standing(world: &World, key: &SshKey) -> KeyStanding {
    let others = || claims(world, &key.fingerprint).filter(|other| other.id != key.id);
    match (is_proved(key), others().any(is_proved)) {
        (true, false) => KeyStanding::Proved,
        (false, true) => KeyStanding::Foreign,
        (false, false) if others().next().is_none() => KeyStanding::Sole,
        // Two that were proved are as none: only damage to the database leads there, and a new proof leads out.
        (false, false) | (true, true) => KeyStanding::Contested,
    }
}

/// Whom a key leads to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Holder<'w> {
    /// Nobody has added it.
    Nobody,
    /// The one claim that opens anything.
    One(&'w SshKey),
    /// Several accounts claim it, and it opens nothing.
    Several,
}

pub fn holder<'w>(world: &'w World, fingerprint: &str) -> Holder<'w> {
    let mut all = claims(world, fingerprint).peekable();
    if all.peek().is_none() {
        return Holder::Nobody;
    }
    all.find(|key| opens(standing(world, key))).map_or(Holder::Several, Holder::One)
}

/// Whether a key of this standing may open anything. Of all claims to one key at most one may.
pub const fn opens(standing: KeyStanding) -> bool {
    match standing {
        KeyStanding::Proved | KeyStanding::Sole => true,
        KeyStanding::Contested | KeyStanding::Foreign => false,
    }
}

pub(crate) fn is_proved(key: &SshKey) -> bool {
    matches!(key.proof, KeyProof::At(_))
}

/// For rows from a time when nobody was asked for a proof: a key of one account counts as proved since it was added, and
/// one of several as proved by nobody. It is decided once and written down, because a claim that was withdrawn since must
/// not make a proof of another.
pub fn settle(world: &World) -> Vec<Change> {
    let unasked = world.ssh_keys.values().filter(|key| key.proof == KeyProof::NotAsked);
    let settled = unasked.map(|key| {
        let alone = claims(world, &key.fingerprint).count() == 1;
        let proof = if alone { KeyProof::At(key.created_at) } else { KeyProof::Missing };
        Change::PutSshKey(SshKey { proof, ..SshKey::clone(key) })
    });
    settled.collect()
}
