//! One question to the server, and its answer.

mod trouble;
mod trust;
mod url;

use std::time::Duration;

use model::refusal::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Response;
use ureq::tls::TlsConfig;
use ureq::{Agent, Body};

use crate::accounts::Account;
use crate::exit::{Exit, Failure};

pub(crate) use trust::read as read_authority;
pub(crate) use url::Url;

/// How long the server may take to be reached, and to answer.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);
/// Bytes of an answer: a thousand instances are about two million.
const LONGEST: u64 = 64 << 20;

pub(crate) struct Client {
    agent: Agent,
    server: Url,
    token: Option<String>,
}

impl Client {
    /// Without a token, for somebody who has none yet.
    pub(crate) fn new(server: &Url, authority: Option<&str>, token: Option<&str>) -> Result<Self, Failure> {
        let agent = agent(trust::config(authority)?, ANSWER);
        Ok(Self { agent, server: server.clone(), token: token.map(str::to_owned) })
    }

    pub(crate) fn of(account: &Account) -> Result<Self, Failure> {
        Self::new(&account.server, account.authority.as_deref(), Some(&account.token))
    }

    /// The same, for what nobody waits for long.
    pub(crate) fn hurried(self, within: Duration) -> Self {
        Self { agent: agent(self.agent.config().tls_config().clone(), within), ..self }
    }

    /// `path` is below `/api/v1`.
    pub(crate) fn get(&self, path: &str) -> Result<Value, Failure> {
        let request = self.agent.get(self.at(path));
        self.answered(self.signed(request).call())
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Failure> {
        let request = self.agent.delete(self.at(path));
        self.answered(self.signed(request).call())
    }

    pub(crate) fn delete_with(&self, path: &str, body: &impl Serialize) -> Result<Value, Failure> {
        let request = self.agent.delete(self.at(path)).force_send_body().header("content-type", "application/json");
        self.answered(self.signed(request).send(written(body)?))
    }

    pub(crate) fn post(&self, path: &str) -> Result<Value, Failure> {
        let request = self.agent.post(self.at(path));
        self.answered(self.signed(request).send_empty())
    }

    pub(crate) fn post_with(&self, path: &str, body: &impl Serialize) -> Result<Value, Failure> {
        let request = self.agent.post(self.at(path)).header("content-type", "application/json");
        self.answered(self.signed(request).send(written(body)?))
    }

    pub(crate) fn put_with(&self, path: &str, body: &impl Serialize) -> Result<Value, Failure> {
        let request = self.agent.put(self.at(path)).header("content-type", "application/json");
        self.answered(self.signed(request).send(written(body)?))
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.server)
    }

    fn signed<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn answered(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Value, Failure> {
        let mut answer = answer.map_err(|error| trouble::unreached(&self.server, &error))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(LONGEST).read_to_vec();
        let body = body.map_err(|error| trouble::unreached(&self.server, &error))?;
        if status.is_success() {
            // An answer that says nothing but that it is done.
            let body = if body.is_empty() { b"null".as_slice() } else { &body };
            return serde_json::from_slice(body).map_err(|_| self.strange());
        }
        let refusal: Refusal = serde_json::from_slice(&body).map_err(|_| {
            Failure::new(
                Exit::Unreachable,
                format!("{} answered {status}, and not as a DockHost server does. Is the address right?", self.server),
            )
        })?;
        Err(refusal.into())
    }

    /// What the answer says, in the words of this program's version.
    pub(crate) fn read<T: DeserializeOwned>(&self, mut answer: Value) -> Result<T, Failure> {
        // Nothing here goes by it, and a later server may know of more that one may do.
        drop_permissions(&mut answer);
        serde_json::from_value(answer).map_err(|_| self.strange())
    }

    fn strange(&self) -> Failure {
        let server = &self.server;
        Failure::new(
            Exit::Unreachable,
            format!(
                "{server} gave an answer that dockhost {} cannot read. If it is a DockHost server, it has another \
                 version: install its program; the page *Tokens* has the line.",
                env!("CARGO_PKG_VERSION")
            ),
        )
    }
}

fn agent(tls: TlsConfig, within: Duration) -> Agent {
    let config = Agent::config_builder()
        // What the server refuses is an answer, too; and it sends nobody elsewhere, least of all with a token.
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(within))
        .user_agent(program())
        .tls_config(tls);
    config.build().new_agent()
}

fn drop_permissions(answer: &mut Value) {
    match answer {
        Value::Object(fields) => drop(fields.remove("may")),
        Value::Array(all) => all.iter_mut().for_each(drop_permissions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn written(body: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|why| Failure::failed(why.to_string()))
}

/// As this program names itself.
pub(crate) fn program() -> String {
    format!("dockhost {}", env!("CARGO_PKG_VERSION"))
}
