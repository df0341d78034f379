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
/// Numbers of which one query looks for lines. All of them may be lines of the one, and are read then.
const WIDEST: i64 = 1 << 14;

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
        let end = self.end().await?;
        let found = match order {
            Order::After(EventNumber(0)) => self.up(of, self.lowest().await?, end, limit).await?,
            Order::After(number) => self.up(of, place(number).saturating_add(1), end, limit).await?,
            Order::Before(number) => self.down(of, 0, end.min(place(number)), limit).await?,
        };
        let mut lines = self.lines(found).await?;
        if matches!(order, Order::Before(_)) {
            lines.reverse();
        }
        Ok(lines)
    }

    /// The first `limit` between two numbers, of which the second does not count.
    async fn up(&self, of: Of, mut first: i64, end: i64, limit: usize) -> Result<Vec<EventNumber>, StoreError> {
        let (mut found, mut width) = (Vec::new(), narrow(limit));
        while first < end && found.len() < limit {
            let until = first.saturating_add(width).min(end);
            found.extend(self.between(of, first, until).await?);
            (first, width) = (until, wider(width));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The last `limit`, the highest first.
    async fn down(&self, of: Of, first: i64, mut end: i64, limit: usize) -> Result<Vec<EventNumber>, StoreError> {
        let (mut found, mut width) = (Vec::new(), narrow(limit));
        while first < end && found.len() < limit {
            let from = end.saturating_sub(width).max(first);
            found.extend(self.between(of, from, end).await?.into_iter().rev());
            (end, width) = (from, wider(width));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// All from the first number to before the second, the lowest first. The database reads a whole range whatever limit is
    /// set (surrealdb 3.3, `RecordIdScan`), so nobody asks for one that is wide.
    async fn between(&self, of: Of, first: i64, end: i64) -> Result<Vec<EventNumber>, StoreError> {
        // Ids and numbers have one form, which nobody else writes into a query.
        let by = |id: String| format!("SELECT VALUE id FROM {FOUND_BY}:['{id}', {first}]..['{id}', {end}]");
        let query = match of {
            Of::Everything => format!("SELECT VALUE id FROM {TABLE}:{first}..{end}"),
            Of::Person(id) => by(id.to_string()),
            Of::Instance(id) => by(id.to_string()),
            Of::Node(id) => by(id.to_string()),
        };
        Ok(self.ask(query, Vec::new()).await?.into_iter().filter_map(number).collect())
    }

    /// The number behind the highest.
    async fn end(&self) -> Result<i64, StoreError> {
        let told = self.ask("SELECT VALUE newest FROM meta:cluster".to_owned(), Vec::new()).await?;
        let newest = told.into_iter().next().and_then(|newest| newest.into_json_value().as_u64());
        Ok(place(EventNumber(newest.unwrap_or_default())).saturating_add(1))
    }

    /// The number of the oldest line. The database goes through all that were dropped to find it, so only those ask who begin
    /// there.
    async fn lowest(&self) -> Result<i64, StoreError> {
        let told = self.ask(format!("SELECT VALUE id FROM {TABLE} LIMIT 1"), Vec::new()).await?;
        Ok(told.into_iter().next().and_then(number).map_or(i64::MAX, place))
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

    /// The lines of these numbers, the lowest first.
    async fn lines(&self, numbers: Vec<EventNumber>) -> Result<Vec<Event>, StoreError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let records = numbers.into_iter().map(record).collect();
        let found = self.ask("SELECT * FROM $records".to_owned(), records).await?;
        let mut lines: Vec<Event> = found.into_iter().map(super::read).collect::<Result<_, _>>()?;
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

/// Numbers that are looked through at first: as many as lines are wanted,
fn narrow(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(WIDEST).clamp(1, WIDEST)
}

/// and then more, because the lines of one may lie far apart.
fn wider(width: i64) -> i64 {
    width.saturating_mul(2).min(WIDEST)
}

/// Of which line it is the record, or says for whom it is found.
fn number(record: Value) -> Option<EventNumber> {
    let Value::RecordId(RecordId { key, .. }) = record else { return None };
    let place = if let RecordIdKey::Array(key) = key { key.into_iter().nth(1)? } else { key.into_value() };
    place.into_json_value().as_u64().map(EventNumber)
}
