//! What rows of earlier versions need before they are served. A second look finds nothing more.

use planner::keys::settle;
use planner::world::{Change, World};

use crate::access::authority::Authority;
use crate::store::{Store, StoreError};

/// Rows that one transaction changes. A certificate is about a kilobyte.
const AT_ONCE: usize = 500;

/// Keys are settled, and instances have a certificate of the form that is given now. A running instance shows it at its
/// next connection: its node writes the file, and sshd reads it for each.
pub(crate) async fn bring_up(store: &mut Store, world: &mut World, authority: &Authority) -> Result<(), StoreError> {
    let mut changes = settle(world);
    changes.extend(world.instances.values().filter_map(|instance| {
        let owner = world.people.get(&instance.owner)?;
        authority.recertified(instance, &owner.username).map(|instance| Change::PutInstance(Box::new(instance)))
    }));
    for some in changes.chunks(AT_ONCE) {
        store.commit(some, world).await?;
        world.apply_all(some.iter().cloned());
    }
    if !changes.is_empty() {
        tracing::info!(rows = changes.len(), "rows of an earlier version were brought up to date");
    }
    Ok(())
}
