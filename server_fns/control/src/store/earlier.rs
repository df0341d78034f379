//! Lines of before the log was typed: sentences in a table of their own, at most fifty of an instance. They stay as they were
//! written.

use model::event::{Cause, Event, EventKind, Happening, InstanceEvent, Subject, Way, Who};
use model::version::EventNumber;
use planner::world::{Change, World};
use protocol::plain::Plain as _;
use serde::{Deserialize, Serialize};
use surrealdb::types::{RecordId, Value};

use super::error::StoreError;
use super::row::with_id;
use super::write_set::WriteSet;
use super::{Store, row};

const TABLE: &str = "event";
/// Lines that one transaction takes over.
const AT_ONCE: usize = 500;

/// As it lies in a database, or in a backup, of then.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct EarlierEvent(InstanceEvent);

/// The lines that these become, numbered on from those of the world, whose instances they speak of.
pub(super) fn typed(mut earlier: Vec<EarlierEvent>, world: &World) -> impl Iterator<Item = Change> {
    earlier.sort_by_key(|EarlierEvent(event)| (event.at, event.id));
    let first = world.log.newest.0 + 1;
    let lines = earlier.into_iter().filter_map(|EarlierEvent(event)| line(event, world));
    lines.zip(first..).map(|((at, happening), number)| {
        Change::PutEvent(Box::new(Event { number: EventNumber(number), at, happening }))
    })
}

fn line(event: InstanceEvent, world: &World) -> Option<(model::Timestamp, Happening)> {
    // Until 0.2.0 a timeline repeated what nodes said as it was.
    let InstanceEvent { id, instance, at, actor, text } = event.plain();
    let instance = world.instances.get(&instance)?;
    let subject = Subject::Instance { id: instance.id, name: instance.spec.name.clone() };
    let cause = Cause { who: Who::Called { name: actor }, way: Way::None, address: None };
    let kind = EventKind::Told { id, text };
    Some((at, Happening { cause, subject, owner: Some(instance.owner), node: Some(instance.node), kind }))
}

impl Store {
    /// Takes the lines of an earlier version over, a few at a time: what a crash leaves is taken over at the next start.
    /// Answers how many there were.
    pub(crate) async fn take_over_events(&mut self, world: &mut World) -> Result<usize, StoreError> {
        let mut all = self.earlier().await?;
        all.sort_by_key(|(_, EarlierEvent(event))| (event.at, event.id));
        for some in all.chunks(AT_ONCE) {
            let changes: Vec<Change> = typed(some.iter().map(|(_, event)| event.clone()).collect(), world).collect();
            let mut set = WriteSet::new(&changes, world)?;
            set.delete(some.iter().map(|(record, _)| record.clone()));
            self.write(set, world).await?;
            world.apply_all(changes);
        }
        Ok(all.len())
    }

    async fn earlier(&self) -> Result<Vec<(RecordId, EarlierEvent)>, StoreError> {
        let query = format!("SELECT * FROM {TABLE}");
        let records = self.db.ask(query, []).await.and_then(|results| results.check()?.take::<Vec<Value>>(0));
        let records = records.map_err(StoreError::database("the reading of earlier events"))?;
        let unreadable = |why: String| StoreError::Unreadable { table: TABLE, why };
        let one = |record: Value| {
            let (key, content) = with_id(record).map_err(unreadable)?;
            let event = serde_json::from_value(content).map_err(|error| unreadable(error.to_string()))?;
            Ok((row::record(TABLE, &key), event))
        };
        records.into_iter().map(one).collect()
    }
}
