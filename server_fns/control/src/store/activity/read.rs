//! Reading the log, beside the one task that writes it.

use std::sync::Arc;

use model::event::Event;
use model::id::{InstanceId, NodeId, PersonId};
use model::version::EventNumber;
use surrealdb::Surreal;
use surrealdb::engine::any::Any;
use surrealdb::types::{RecordId, RecordIdKey, Value};
use tokio::sync::RwLock;

use super::{FOUND_BY, TABLE, record};
use crate::store::error::StoreError;

/// The way to the lines. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Log {
    /// The database, which is closed and opened anew after it refused a write.
    db: Arc<RwLock<Surreal<Any>>>,
}

/// Lines that one look takes.
const AT_ONCE: usize = 1_000;

/// Whose lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Everything,
    /// That happened to the person or to what is theirs, or that they did.
    Person(PersonId),
    Instance(InstanceId),
    /// And to the instances on it.
    Node(NodeId),
}

/// Those next to a place, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    After(EventNumber),
    Before(EventNumber),
}

impl Order {
    /// The newest lines of all.
    pub(crate) const fn newest() -> Self {
        Self::Before(EventNumber(u64::MAX))
    }

    /// Behind that line, in the same direction.
    pub(crate) const fn at(self, number: EventNumber) -> Self {
        match self {
            Self::After(_) => Self::After(number),
            Self::Before(_) => Self::Before(number),
        }
    }

    pub(crate) fn place(self) -> Option<EventNumber> {
        let (Self::After(number) | Self::Before(number)) = self;
        Some(number).filter(|number| number.0 != u64::MAX)
    }

    /// The numbers that come into question: from the first to before the second. And how they are sorted.
    fn range(self) -> (i64, i64, &'static str) {
        match self {
            Self::After(number) => (super::place(number).saturating_add(1), i64::MAX, "ASC"),
            Self::Before(number) => (0, super::place(number), "DESC"),
        }
    }
}

impl Log {
    pub(in crate::store) fn new(db: Surreal<Any>) -> Self {
        Self { db: Arc::new(RwLock::new(db)) }
    }

    /// Closes the database for readers, when nobody reads any more; they wait until the guard has another one.
    pub(in crate::store) async fn close(&self) -> tokio::sync::OwnedRwLockWriteGuard<Surreal<Any>> {
        let mut db = Arc::clone(&self.db).write_owned().await;
        *db = Surreal::init();
        db
    }

    /// At most `limit` lines.
    pub(crate) async fn read(&self, of: Of, order: Order, limit: usize) -> Result<Vec<Event>, StoreError> {
        let (first, end, sorted) = order.range();
        // Ids and numbers have one form, which nobody else writes into a query.
        let found = |id: String| {
            format!("SELECT id FROM {FOUND_BY}:['{id}', {first}]..['{id}', {end}] ORDER BY id {sorted} LIMIT {limit}")
        };
        let by = match of {
            Of::Everything => {
                let query = format!("SELECT * FROM {TABLE}:{first}..{end} ORDER BY id {sorted} LIMIT {limit}");
                return self.lines(query, Vec::new()).await;
            }
            Of::Person(id) => found(id.to_string()),
            Of::Instance(id) => found(id.to_string()),
            Of::Node(id) => found(id.to_string()),
        };
        let records = self.ask(by, Vec::new()).await?.into_iter().filter_map(number).map(record).collect();
        self.lines("SELECT * FROM $records".to_owned(), records).await
    }

    /// Every line up to that one, the oldest first.
    pub(crate) async fn all(&self, newest: EventNumber) -> Result<Vec<Event>, StoreError> {
        let (mut all, mut order) = (Vec::new(), Order::After(EventNumber(0)));
        loop {
            let some = self.read(Of::Everything, order, AT_ONCE).await?;
            let Some(last) = some.last().map(|event| event.number) else { return Ok(all) };
            order = Order::After(last);
            all.extend(some.into_iter().filter(|event| event.number <= newest));
            if last >= newest {
                return Ok(all);
            }
        }
    }

    async fn lines(&self, query: String, records: Vec<RecordId>) -> Result<Vec<Event>, StoreError> {
        self.ask(query, records).await?.into_iter().map(super::read).collect()
    }

    async fn ask(&self, query: String, records: Vec<RecordId>) -> Result<Vec<Value>, StoreError> {
        let db = self.db.read().await;
        let answer = db.query(query).bind(("records", records)).await.and_then(|results| results.check()?.take(0));
        answer.map_err(StoreError::database("the reading of the activity log"))
    }
}

/// Of which line a record says for whom it is found.
fn number(found: Value) -> Option<EventNumber> {
    let Value::Object(mut content) = found else { return None };
    let Some(Value::RecordId(RecordId { key: RecordIdKey::Array(key), .. })) = content.remove("id") else {
        return None;
    };
    let number = key.into_iter().nth(1)?.into_json_value().as_u64()?;
    Some(EventNumber(number))
}
