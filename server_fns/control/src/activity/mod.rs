//! The activity log, for those who may be told of it.

mod query;
mod streams;

use model::event::{Cursor, Event, EventPage, EventView, InstanceEvent, Topic};
use model::id::{EventId, InstanceId};
use model::refusal::{Refusal, RefusalCode};
use model::request::AskEvents;
use planner::actor::Actor;
use planner::event::{EventKind, text, view};
use planner::permission::{Action, Subject, may};
use planner::world::World;

use crate::core::Core;
use crate::store::{Log, Of, Order, StoreError};
use query::Wanted;
pub(crate) use streams::{export, follow};

/// Lines that one look at the database takes.
const AT_ONCE: usize = 500;
/// Looks for one answer: whoever filters much gets a page that is not full, and goes on from there.
const LOOKS: usize = 10;
/// Lines of an instance's timeline.
const TIMELINE: usize = 50;

/// Cheap to clone.
#[derive(Clone)]
pub struct Activity {
    core: Core,
    log: Log,
    followers: streams::Followers,
}

impl Activity {
    pub(crate) fn new(core: Core, log: Log) -> Self {
        Self { core, log, followers: streams::Followers::default() }
    }

    /// Some of the lines that the person may be told of.
    ///
    /// # Errors
    /// For a cursor that is none or of another installation, and for what only administrators see.
    pub async fn list(&self, actor: &Actor, asked: AskEvents) -> Result<EventPage, Refusal> {
        let wanted = Wanted::of(&self.core.world(), actor, asked)?;
        self.page(actor, &wanted).await
    }

    async fn page(&self, actor: &Actor, wanted: &Wanted) -> Result<EventPage, Refusal> {
        let world = self.core.world();
        let (mut order, mut events, mut more) = (wanted.order, Vec::new(), true);
        // Whoever leaves none out needs one line more than they are told, to know whether there are others.
        let at_once = if wanted.topic.is_some() { AT_ONCE } else { wanted.limit + 1 };
        for _ in 0..LOOKS {
            let lines = self.log.read(wanted.of, order, at_once).await.map_err(unread)?;
            more = lines.len() == at_once;
            for line in lines {
                if events.len() == wanted.limit {
                    more = true;
                    break;
                }
                order = order.at(line.number);
                events.extend(told(&world, actor, &line, wanted.topic));
            }
            if !more || events.len() == wanted.limit {
                break;
            }
        }
        let cursor = order.place().map(|number| Cursor { cluster: world.cluster, era: world.era, number });
        Ok(EventPage { events, cursor, more })
    }

    /// What happened to an instance, the oldest first.
    ///
    /// # Errors
    /// As for the instance itself.
    pub async fn timeline(&self, actor: &Actor, id: InstanceId) -> Result<Vec<InstanceEvent>, Refusal> {
        let world = self.core.world();
        actor.instance(&world, Action::SeeInstance, id)?;
        let lines = self.log.read(Of::Instance(id), Order::newest(), TIMELINE).await.map_err(unread)?;
        Ok(lines.into_iter().rev().map(|line| in_timeline(id, line)).collect())
    }
}

fn told(world: &World, actor: &Actor, line: &Event, topic: Option<Topic>) -> Option<EventView> {
    view(world, actor, line).filter(|seen| topic.is_none_or(|topic| seen.topic == topic))
}

fn in_timeline(instance: InstanceId, Event { number, at, happening }: Event) -> InstanceEvent {
    let (id, text) = if let EventKind::Told { id, text } = &happening.kind {
        (*id, text.clone())
    } else {
        (EventId::from_bits(number.0), text(&happening))
    };
    InstanceEvent { id, instance, at, actor: happening.cause.who.name().to_owned(), text }
}

/// Refuses who asks for everything and may not.
fn everybody(world: &World, actor: &Actor) -> Result<Of, Refusal> {
    may(world, actor, Action::SeeActivity, Subject::Installation).map(|()| Of::Everything)
}

fn unread(error: StoreError) -> Refusal {
    tracing::error!(error = &error as &dyn std::error::Error, "the activity log was not read");
    Refusal::new(RefusalCode::Unavailable, "The activity log cannot be read at the moment. Try again.")
}
