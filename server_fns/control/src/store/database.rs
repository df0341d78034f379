//! The database that the store asks: the engine in this process, or a server.

use std::borrow::Cow;
use std::time::Duration;

use surrealdb::engine::any::Any;
use surrealdb::types::{Value, Variables};
use surrealdb::{IndexedResults, Surreal};

use super::embedded::Embedded;

/// Cheap to clone.
#[derive(Clone)]
pub(super) enum Database {
    Embedded(Embedded),
    Server(Surreal<Any>),
}

impl Database {
    /// One that answers nothing any more.
    pub(super) fn closed() -> Self {
        Self::Server(Surreal::init())
    }

    /// Sends statements with the values of their parameters, as one request.
    pub(super) async fn ask<const N: usize>(
        &self,
        statements: impl Into<Cow<'static, str>>,
        values: [(&str, Value); N],
    ) -> surrealdb::Result<IndexedResults> {
        let statements = statements.into();
        let values: Variables = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match self {
            Self::Embedded(embedded) => embedded.session().query(statements).bind(values).await,
            Self::Server(server) => server.query(statements).bind(values).await,
        }
    }

    pub(super) async fn choose(&self) -> surrealdb::Result<()> {
        match self {
            Self::Embedded(embedded) => embedded.session().use_ns("dockhost").use_db("main").await.map(drop),
            Self::Server(server) => server.use_ns("dockhost").use_db("main").await.map(drop),
        }
    }

    /// Lets the engine bring its log into its tables and free its folder.
    pub(super) async fn close(self, patience: Duration) {
        if let Self::Embedded(embedded) = self {
            embedded.close(patience).await;
        }
    }
}
