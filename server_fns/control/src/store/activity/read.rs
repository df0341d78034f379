//! Reading the log, beside the one task that writes it.

use std::sync::Arc;

use model::event::Event;
use model::id::{InstanceId, NodeId, PersonId};
use model::version::EventNumber;
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue as _, Value};
use tokio::sync::RwLock;

use super::{FOUND_BY, TABLE, place, record};
use crate::store::database::Database;
use crate::store::error::StoreError;

/// The way to the lines. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Log {
    /// The database, which is closed and opened anew after it refused a write.
    db: Arc<RwLock<Database>>,
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
}

impl Log {
    pub(in crate::store) fn new(db: Database) -> Self {
        Self { db: Arc::new(RwLock::new(db)) }
    }

    /// Closes the database for readers, when nobody reads any more; they wait until the guard has another one.
    pub(in crate::store) async fn close(&self) -> tokio::sync::OwnedRwLockWriteGuard<Database> {
        let mut db = Arc::clone(&self.db).write_owned().await;
        *db = Database::closed();
        db
    }

    /// At most `limit` lines.
    pub(crate) async fn read(&self, of: Of, order: Order, limit: usize) -> Result<Vec<Event>, StoreError> {
        match order {
            Order::After(number) => self.up(of, place(number).saturating_add(1), i64::MAX, limit).await,
            Order::Before(number) => self.down(of, place(number), limit).await,
        }
    }

    /// From the first number to before the second, the lowest first. The database is asked for no order: it would read all
    /// that comes into question before it leaves any out, and a range comes in the order of its keys anyway.
    async fn up(&self, of: Of, first: i64, end: i64, limit: usize) -> Result<Vec<Event>, StoreError> {
        // Ids and numbers have one form, which nobody else writes into a query.
        let found = |id: String| format!("SELECT id FROM {FOUND_BY}:['{id}', {first}]..['{id}', {end}] LIMIT {limit}");
        let by = match of {
            Of::Everything => {
                return self.lines(format!("SELECT * FROM {TABLE}:{first}..{end} LIMIT {limit}"), Vec::new()).await;
            }
            Of::Person(id) => found(id.to_string()),
            Of::Instance(id) => found(id.to_string()),
            Of::Node(id) => found(id.to_string()),
        };
        let records: Vec<RecordId> =
            self.ask(by, Vec::new()).await?.into_iter().filter_map(number).map(record).collect();
        if records.is_empty() { Ok(Vec::new()) } else { self.lines("SELECT * FROM $records".to_owned(), records).await }
    }

    /// Those before that number, the highest first: range by range downwards. One that holds too little is followed by one
    /// twice as wide, and one that holds too much is halved, so that what is read is in proportion to what is wanted.
    async fn down(&self, of: Of, before: i64, limit: usize) -> Result<Vec<Event>, StoreError> {
        let most = limit.saturating_mul(2);
        let mut end = before.min(place(self.newest().await?).saturating_add(1));
        let mut width = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
        let mut found = Vec::new();
        while end > 0 && found.len() < limit {
            let first = end.saturating_sub(width).max(0);
            let some = self.up(of, first, end, most.saturating_add(1)).await?;
            if some.len() > most && width > 1 {
                width /= 2;
                continue;
            }
            found.extend(some.into_iter().rev());
            (end, width) = (first, width.saturating_mul(2));
        }
        found.truncate(limit);
        Ok(found)
    }

    async fn newest(&self) -> Result<EventNumber, StoreError> {
        let told = self.ask("SELECT VALUE newest FROM meta:cluster".to_owned(), Vec::new()).await?;
        let newest = told.into_iter().next().and_then(|newest| newest.into_json_value().as_u64());
        Ok(EventNumber(newest.unwrap_or_default()))
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
        let mut lines: Vec<Event> =
            self.ask(query, records).await?.into_iter().map(super::read).collect::<Result<_, _>>()?;
        lines.sort_by_key(|line| line.number);
        Ok(lines)
    }

    async fn ask(&self, query: String, records: Vec<RecordId>) -> Result<Vec<Value>, StoreError> {
        let db = self.db.read().await;
        let asked = db.ask(query, [("records", records.into_value())]).await;
        let answer = asked.and_then(|results| results.check()?.take(0));
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
