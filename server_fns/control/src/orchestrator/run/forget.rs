//! Lines of the activity log go when they are older than the settings say, some at a time, so that nobody waits for it.

use std::time::Duration;

use model::event::Event;
use planner::clock::Instant;
use planner::world::Change;

use super::Loop;
use crate::limits;
use crate::store::{Of, Order, StoreError};

impl Loop {
    /// Drops some, and says when to look again.
    pub(super) async fn forget(&mut self) -> Instant {
        let now = self.clock.now();
        let pause = match self.forget_some().await {
            Ok(true) => limits::FORGET_MORE,
            Ok(false) => limits::FORGET_EVERY,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old lines of the activity log were not dropped"
                );
                limits::FORGET_EVERY
            }
        };
        Instant(now.mono.0 + pause)
    }

    /// Whether there may be more.
    async fn forget_some(&mut self) -> Result<bool, StoreError> {
        let days = u64::from(self.world.settings.keep_events_days);
        let oldest = self.clock.now().wall - Duration::from_secs(days * 24 * 3600);
        let lines = self.store.log().read(Of::Everything, Order::After(self.forgotten), limits::FORGET_AT_ONCE).await?;
        let more = lines.len() == limits::FORGET_AT_ONCE;
        // A wall clock that was set back has made lines that look old behind younger ones: they wait for those.
        let old: Vec<Event> = lines.into_iter().take_while(|line| line.at < oldest).collect();
        let more = more && old.len() == limits::FORGET_AT_ONCE;
        let last = old.last().map(|line| line.number);
        let drops: Vec<Change> = old.into_iter().map(|line| Change::DropEvent(Box::new(line))).collect();
        self.store.commit(&drops, &self.world).await?;
        self.world.apply_all(drops);
        self.forgotten = last.unwrap_or(self.forgotten);
        Ok(more)
    }
}
