//! What somebody wants of the log, as it was typed, and as it is looked up.

use model::event::{Cursor, Topic};
use model::refusal::{Refusal, RefusalCode};
use model::request::AskEvents;
use model::version::EventNumber;
use planner::actor::Actor;
use planner::limits::EVENTS_PER_ANSWER;
use planner::world::World;

use super::everybody;
use crate::store::{Of, Order};

/// Lines without a wish for so many.
const USUAL: u32 = 50;

pub(super) struct Wanted {
    pub(super) of: Of,
    pub(super) order: Order,
    pub(super) topic: Option<Topic>,
    pub(super) limit: usize,
}

impl Wanted {
    pub(super) fn of(world: &World, actor: &Actor, asked: AskEvents) -> Result<Self, Refusal> {
        let AskEvents { of, topic, after, before, limit } = asked;
        let of = match of.as_deref() {
            None => Of::Person(actor.account(world)?.id),
            Some("everybody") => everybody(world, actor)?,
            Some(id) => one(id)?,
        };
        let order = match (after, before) {
            (None, None) => Order::newest(),
            (Some(cursor), None) => Order::After(place(world, "after", &cursor)?),
            (None, Some(cursor)) => Order::Before(place(world, "before", &cursor)?),
            (Some(_), Some(_)) => {
                return Err(Refusal::field("before", "Ask for what came after a cursor, or before one."));
            }
        };
        let topic = topic.map(|name| Topic::named(&name).ok_or_else(unknown_topic)).transpose()?;
        let limit = usize::try_from(limit.unwrap_or(USUAL)).unwrap_or(usize::MAX);
        if !(1..=EVENTS_PER_ANSWER).contains(&limit) {
            return Err(Refusal::field("limit", format!("One answer has 1 to {EVENTS_PER_ANSWER} lines.")));
        }
        Ok(Self { of, order, topic, limit })
    }
}

/// By its kind of id.
fn one(id: &str) -> Result<Of, Refusal> {
    let instance = id.parse().map(Of::Instance).ok();
    instance.or_else(|| id.parse().map(Of::Node).ok()).ok_or_else(|| {
        Refusal::field(
            "of",
            "Say the id of an instance or of a node, or `everybody`; without it, the lines are your own.",
        )
    })
}

/// The place that a cursor names, if it is one of this installation since its last restore.
fn place(world: &World, field: &str, text: &str) -> Result<EventNumber, Refusal> {
    let cursor: Cursor = text.parse().map_err(|why| unread(field, &why))?;
    if cursor.cluster != world.cluster {
        let message = format!("This cursor is of the installation {}, and this is {}.", cursor.cluster, world.cluster);
        return Err(Refusal::field(field, message));
    }
    if cursor.era != world.era {
        let message = "This cursor is from before the server was restored from a backup. Begin anew without a cursor.";
        return Err(Refusal::new(RefusalCode::Conflict, message).at(field));
    }
    Ok(cursor.number)
}

fn unread(field: &str, why: &dyn std::fmt::Display) -> Refusal {
    Refusal::field(field, format!("`{field}` cannot be read: {why}."))
}

fn unknown_topic() -> Refusal {
    let names: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
    Refusal::field("topic", format!("The topics are {}.", names.join(", ")))
}
