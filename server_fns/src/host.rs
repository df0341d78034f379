//! What the server gives each function: who calls, from where, and the way into `control`.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use control::http::{Dialled, UnreadBody, cookie};
use control::{Actor, Api, Credential, Peer, SessionSecrets};
use dioxus::fullstack::FullstackContext;
use dioxus::fullstack::axum::extract::{ConnectInfo, FromRequestParts};
use dioxus::fullstack::http::StatusCode;
use dioxus::fullstack::http::header::{HeaderMap, HeaderValue, SET_COOKIE, USER_AGENT};
use dioxus::fullstack::http::request::Parts;
use model::refusal::Refusal;
use model::view::{PersonView, SignedIn};

use crate::ApiError;

/// The caller of a server function. Reading it never fails; [`Caller::actor`] does, for strangers.
pub struct Caller {
    pub control: Arc<Api>,
    pub peer: Peer,
    credential: Option<Credential>,
    /// The server calls its own function while it draws a page.
    drawing: bool,
    changing: bool,
    /// The key of a request that changes something.
    once: Result<Option<String>, Refusal>,
}

/// Whatever is asked for over the network is below it, and a page is not.
const API: &str = "/api/";
const LEAVING: &str = "/api/v1/sign-out";

impl Caller {
    /// Who is asking: the first line of every function that is not for strangers.
    pub async fn actor(&self) -> Result<Actor, ApiError> {
        let credential = self.credential.clone().ok_or_else(Refusal::unauthenticated)?;
        let from = Some(self.peer.address);
        if self.drawing {
            return Ok(self.control.credentials.drawn_for(credential, from).await?);
        }
        let actor = self.control.credentials.authenticate(credential, from).await?;
        if !self.changing {
            return Ok(actor);
        }
        self.control.credentials.takes_turn(&actor)?;
        Ok(Actor { once: self.once.clone()?, ..actor })
    }

    /// There is a cookie, and the key that belongs to it did not come along.
    pub const fn shows_cookie_alone(&self) -> bool {
        matches!(self.credential, Some(Credential::Cookie(_)))
    }

    /// Opens the session in the caller's browser, and tells its page the key.
    pub fn remember(&self, person: PersonView, secrets: &SessionSecrets) -> SignedIn {
        answer_with_cookie(cookie::set(secrets.cookie.expose(), self.control.credentials.exposure().is_secure()));
        SignedIn { person: Some(person), session_key: secrets.key.expose().to_owned() }
    }

    pub fn forget(&self) {
        answer_with_cookie(cookie::clear(self.control.credentials.exposure().is_secure()));
    }
}

fn answer_with_cookie(value: HeaderValue) {
    if let Some(context) = FullstackContext::current() {
        context.add_response_header(SET_COOKIE, value);
    }
}

impl FromRequestParts<FullstackContext> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &FullstackContext) -> Result<Self, StatusCode> {
        let control = parts.extensions.get::<Arc<Api>>().cloned().ok_or(StatusCode::SERVICE_UNAVAILABLE)?;
        let address = parts
            .extensions
            .get::<ConnectInfo<Dialled>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(dialled)| dialled.address());
        let peer = Peer { address, agent: agent(&parts.headers) };
        let credential = control.credentials.read(&parts.headers);
        let path = parts.uri.path();
        let drawing = !path.starts_with(API);
        // Whoever wants to leave always may.
        let changing = !parts.method.is_safe() && path != LEAVING;
        let once = idempotency_key(&parts.headers);
        Ok(Self { control, peer, credential, drawing, changing, once })
    }
}

/// The browser as it names itself, for the list of sessions; a program's header may be anything.
fn agent(headers: &HeaderMap) -> String {
    let name = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// For a function that takes no fields: a request that brings one is refused, because it would come to nothing.
pub struct NoFields;

impl FromRequestParts<FullstackContext> for NoFields {
    /// A refusal as JSON, which gets its shape on the way out.
    type Rejection = (StatusCode, String);

    async fn from_request_parts(parts: &mut Parts, _: &FullstackContext) -> Result<Self, Self::Rejection> {
        let Some(field) = parts.extensions.get::<UnreadBody>().and_then(UnreadBody::first_field) else {
            return Ok(Self);
        };
        let field: String = field.chars().filter(|c| !c.is_control()).take(64).collect();
        let message = format!("There is no field `{field}` here; this request takes none.");
        let refusal = Refusal::field(&field, message);
        Err((StatusCode::BAD_REQUEST, serde_json::to_string(&refusal).unwrap_or_default()))
    }
}

/// Whoever sends a request again, because its answer was lost, sends the same key with it.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest that is taken, in characters.
const LONGEST_KEY: usize = 200;

/// `None` without the header.
///
/// # Errors
/// If it is empty, too long, not plain text, or there twice: which of them counts is nobody's to guess.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let refused = |why: &str| Err(Refusal::field("Idempotency-Key", why));
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return refused("Send the header once.");
    }
    match value.to_str() {
        Ok(text) if (1..=LONGEST_KEY).contains(&text.len()) => Ok(Some(text.to_owned())),
        Ok(_) | Err(_) => refused("The header must have 1 to 200 visible ASCII characters."),
    }
}
