//! The log as it grows, and all of it as a file.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Extensions, HeaderMap, header};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, stream};
use model::event::EventView;
use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use model::request::AskEvents;
use model::version::EventNumber;
use planner::actor::Actor;
use tokio::time::timeout;

use super::query::Wanted;
use super::{AT_ONCE, Activity, told};
use crate::accounts::Credentials;
use crate::core::still_there;
use crate::http::{Dialled, refuse};
use crate::store::Order;

/// Streams of one person at once.
const MAX: usize = 20;
/// How often it is looked whether time alone has ended it.
const LOOK: Duration = Duration::from_secs(1);
/// A proxy closes what is silent for a minute.
const STILL_HERE: Duration = Duration::from_secs(15);

/// How many streams each person has open.
#[derive(Debug, Clone, Default)]
pub(super) struct Followers(Arc<Mutex<HashMap<PersonId, usize>>>);

/// Dropping it frees it.
struct Follower {
    of: Followers,
    person: PersonId,
}

impl Followers {
    fn take(&self, person: PersonId) -> Result<Follower, Refusal> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(person).or_default();
        if *count >= MAX {
            let message = format!("You have {MAX} streams of the activity log open already. Close one of them.");
            return Err(Refusal::new(RefusalCode::RateLimited, message));
        }
        *count += 1;
        Ok(Follower { of: self.clone(), person })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut all = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.person);
            }
        }
    }
}

/// What both need: the room, and who asks.
pub(crate) type Shared = State<(Activity, Arc<Credentials>)>;

/// `GET /api/v1/events/stream`: each line as it comes, as server-sent events. The id of each is its cursor, which a client
/// that comes again sends as `Last-Event-ID`.
pub(crate) async fn follow(
    State((activity, credentials)): Shared,
    Query(mut asked): Query<AskEvents>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    if let Some(last) = headers.get("last-event-id").and_then(|value| value.to_str().ok()) {
        asked.after = Some(last.to_owned());
    }
    let began = async {
        let actor = who(&credentials, &headers, &extensions).await?;
        Lines::begin(activity, actor, asked, true)
    };
    match began.await {
        Ok(lines) => {
            let sent = |event: EventView| -> Result<Sent, axum::Error> {
                Sent::default().id(event.cursor.to_string()).json_data(&event)
            };
            let events = stream::unfold(lines, async |mut lines| Some((lines.next().await?, lines)));
            let events = futures_util::StreamExt::filter_map(events, move |event| {
                std::future::ready(sent(event).ok().map(Ok::<Sent, Infallible>))
            });
            Sse::new(events).keep_alive(KeepAlive::new().interval(STILL_HERE)).into_response()
        }
        Err(refusal) => refuse(&refusal),
    }
}

/// `GET /api/v1/events/export`: all that there is, a JSON object a line, the oldest first.
pub(crate) async fn export(
    State((activity, credentials)): Shared,
    Query(mut asked): Query<AskEvents>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let began = async {
        let actor = who(&credentials, &headers, &extensions).await?;
        asked.after.get_or_insert_with(|| activity.beginning());
        Lines::begin(activity, actor, asked, false)
    };
    match began.await {
        Ok(lines) => {
            let mut response = Response::new(Body::from_stream(written(lines)));
            let headers = response.headers_mut();
            let fixed = header::HeaderValue::from_static;
            headers.insert(header::CONTENT_TYPE, fixed("application/x-ndjson"));
            headers.insert(header::CONTENT_DISPOSITION, fixed("attachment; filename=\"activity.jsonl\""));
            response
        }
        Err(refusal) => refuse(&refusal),
    }
}

fn written(lines: Lines) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(lines, async |mut lines| {
        let Some(event) = lines.next().await else {
            // What breaks off must not look whole.
            return if lines.whole { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        };
        let mut line = serde_json::to_vec(&event)?;
        line.push(b'\n');
        Ok(Some((line.into(), lines)))
    })
}

async fn who(credentials: &Credentials, headers: &HeaderMap, extensions: &Extensions) -> Result<Actor, Refusal> {
    let credential = credentials.read(headers).ok_or_else(Refusal::unauthenticated)?;
    credentials.authenticate(credential, Dialled::address_of(extensions)).await
}

impl Activity {
    /// The cursor before the first line.
    fn beginning(&self) -> String {
        let world = self.core.world();
        model::event::Cursor { cluster: world.cluster, era: world.era, number: EventNumber(0) }.to_string()
    }
}

/// Lines after a place, one by one, while whoever asks may have them.
struct Lines {
    activity: Activity,
    actor: Actor,
    wanted: Wanted,
    /// Whether it waits for more at the end.
    follows: bool,
    /// The end was reached.
    whole: bool,
    ready: std::collections::VecDeque<EventView>,
    /// The newest line at the time at which the last was read; nothing is looked for until there is a newer one.
    read_to: Option<EventNumber>,
    _follower: Follower,
}

impl Lines {
    fn begin(activity: Activity, actor: Actor, asked: AskEvents, follows: bool) -> Result<Self, Refusal> {
        let world = activity.core.world();
        let begins = asked.after.is_none();
        let mut wanted = Wanted::of(&world, &actor, asked)?;
        if begins {
            wanted.order = Order::After(world.log.newest);
        }
        let follower = activity.followers.take(actor.person)?;
        Ok(Self {
            activity,
            actor,
            wanted,
            follows,
            whole: false,
            ready: Default::default(),
            read_to: None,
            _follower: follower,
        })
    }

    async fn next(&mut self) -> Option<EventView> {
        let mut worlds = self.activity.core.orchestrator.watch();
        loop {
            let world = worlds.borrow_and_update();
            // Also before what is ready: whoever reads slowly is no better off.
            if !still_there(&world, &self.actor, self.activity.core.now()) || self.activity.core.stopping.is_cancelled()
            {
                return None;
            }
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let newest = world.log.newest;
            if self.read_to == Some(newest) {
                if !self.follows {
                    self.whole = true;
                    return None;
                }
                // Without a next world the server is stopping.
                if matches!(timeout(LOOK, worlds.changed()).await, Ok(Err(_))) {
                    return None;
                }
                continue;
            }
            let Wanted { of, order, topic, .. } = self.wanted;
            let Ok(lines) = self.activity.log.read(of, order, AT_ONCE).await else { return None };
            let end = lines.len() < AT_ONCE;
            for line in lines {
                self.wanted.order = self.wanted.order.at(line.number);
                self.ready.extend(told(&world, &self.actor, &line, topic));
            }
            self.read_to = end.then_some(newest);
        }
    }
}
