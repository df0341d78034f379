//! How often a node is listened to. Each report that changes something is a write that everybody waits for, so a node that
//! has much to say says it together.

use std::time::Duration;

use protocol::Report;
use tokio::time::Instant;

/// Reports at once, and how soon there may be one more.
const BURST: u32 = 40;
const EVERY: Duration = Duration::from_millis(250);
/// After which a report that could not be taken is tried again.
const AGAIN: Duration = Duration::from_secs(1);
/// A heartbeat that comes sooner after the last one tells nothing that is worth noting.
const BEAT: Duration = Duration::from_secs(1);

/// Of one connection.
#[derive(Debug)]
pub(super) struct Pace {
    /// When the whole burst is there again.
    full_at: Instant,
    waiting: Option<Report>,
    beat: Option<Instant>,
}

impl Pace {
    pub(super) const fn new(now: Instant) -> Self {
        Self { full_at: now, waiting: None, beat: None }
    }

    /// What is to be taken now. What is not is told together with what comes later.
    pub(super) fn report(&mut self, report: Report, now: Instant) -> Option<Report> {
        self.waiting = Some(match self.waiting.take() {
            Some(earlier) => merged(earlier, report),
            None => report,
        });
        if self.free_at() <= now { self.waiting(now) } else { None }
    }

    /// When something waits to be taken.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.as_ref().map(|_| self.free_at())
    }

    /// It could not be taken: it is told again a little later, with what came meanwhile.
    pub(super) fn refused(&mut self, report: Report, now: Instant) {
        self.waiting = Some(match self.waiting.take() {
            Some(later) => merged(report, later),
            None => report,
        });
        self.full_at = self.full_at.max(now + AGAIN + EVERY * (BURST - 1));
    }

    pub(super) fn waiting(&mut self, now: Instant) -> Option<Report> {
        let report = self.waiting.take()?;
        self.full_at = self.full_at.max(now) + EVERY;
        Some(report)
    }

    fn free_at(&self) -> Instant {
        self.full_at.checked_sub(EVERY * (BURST - 1)).unwrap_or(self.full_at)
    }

    pub(super) fn beats(&mut self, now: Instant) -> bool {
        let due = self.beat.is_none_or(|last| now >= last + BEAT);
        if due {
            self.beat = Some(now);
        }
        due
    }
}

/// The later one, with what only the earlier one tells of instances.
fn merged(earlier: Report, later: Report) -> Report {
    let told = |id| later.instances.iter().any(|report| report.instance == id);
    let mut instances: Vec<_> = earlier.instances.into_iter().filter(|report| !told(report.instance)).collect();
    instances.extend(later.instances.iter().cloned());
    Report { instances, ..later }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;
    use model::id::InstanceId;
    use model::observed::{InstanceReport, Observed};
    use model::version::{Epoch, Generation};

    fn report(sequence: u64, instances: &[u64]) -> Report {
        let of = |bits: &u64| InstanceReport {
            instance: InstanceId::from_bits(*bits),
            generation: Generation(sequence),
            observed: Observed::Unknown { since: Timestamp::UNIX_EPOCH },
            activity: None,
            problem: None,
            unopened: Vec::new(),
            closed: None,
        };
        let instances = instances.iter().map(of).collect();
        Report { epoch: Epoch(1), sequence, assignment: Generation(sequence), instances, strangers: Vec::new() }
    }

    #[test]
    fn a_node_that_never_stops_is_a_few_writes_a_second_and_its_last_word_arrives() {
        let start = Instant::now();
        let (mut pace, mut taken) = (Pace::new(start), Vec::new());
        for n in 0..10_000 {
            let now = start + Duration::from_millis(n);
            if pace.due().is_some_and(|due| due <= now) {
                taken.extend(pace.waiting(now));
            }
            taken.extend(pace.report(report(n, &[n % 3]), now));
        }
        assert!((70..=BURST as usize + 41).contains(&taken.len()), "{}", taken.len());
        let last = pace.waiting(start + Duration::from_secs(20)).unwrap();
        let mut told: Vec<(InstanceId, u64)> =
            last.instances.iter().map(|report| (report.instance, report.generation.0)).collect();
        told.sort_unstable();
        let of = InstanceId::from_bits;
        assert_eq!(told, [(of(0), 9_999), (of(1), 9_997), (of(2), 9_998)], "the newest of each instance");
        assert_eq!((last.sequence, last.assignment), (9_999, Generation(9_999)));
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn what_could_not_be_taken_is_told_again_with_what_came_meanwhile() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for n in 0..10 {
            let now = start + AGAIN * n;
            let taken = if n == 0 { pace.report(report(0, &[1, 2]), now) } else { pace.waiting(now) };
            pace.refused(taken.unwrap(), now);
            assert_eq!(pace.due(), Some(now + AGAIN));
        }
        let end = start + AGAIN * 10;
        assert_eq!(pace.report(report(9, &[2]), end - Duration::from_millis(1)), None);
        let told = pace.waiting(end).unwrap();
        let told: Vec<_> = told.instances.iter().map(|report| (report.instance, report.generation.0)).collect();
        assert_eq!(told, [(InstanceId::from_bits(1), 0), (InstanceId::from_bits(2), 9)]);
    }

    #[test]
    fn an_ordinary_node_is_heard_at_once() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for n in 0..100 {
            let now = start + Duration::from_secs(n);
            for of_second in 0..4 {
                assert!(pace.report(report(n * 4 + of_second, &[1]), now).is_some());
            }
        }
        assert!(pace.beats(start) && !pace.beats(start) && pace.beats(start + BEAT));
    }
}
