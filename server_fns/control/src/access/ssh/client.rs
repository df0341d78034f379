//! One client of the gateway: who it is, and which ways are open to it.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

use model::id::InstanceId;
use model::port::ContainerPort;
use planner::guest::{self, Route, Visitor};
use russh::ChannelId;
use russh::server::Session as Connection;
use tokio::sync::{OnceCell, watch};
use tokio_util::sync::CancellationToken;

use super::entry::{Entry, prove};
use super::forward_requests::ForwardRequests;
use super::gauge::Gauge;
use super::inner::{Inner, InnerGauges};
use super::way::Way;
use super::{Gateway, Origin, limits};

pub(super) struct Session {
    pub(super) gateway: Gateway,
    pub(super) from: Origin,
    /// It has offered a key that nobody has.
    pub(super) tried: Arc<AtomicBool>,
    /// Set only once a signature was verified.
    pub(super) entry: Option<Entry>,
    /// What the first session is told.
    pub(super) note: Option<String>,
    pub(super) asked: ForwardRequests,
    pub(super) gauges: InnerGauges,
    pub(super) inner: Arc<OnceCell<Inner>>,
    pub(super) ended: watch::Sender<Option<String>>,
    pub(super) entered: CancellationToken,
    pub(super) cut: CancellationToken,
}

impl Session {
    pub(super) fn new(
        gateway: Gateway,
        from: Origin,
        tried: Arc<AtomicBool>,
        cut: CancellationToken,
        entered: CancellationToken,
    ) -> Self {
        let (inner, gauges, (ended, _)) = (Arc::default(), InnerGauges::default(), watch::channel(None));
        let asked = ForwardRequests::default();
        Self { gateway, from, tried, entry: None, note: None, asked, gauges, inner, ended, entered, cut }
    }

    pub(super) fn visitor(&self) -> Option<&Visitor> {
        match &self.entry {
            Some(Entry::Visitor(visitor)) => Some(visitor),
            Some(Entry::Words { .. }) | None => None,
        }
    }

    /// Counts the channel, or refuses one too many.
    pub(super) fn take(&self, channel: ChannelId) -> Option<Arc<Gauge>> {
        let mut gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        (gauges.open_channels() < limits::CHANNELS).then(|| gauges.open(channel))
    }

    /// The way to the instance that the client named.
    pub(super) fn way(&self, connection: &Connection) -> Option<Way> {
        let visitor = self.visitor()?;
        let Route::Instance(id) = visitor.route else { return None };
        Some(Way {
            gateway: self.gateway.clone(),
            actor: visitor.actor.clone(),
            id,
            user: visitor.user.clone(),
            client: connection.handle(),
            inner: Arc::clone(&self.inner),
            asked: self.asked.clone(),
            gauges: Arc::clone(&self.gauges),
            ended: self.ended.subscribe(),
        })
    }

    /// That way, once the key is proved.
    pub(super) async fn proved_way(&mut self, connection: &mut Connection) -> Option<Way> {
        self.way(connection)?;
        prove(&self.gateway, &mut self.entry).await;
        self.way(connection)
    }

    /// An instance and port that the client may jump to.
    pub(super) fn jump(&self, host: &str, port: u32) -> Option<(InstanceId, ContainerPort)> {
        let port = ContainerPort(u16::try_from(port).ok().filter(|port| *port > 0)?);
        guest::jump(&self.gateway.core.world(), self.visitor()?, host).map(|id| (id, port))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            if let Some(inner) = inner.get() {
                inner.end().await;
            }
        });
    }
}
