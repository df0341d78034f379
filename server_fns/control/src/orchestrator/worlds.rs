//! The newest world, and who is woken by it.

use std::sync::Arc;

use planner::world::World;
use tokio::sync::watch;
use tokio::sync::watch::error::RecvError;
use tokio::time::Instant;

/// Where the writing task shows its world.
pub(super) struct WorldSender {
    newest: watch::Sender<Arc<World>>,
    changes: watch::Sender<()>,
}

impl WorldSender {
    pub(super) fn new(world: World) -> (Self, Worlds) {
        let (newest, seen) = watch::channel(Arc::new(world));
        let (changes, told) = watch::channel(());
        (Self { newest, changes }, Worlds { newest: seen, changes: told })
    }

    /// Whoever reads reads this one from now on. Of what nodes say of themselves only those are told who look at that.
    pub(super) fn put(&self, world: &World) {
        self.newest.send_replace(Arc::new(world.clone()));
    }

    /// Rows or connections changed: everybody who waits for that is told.
    pub(super) fn tell(&self) {
        self.changes.send_replace(());
    }
}

/// Tells of each change of the world; a slow reader is told of the newest only. A heartbeat by which nothing is decided
/// is none, and yet what is read knows of it.
#[derive(Clone)]
pub(crate) struct Worlds {
    newest: watch::Receiver<Arc<World>>,
    changes: watch::Receiver<()>,
}

impl Worlds {
    /// The newest world whose changes are on disk.
    pub(crate) fn borrow(&self) -> Arc<World> {
        self.newest.borrow().clone()
    }

    /// The same; its changes count as told.
    pub(crate) fn borrow_and_update(&mut self) -> Arc<World> {
        self.changes.borrow_and_update();
        self.newest.borrow_and_update().clone()
    }

    pub(crate) fn mark_changed(&mut self) {
        self.changes.mark_changed();
    }

    /// Waits for the next change. Without one the server is stopping.
    pub(crate) async fn changed(&mut self) -> Result<(), RecvError> {
        self.changes.changed().await
    }

    /// Waits for the next change, or for a word of a node that comes after `due` or waits by then.
    pub(crate) async fn changed_or_heard(&mut self, due: Instant) -> Result<(), RecvError> {
        let heard = async {
            tokio::time::sleep_until(due).await;
            self.newest.changed().await
        };
        tokio::select! {
            changed = self.changes.changed() => changed,
            heard = heard => heard,
        }
    }

    /// Waits for a world of which this holds; the one of now counts.
    pub(crate) async fn wait_for(&mut self, mut holds: impl FnMut(&World) -> bool) -> Result<(), RecvError> {
        while !holds(&self.borrow_and_update()) {
            self.changed().await?;
        }
        Ok(())
    }
}
