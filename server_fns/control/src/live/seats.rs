//! How many feeds one person may follow at once, and what all of them show, which is found out once for each world.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::id::PersonId;
use model::live::LiveChange;
use model::refusal::{Refusal, RefusalCode};
use planner::view::LivePage;
use planner::world::World;

/// Each is a tab.
const MAX: usize = 50;

#[derive(Debug, Clone, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<PersonId, Held>>>);

#[derive(Debug, Default)]
struct Held {
    count: usize,
    seen: Arc<Mutex<Option<Seen>>>,
}

/// What the person sees in that world, and what of it is otherwise than in the world before.
#[derive(Debug)]
struct Seen {
    world: Arc<World>,
    shown: Option<Arc<LivePage>>,
    news: Option<News>,
}

/// What makes one page another one, written down once for all tabs.
#[derive(Debug, Clone)]
pub(super) struct News {
    from: Arc<LivePage>,
    changes: Arc<str>,
}

impl News {
    fn between(from: &Arc<LivePage>, to: &LivePage) -> Self {
        Self { from: Arc::clone(from), changes: written(&from.changes_to(to)) }
    }

    /// What makes the page `told` into `seen`, a list as JSON. A tab that skipped a world has other news than most.
    pub(super) fn changes(news: Option<Self>, told: &Arc<LivePage>, seen: &LivePage) -> Arc<str> {
        match news.filter(|news| Arc::ptr_eq(&news.from, told)) {
            Some(news) => news.changes,
            None => written(&told.changes_to(seen)),
        }
    }
}

fn written(changes: &[LiveChange]) -> Arc<str> {
    serde_json::to_string(changes).unwrap_or_default().into()
}

/// Dropping it frees it.
#[derive(Debug)]
pub(super) struct Seat {
    of: Seats,
    person: PersonId,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl Seats {
    pub(super) fn take(&self, person: PersonId) -> Result<Seat, Refusal> {
        let mut all = self.all();
        let held = all.entry(person).or_default();
        if held.count >= MAX {
            let message = format!("You follow this server in {MAX} tabs already. Close one of them.");
            return Err(Refusal::new(RefusalCode::RateLimited, message));
        }
        held.count += 1;
        Ok(Seat { of: self.clone(), person, seen: Arc::clone(&held.seen) })
    }

    fn all(&self) -> MutexGuard<'_, HashMap<PersonId, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// What the person sees in the world; the first of the tabs to ask finds out, from what was seen last.
    pub(super) fn see(
        &self,
        world: &Arc<World>,
        find_out: impl FnOnce(Option<&LivePage>) -> Option<LivePage>,
    ) -> Option<(Arc<LivePage>, Option<News>)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.as_ref().filter(|seen| Arc::ptr_eq(&seen.world, world)) {
            Some(seen) => Some((seen.shown.clone()?, seen.news.clone())),
            None => {
                let last = seen.as_ref().and_then(|seen| seen.shown.clone());
                let shown = find_out(last.as_deref()).map(Arc::new);
                let news = last.as_ref().zip(shown.as_deref()).map(|(last, shown)| News::between(last, shown));
                *seen = Some(Seen { world: Arc::clone(world), shown: shown.clone(), news: news.clone() });
                Some((shown?, news))
            }
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.of.all();
        if let Some(held) = all.get_mut(&self.person) {
            held.count -= 1;
            if held.count == 0 {
                all.remove(&self.person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::ClusterId;
    use model::request::Settings;
    use model::version::Era;
    use planner::clock::Instant;

    #[test]
    fn one_person_takes_so_many_and_nobody_elses() {
        let (seats, ada, grace) = (Seats::default(), PersonId::from_bits(1), PersonId::from_bits(2));
        let held: Vec<Seat> = (0..MAX).map(|_| seats.take(ada).unwrap()).collect();
        assert_eq!(seats.take(ada).unwrap_err().code, RefusalCode::RateLimited);
        assert!(seats.take(grace).is_ok());
        drop(held);
        assert!(seats.take(ada).is_ok());
        assert!(seats.all().is_empty());
    }

    #[test]
    fn all_tabs_of_a_person_cost_as_much_as_one() {
        let (seats, ada) = (Seats::default(), PersonId::from_bits(1));
        let world =
            || Arc::new(World::new(ClusterId::from_bits(1), Era::default(), Settings::default(), Instant::default()));
        let tabs: Vec<Seat> = (0..MAX).map(|_| seats.take(ada).unwrap()).collect();
        let mut asked = 0;
        for world in [world(), world()] {
            for tab in &tabs {
                let seen = tab.see(&world, |_| {
                    asked += 1;
                    None
                });
                assert!(seen.is_none());
            }
        }
        assert_eq!(asked, 2);
    }
}
