//! A line as somebody is told of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::{Cause, Cursor, Event, EventKind, Happening, Subject, Topic};
use crate::Timestamp;
use crate::id::{NodeId, PersonId};
use crate::version::EventNumber;

/// A line as one person is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventView {
    /// Whoever asks for what came `after` it goes on from here.
    pub cursor: Cursor,
    /// The sentence. *It* is the subject.
    pub text: String,
    pub topic: Topic,
    pub number: EventNumber,
    pub at: Timestamp,
    pub cause: Cause,
    pub subject: Subject,
    #[serde(flatten, skip_deserializing)]
    #[cfg_attr(feature = "schema", schemars(with = "Data"))]
    pub beside: Beside,
}

/// What programs are told beside it. A page is given the sentence and reads none of this: the client of the page need not
/// know of every kind of line, which is a tenth of its size.
#[derive(Debug, Clone, Default)]
pub struct Beside(Option<Arc<Data>>);

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Data {
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<NodeId>,
    #[serde(flatten)]
    kind: EventKind,
}

/// Some lines of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventPage {
    /// The oldest first where somebody asked for what came after a cursor, else the newest first.
    pub events: Vec<EventView>,
    /// From where whoever asks again in the same direction goes on; none of an empty log.
    pub cursor: Option<Cursor>,
    /// Whether there is more in that direction.
    pub more: bool,
}

impl EventView {
    /// The line with its sentence.
    pub fn of(cursor: Cursor, text: String, event: Event) -> Self {
        let Event { number, at, happening: Happening { cause, subject, owner, node, kind } } = event;
        let topic = kind.topic();
        let beside = Beside(Some(Arc::new(Data { owner, node, kind })));
        Self { cursor, text, topic, number, at, cause, subject, beside }
    }
}

impl Serialize for Beside {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_deref().serialize(serializer)
    }
}

/// What the data say, the number and the sentence say, too.
impl PartialEq for Beside {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Way, Who};
    use crate::id::{ClusterId, InstanceId};
    use crate::verb::Verb;
    use crate::version::Era;

    #[test]
    fn programs_are_told_all_of_it_and_a_page_reads_what_it_draws() {
        let number = EventNumber(7);
        let event = Event {
            number,
            at: Timestamp::UNIX_EPOCH,
            happening: Happening {
                cause: Cause { who: Who::Operator, way: Way::Console, address: None },
                subject: Subject::Instance { id: InstanceId::from_bits(2), name: "web".parse().unwrap() },
                owner: Some(PersonId::from_bits(1)),
                node: None,
                kind: EventKind::Asked { verb: Verb::Stop },
            },
        };
        let cursor = Cursor { cluster: ClusterId::from_bits(1), era: Era(1), number };
        let view = EventView::of(cursor, "The operator asked to stop it.".to_owned(), event);
        let text = serde_json::to_string(&view).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"cursor":"c-0000000000000001.1.7","text":"The operator asked to stop it.","topic":"instances","number":7,"#,
                r#""at":"1970-01-01T00:00:00Z","cause":{"who":"operator","way":"console"},"#,
                r#""subject":{"kind":"instance","id":"i-0000000000000002","name":"web"},"#,
                r#""owner":"p-0000000000000001","kind":"asked","details":{"verb":"stop"}}"#
            )
        );
        assert_eq!(serde_json::from_str::<EventView>(&text).unwrap(), view);
    }
}
