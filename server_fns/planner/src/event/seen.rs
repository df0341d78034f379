//! Who is told of a line, and how much of it.

use model::event::{Cursor, Event, EventView};

use super::words;
use crate::actor::Actor;
use crate::permission::{Action, Subject, is_allowed};
use crate::world::World;

/// The line as the actor is told of it; `None` if it is not for them. An address is shown to whoever came from it, and to
/// administrators.
pub fn view(world: &World, actor: &Actor, event: &Event) -> Option<EventView> {
    if !is_allowed(world, actor, Action::SeeEvent, Subject::Event(event)) {
        return None;
    }
    let mut event = event.clone();
    let own = event.happening.cause.who.person() == Some(actor.person);
    if !own && !is_allowed(world, actor, Action::SeeActivity, Subject::Installation) {
        event.happening.cause.address = None;
    }
    let cursor = Cursor { cluster: world.cluster, era: world.era, number: event.number };
    let text = words::text(&event.happening);
    Some(EventView::of(cursor, text, event))
}
