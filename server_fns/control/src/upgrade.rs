//! What rows of earlier versions need before they are served. A second look finds nothing more.

use planner::keys::settle;
use planner::world::{Change, World};

use crate::auth::ssh_key::reread;
use crate::authority::Authority;
use crate::store::{Store, StoreError};

/// Rows that one transaction changes. A certificate is about a kilobyte.
const AT_ONCE: usize = 500;

/// Keys are as the parser of this version reads them, so that logins find them, and settled. Instances have a certificate of
/// the form that is given now. A running instance shows it at its next connection: its node writes the file, and sshd reads
/// it for each.
pub(crate) async fn bring_up(store: &mut Store, world: &mut World, authority: &Authority) -> Result<(), StoreError> {
    // One after the other, because each looks at those that were read before it.
    for id in world.ssh_keys.keys().copied().collect::<Vec<_>>() {
        if let Some(key) = world.ssh_keys.get(&id).and_then(|row| reread(world, row)) {
            tracing::info!(key = %id, fingerprint = %key.fingerprint, "an SSH key is read otherwise than by an earlier version");
            let change = [Change::PutSshKey(key)];
            store.commit(&change, world).await?;
            world.apply_all(change);
        }
    }
    let mut changes = settle(world);
    changes.extend(world.instances.values().filter_map(|instance| {
        let owner = world.people.get(&instance.owner)?;
        authority.recertified(instance, &owner.username).map(|instance| Change::PutInstance(Box::new(instance)))
    }));
    for some in changes.chunks(AT_ONCE) {
        store.commit(some, world).await?;
        world.apply_all(some.iter().cloned());
    }
    let lines = store.take_over_events(world).await?;
    if lines > 0 {
        tracing::info!(lines, "what earlier versions wrote of instances stands in the activity log now");
    }
    if !changes.is_empty() {
        tracing::info!(rows = changes.len(), "rows of an earlier version were brought up to date");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::id::{PersonId, SshKeyId};
    use model::request::Settings;
    use planner::clock::Instant;
    use planner::guest::{Guest, guest};
    use planner::world::{KeyProof, SshKey};

    use super::*;
    use crate::store::Location;
    use crate::store::tests::{person, run};

    fn key(id: u64, person: u64, of: &str, proof: KeyProof) -> Change {
        Change::PutSshKey(SshKey {
            id: SshKeyId::from_bits(id),
            person: PersonId::from_bits(person),
            name: "laptop".parse().unwrap(),
            algorithm: "ssh-ed25519".to_owned(),
            fingerprint: format!("SHA256:{of}"),
            public_key: format!("ssh-ed25519 {of}"),
            created_at: Timestamp::UNIX_EPOCH,
            proof,
            may_manage: true,
            by_token: false,
        })
    }

    /// Another parser than today's wrote it down, so only what it reads from the line finds the key.
    async fn read_anew() {
        const LINE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKguUnd+6QK7sKSZsaBby2QE3zQGV5jS6lESXhh5PjYG";
        const SHOWN: &str = "SHA256:7sMxkt0z6aBXVccKVGMYJyOoCvELFugmG5e3Y0SzNiA";
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        let authority = Authority::new(&world.identity.secret).unwrap();
        let Change::PutSshKey(key) = key(1, 1, "otherwise", KeyProof::Missing) else { panic!("a key") };
        let before = [person(1, "ada"), Change::PutSshKey(SshKey { public_key: format!("{LINE} ada@home"), ..key })];
        store.commit(&before, &world).await.unwrap();
        world.apply_all(before);
        assert_eq!(guest(&world, "ada", SHOWN), None);
        bring_up(&mut store, &mut world, &authority).await.unwrap();
        assert!(matches!(guest(&world, "ada", SHOWN), Some(Guest::Visitor(_))));
        let stored = store.load(Instant::default()).await.unwrap();
        assert_eq!(stored.ssh_keys, world.ssh_keys, "what is served is what is stored");
        assert_eq!(stored.ssh_keys.values().next().unwrap().public_key, LINE);
    }

    #[test]
    fn a_key_that_was_read_otherwise_is_found_again() {
        run(read_anew());
    }

    async fn settled_once() {
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        let authority = Authority::new(&world.identity.secret).unwrap();
        let before = [
            person(1, "ada"),
            person(2, "eve"),
            person(3, "bob"),
            key(1, 1, "both", KeyProof::NotAsked),
            key(2, 2, "both", KeyProof::NotAsked),
            key(3, 3, "lone", KeyProof::NotAsked),
        ];
        store.commit(&before, &world).await.unwrap();
        world.apply_all(before);
        bring_up(&mut store, &mut world, &authority).await.unwrap();
        let stored = store.load(Instant::default()).await.unwrap();
        assert_eq!(stored.ssh_keys, world.ssh_keys, "what is served is what is stored");
        let proofs: Vec<KeyProof> = stored.ssh_keys.values().map(|key| key.proof).collect();
        assert_eq!(proofs, [KeyProof::Missing, KeyProof::Missing, KeyProof::At(Timestamp::UNIX_EPOCH)]);
        // Whatever decides, the store itself holds no key that is proved twice.
        let twice = store.commit(&[key(4, 1, "lone", KeyProof::At(Timestamp::UNIX_EPOCH))], &world).await;
        assert!(matches!(twice, Err(StoreError::Claimed(_))), "{twice:?}");
    }

    #[test]
    fn keys_of_one_account_are_proved_and_those_of_several_are_not() {
        run(settled_once());
    }
}
