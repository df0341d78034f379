//! Watches the engine: how it is, what it runs, hints of changes.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use model::id::ClusterId;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::docker::Engine;
use crate::event::{Event, FromEngine};

/// How often everything is listed anew, because hints can be missed.
const RELIST: Duration = Duration::from_secs(30);
/// How often an engine that is away is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Runs until the loop is gone. Nothing is listed before the cluster is known; `relist` asks for a listing now.
pub(super) async fn watch(
    engine: Engine,
    mut cluster: watch::Receiver<Option<ClusterId>>,
    relist: Arc<Notify>,
    events: mpsc::Sender<Event>,
) {
    loop {
        let state = engine.check().await;
        let up = state.is_up();
        if !tell(&events, FromEngine::Checked(state)).await {
            return;
        }
        let again = Instant::now() + if up { RELIST } else { ASK_AGAIN };
        let known = *cluster.borrow_and_update();
        let gone = match known.filter(|_| up) {
            None => tokio::select! {
                () = sleep_until(again) => false,
                changed = cluster.changed() => changed.is_err(),
            },
            Some(cluster) => !follow(&engine, cluster, &relist, again, &events).await,
        };
        if gone || events.is_closed() {
            return;
        }
    }
}

/// Lists once, and passes hints on until the time is up, the stream ends or a listing is asked for. False when nobody listens.
async fn follow(
    engine: &Engine,
    cluster: ClusterId,
    relist: &Notify,
    until: Instant,
    events: &mpsc::Sender<Event>,
) -> bool {
    let begun = Instant::now();
    let mut hints = std::pin::pin!(engine.events(cluster));
    // Beside each other, so that what changes during the listing is hinted at.
    let mut listing = std::pin::pin!(engine.list(cluster));
    let mut listed = false;
    loop {
        let what = tokio::select! {
            answer = &mut listing, if !listed => {
                listed = true;
                match answer {
                    Ok(containers) => FromEngine::Listed(containers),
                    Err(error) => {
                        tracing::warn!(%error, "the containers could not be listed");
                        continue;
                    }
                }
            }
            hint = hints.next() => match hint {
                Some(name) => FromEngine::Hint(name),
                // The engine is asked at once how it is, but not in a tight circle.
                None => {
                    sleep_until(begun + ASK_AGAIN).await;
                    return true;
                }
            },
            () = sleep_until(until) => return true,
            () = relist.notified(), if listed => return true,
        };
        if !tell(events, what).await {
            return false;
        }
    }
}

async fn tell(events: &mpsc::Sender<Event>, what: FromEngine) -> bool {
    events.send(Event::Engine(what)).await.is_ok()
}
