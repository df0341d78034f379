//! Connecting to the database.

use surrealdb::engine::any;
use surrealdb::opt::auth::Root;

use super::database::Database;
use super::error::OpenError;

pub(super) async fn choose(db: &Database) -> Result<(), OpenError> {
    db.choose().await.map_err(refused("the chosen address"))
}

fn refused(place: &str) -> impl FnOnce(surrealdb::Error) -> OpenError {
    let place = place.to_owned();
    move |source| OpenError::Connect { place, source: Box::new(source) }
}

pub(super) async fn connect_server(address: &str) -> Result<Database, OpenError> {
    let (scheme, rest) = address.split_once("://").ok_or(OpenError::Address)?;
    if !matches!(scheme, "ws" | "wss") {
        return Err(OpenError::Address);
    }
    let (person, host) = rest.rsplit_once('@').map_or((None, rest), |(person, host)| (Some(person), host));
    let db = any::connect(format!("{scheme}://{host}")).await.map_err(refused(host))?;
    if let Some(person) = person {
        let (username, password) = person.split_once(':').ok_or(OpenError::Address)?;
        let root = Root { username: username.to_owned(), password: password.to_owned() };
        db.signin(root).await.map_err(refused(host))?;
    }
    Ok(Database::Server(db))
}
