//! The record `meta:cluster`: who this installation is, who may write, how often it was written.

use model::id::ClusterId;
use model::request::Settings;
use model::version::{Era, EventNumber};
use serde::{Deserialize, Serialize};
use surrealdb::types::{SurrealValue, Value};

use super::Store;
use super::error::StoreError;
use crate::random;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ClusterRow {
    pub(super) cluster: ClusterId,
    pub(super) era: Era,
    pub(super) settings: Settings,
    /// See [`planner::world::Identity`].
    pub(super) secret: String,
    /// Grows with every transaction.
    pub(super) commit: i64,
    /// Grows with every opening: who opened the database last is the one who may write.
    pub(super) writer: i64,
    /// Of the last line of the activity log. Rows of before 0.3 have none.
    #[serde(default)]
    pub(super) newest: EventNumber,
}

/// What an installation begins with.
#[derive(Debug, Clone)]
pub struct First {
    pub cluster: ClusterId,
    pub era: Era,
    pub settings: Settings,
    /// See [`planner::world::Identity`].
    pub secret: String,
}

impl First {
    /// An installation like no other.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(settings: Settings) -> Result<Self, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let cluster = ClusterId::from_bits(random::bits64()?);
        Ok(Self { cluster, era: Era::default(), settings, secret: hex::encode(secret) })
    }
}

pub(super) fn settings_value(settings: Settings) -> Result<Value, StoreError> {
    let unfit = |error: serde_json::Error| StoreError::Unfit { table: "meta", why: error.to_string() };
    Ok(serde_json::to_value(settings).map_err(unfit)?.into_value())
}

impl Store {
    pub(super) async fn cluster_row(&self) -> Result<ClusterRow, StoreError> {
        let failed = StoreError::database("the reading of meta:cluster");
        let query = "SELECT cluster, era, settings, secret, commit, writer, newest FROM meta:cluster";
        let answer = self.db.ask(query, []).await.and_then(|results| results.check()?.take::<Vec<Value>>(0));
        one(answer.map_err(failed)?)
    }

    /// Makes this process the only writer, and the cluster's id and era at the very first opening.
    pub(super) async fn become_writer(&mut self, first: First) -> Result<ClusterRow, StoreError> {
        let failed = StoreError::database("the opening of meta:cluster");
        let values = [
            ("cluster", first.cluster.to_string().into_value()),
            ("era", i64::try_from(first.era.0).unwrap_or(i64::MAX).into_value()),
            ("settings", settings_value(first.settings)?),
            ("secret", first.secret.into_value()),
        ];
        let answer = self
            .db
            .ask(include_str!("become_writer.surql"), values)
            .await
            .and_then(|results| results.check()?.take::<Vec<Value>>(1));
        let row = one(answer.map_err(failed)?)?;
        (self.commits, self.writer) = (row.commit, row.writer);
        Ok(row)
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.cluster_row().await.map(|_| ())
    }
}

fn one(rows: Vec<Value>) -> Result<ClusterRow, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { table: "meta", why };
    let row = rows.into_iter().next().ok_or_else(|| unreadable("the record meta:cluster is missing".to_owned()))?;
    serde_json::from_value(row.into_json_value()).map_err(|error| unreadable(error.to_string()))
}
