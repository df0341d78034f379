//! The end of the activity log, as far as this process has written it. What is older is in the store alone.

use std::sync::Arc;

use imbl::Vector;
use model::event::{Event, Happening, Subject};
use model::id::InstanceId;
use model::version::EventNumber;

use crate::clock::Now;
use crate::limits::RECENT_EVENTS;
use crate::world::Change;

mod chatter;

use chatter::Chatter;

/// A clone of it costs as much as a pointer.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// The highest number that was ever given.
    pub newest: EventNumber,
    /// How often a line was written by this process.
    written: u64,
    /// As they were written, the last one last. A line that was counted up stands where it was written again.
    recent: Vector<Arc<Event>>,
    chatter: Chatter,
}

impl Log {
    /// A log of which everything up to that number is in the store.
    pub fn from(newest: EventNumber) -> Self {
        Self { newest, ..Self::default() }
    }

    pub(super) fn put(&mut self, event: Event) {
        if event.number <= self.newest {
            self.take(event.number);
        }
        self.newest = self.newest.max(event.number);
        self.chatter.note(&event);
        self.written += 1;
        self.recent.push_back(Arc::new(event));
        while self.recent.len() > RECENT_EVENTS {
            self.recent.pop_front();
        }
    }

    pub(super) fn take(&mut self, number: EventNumber) {
        self.recent.retain(|known| known.number != number);
    }

    /// What happened now, as lines that are numbered on from those that are there. What nodes bring about beyond their
    /// measure counts one line up, so that a line may come several times; the last one holds.
    pub(crate) fn lines(&self, happenings: Vec<Happening>, now: Now) -> impl Iterator<Item = Change> + use<> {
        let (mut chatter, mut newest) = (self.chatter.clone(), self.newest);
        let line = move |happening| chatter.line(happening, now.wall, &mut newest);
        happenings.into_iter().map(line).map(|event| Change::PutEvent(Box::new(event)))
    }

    /// What was written after `before`, the last first, as far as it is at hand.
    pub fn since<'a>(&'a self, before: &Self) -> impl Iterator<Item = &'a Arc<Event>> + use<'a> {
        let more = usize::try_from(self.written.saturating_sub(before.written)).unwrap_or(usize::MAX);
        self.recent.iter().rev().take(more)
    }

    /// Those of one instance, the last one last.
    pub fn of_instance(&self, instance: InstanceId) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let about = move |event: &&Arc<Event>| match event.happening.subject {
            Subject::Instance { id, .. } => id == instance,
            Subject::Node { .. } | Subject::Account { .. } | Subject::Installation => false,
        };
        self.recent.iter().filter(about)
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::event::{Cause, EventKind, Way, Who};

    use super::*;

    fn event(number: u64) -> Event {
        let cause = Cause { who: Who::Dockhost, way: Way::None, address: None };
        let (subject, kind) = (Subject::Installation, EventKind::Invited);
        let happening = Happening { cause, subject, owner: None, node: None, kind };
        Event { number: EventNumber(number), at: Timestamp::UNIX_EPOCH, happening }
    }

    fn numbers<'a>(events: impl Iterator<Item = &'a Arc<Event>>) -> Vec<u64> {
        events.map(|event| event.number.0).collect()
    }

    #[test]
    fn it_keeps_the_last_ones_and_counts_on() {
        let mut log = Log::from(EventNumber(10));
        let end = 10 + RECENT_EVENTS as u64 + 5;
        (11..=end).for_each(|number| log.put(event(number)));
        assert_eq!(log.newest, EventNumber(end));
        assert_eq!(log.recent.len(), RECENT_EVENTS);
        assert_eq!(log.recent.front().unwrap().number, EventNumber(end - RECENT_EVENTS as u64 + 1));
        let before = log.clone();
        log.put(event(end + 1));
        log.put(event(end - 1));
        assert_eq!(numbers(log.since(&before)), [end - 1, end + 1], "also one that is counted up");
        assert_eq!((log.newest, before.newest), (EventNumber(end + 1), EventNumber(end)));
        assert_eq!(numbers(before.since(&log)), [0; 0]);
    }
}
