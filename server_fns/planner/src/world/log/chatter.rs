//! How many lines nodes bring about. A node that reports something else all the time must not fill the log: beyond some
//! lines of one subject within an hour, the others are counted in one line.

use std::sync::Arc;

use imbl::OrdMap;
use model::Timestamp;
use model::event::{Event, EventKind, Happening, Subject, Who};
use model::id::{InstanceId, NodeId};
use model::version::EventNumber;

use crate::clock::hour;
use crate::limits::NODE_LINES_PER_HOUR;

/// What was written within one hour. It is not stored: a server that starts again begins to count anew.
#[derive(Debug, Clone, Default)]
pub(super) struct Chatter {
    hour: Timestamp,
    of: OrdMap<Thing, Arc<Spoken>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Instance(InstanceId),
    Node(NodeId),
}

#[derive(Debug, Clone, Copy, Default)]
struct Spoken {
    lines: u32,
    /// The line that counts those beyond, and how many it counts.
    beyond: Option<(EventNumber, u32)>,
}

impl Chatter {
    /// As a line that is to be written now, and so counted; `newest` is moved where it is a new one.
    pub(super) fn line(&mut self, happening: Happening, at: Timestamp, newest: &mut EventNumber) -> Event {
        let beyond =
            heard(&happening).map(|thing| self.spoken(thing, at)).filter(|all| all.lines >= NODE_LINES_PER_HOUR);
        let event = match beyond.map(|all| all.beyond) {
            Some(Some((number, times))) => {
                Event { number, at, happening: left_out(happening, times.saturating_add(1)) }
            }
            Some(None) => Event { number: next(newest), at, happening: left_out(happening, 1) },
            None => Event { number: next(newest), at, happening },
        };
        self.note(&event);
        event
    }

    /// That the line is written.
    pub(super) fn note(&mut self, event: &Event) {
        let counted = if let EventKind::LeftOut { times } = event.happening.kind { Some(times) } else { None };
        let Some(thing) =
            thing(&event.happening.subject).filter(|_| counted.is_some() || heard(&event.happening).is_some())
        else {
            return;
        };
        let Spoken { lines, beyond } = self.spoken(thing, event.at);
        let spoken = match counted {
            Some(times) => Spoken { lines, beyond: Some((event.number, times)) },
            None => Spoken { lines: lines + 1, beyond },
        };
        self.hour = hour(event.at);
        self.of.insert(thing, Arc::new(spoken));
    }

    fn spoken(&mut self, thing: Thing, at: Timestamp) -> Spoken {
        if self.hour != hour(at) {
            self.of.clear();
        }
        self.of.get(&thing).map(|all| **all).unwrap_or_default()
    }
}

fn next(newest: &mut EventNumber) -> EventNumber {
    *newest = newest.next();
    *newest
}

fn left_out(happening: Happening, times: u32) -> Happening {
    Happening { kind: EventKind::LeftOut { times }, ..happening }
}

/// Of what the line is one that a node brings about: by what it says, or by what the server does upon that. What there is
/// once until a person does something is always told.
fn heard(Happening { cause, subject, kind, .. }: &Happening) -> Option<Thing> {
    let by_node = match cause.who {
        Who::Node { .. } | Who::Dockhost => true,
        Who::Person { .. } | Who::Operator | Who::Stranger | Who::Called { .. } => false,
    };
    let once = matches!(kind, EventKind::Gone | EventKind::NodeFrozen);
    thing(subject).filter(|_| by_node && !once)
}

const fn thing(subject: &Subject) -> Option<Thing> {
    match subject {
        Subject::Instance { id, .. } => Some(Thing::Instance(*id)),
        Subject::Node { id, .. } => Some(Thing::Node(*id)),
        Subject::Account { .. } | Subject::Installation => None,
    }
}
