//! What a page that stays open is told: a snapshot, then what changed.

mod seats;

use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::live::{LiveChange, LiveEvent};
use model::refusal::Refusal;
use model::ticket::Ticket;
use model::version::Revision;
use planner::actor::Actor;
use planner::clock::Now;
use planner::view::{LivePage, live_world};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::core::{Core, still_there};
use crate::orchestrator::Worlds;
use crate::tickets::Tickets;
use seats::{News, Seat, Seats};

/// How soon a page is told once more how its nodes do. Of what is decided it is told after [`GATHER`].
const HEARD: Duration = Duration::from_secs(1);
/// How long a page that was told waits after a change for those that come of it, as the node's report comes of a command.
/// They are told together, and meanwhile the answer is under way to the person who asked.
const GATHER: Duration = Duration::from_millis(5);
/// A list without changes.
const NOTHING: &str = "[]";

pub struct Live {
    core: Core,
    seats: Seats,
    tickets: Tickets<Actor>,
}

impl Live {
    pub(crate) fn new(core: Core) -> Self {
        Self { core, seats: Seats::default(), tickets: Tickets::default() }
    }

    /// Everything that the person may see, for the first paint.
    pub fn snapshot(&self, actor: &Actor) -> Result<LiveEvent, Refusal> {
        let now = self.core.now();
        let world = live_world(&self.core.world(), actor.person, now).ok_or_else(Refusal::unauthenticated)?;
        Ok(LiveEvent::Snapshot { revision: Revision::default(), now: now.wall, world: Box::new(world) })
    }

    /// What opens one socket, once and soon: a browser gives a socket no header, and so no key of its session.
    ///
    /// # Errors
    /// While too many tickets wait to be used.
    pub fn ticket(&self, actor: &Actor) -> Result<Ticket, Refusal> {
        self.tickets.give(actor.person, actor.clone(), tokio::time::Instant::now())
    }

    /// Who asked for that ticket, if what they signed in with still holds.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn admission(&self, ticket: &str) -> Result<Actor, Refusal> {
        let actor = self.tickets.redeem(ticket, tokio::time::Instant::now())?;
        still_there(&self.core.world(), &actor, self.core.now()).then_some(actor).ok_or_else(Refusal::unauthenticated)
    }

    /// # Errors
    /// When the person follows in too many tabs already.
    pub fn subscribe(&self, actor: &Actor) -> Result<Subscription, Refusal> {
        let seat = self.seats.take(actor.person)?;
        let mut worlds = self.core.orchestrator.watch();
        worlds.mark_changed();
        let (actor, clock) = (actor.clone(), self.core.orchestrator.clock());
        Ok(Subscription { actor, worlds, clock, due: Instant::now(), gathered: None, told: None, ended: false, seat })
    }
}

/// One message to a tab: a [`LiveEvent`] as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub text: String,
    /// Nothing comes after it.
    pub last: bool,
}

impl Told {
    fn of(event: &LiveEvent) -> Self {
        let last = matches!(event, LiveEvent::SignedOut);
        Self { text: serde_json::to_string(event).unwrap_or_default(), last }
    }

    /// With changes that are written down already.
    fn with(from: Revision, to: Revision, now: Timestamp, changes: &str) -> Self {
        let none: Vec<LiveChange> = Vec::new();
        let Self { text, last } = Self::of(&LiveEvent::Changed { from, to, now, changes: none });
        let around = text.strip_suffix("[]}").unwrap_or_default();
        Self { text: format!("{around}{changes}}}"), last }
    }
}

/// Follows the world for one person. It keeps what it last told and compares, so a slow reader skips what was in
/// between, and nothing waits in a queue.
pub struct Subscription {
    actor: Actor,
    worlds: Worlds,
    clock: Clock,
    /// When it looks again at how the nodes do.
    due: Instant,
    /// When it tells of the change that it has heard of.
    gathered: Option<Instant>,
    told: Option<(Revision, Arc<LivePage>)>,
    ended: bool,
    seat: Seat,
}

impl Subscription {
    /// Waits for the next thing to tell: first a snapshot, then changes. `SignedOut` is the last; `None` when the
    /// server stops.
    pub async fn next(&mut self) -> Option<Told> {
        while !self.ended {
            // Kept, because whoever waits for this may let go of it in between.
            let gathered = match self.gathered {
                Some(at) => at,
                None => {
                    self.worlds.changed_or_heard(self.due).await.ok()?;
                    let wait = if self.told.is_some() { GATHER } else { Duration::ZERO };
                    *self.gathered.insert(Instant::now() + wait)
                }
            };
            tokio::time::sleep_until(gathered).await;
            self.gathered = None;
            self.due = Instant::now() + HEARD;
            let (world, now) = (self.worlds.borrow_and_update(), self.clock.now());
            let find_out = |last: Option<&LivePage>| match last {
                Some(last) => last.next(&world, now),
                None => LivePage::first(&world, self.actor.person, now),
            };
            let seen = still_there(&world, &self.actor, now).then(|| self.seat.see(&world, find_out));
            let Some((seen, news)) = seen.flatten() else {
                self.ended = true;
                return Some(Told::of(&LiveEvent::SignedOut));
            };
            if let Some(told) = self.tell(seen, news, now) {
                return Some(told);
            }
        }
        None
    }

    /// Nothing changed, and the link is alive: the same revision again, with the time.
    pub fn still_here(&self) -> Told {
        let revision = self.told.as_ref().map(|(revision, _)| *revision).unwrap_or_default();
        Told::with(revision, revision, self.clock.now().wall, NOTHING)
    }

    fn tell(&mut self, seen: Arc<LivePage>, news: Option<News>, now: Now) -> Option<Told> {
        let now = now.wall;
        let Some((revision, told)) = &mut self.told else {
            let revision = Revision::default().next();
            let world = Box::new(seen.whole());
            self.told = Some((revision, seen));
            return Some(Told::of(&LiveEvent::Snapshot { revision, now, world }));
        };
        let changes = News::changes(news, told, &seen);
        // Also where nothing is otherwise, for whatever was shown holds on to the world of that moment.
        *told = seen;
        if *changes == *NOTHING {
            return None;
        }
        let from = *revision;
        *revision = from.next();
        Some(Told::with(from, *revision, now, &changes))
    }
}
