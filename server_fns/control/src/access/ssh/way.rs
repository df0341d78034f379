//! From a channel of the client to one of the instance: begun by the first channel, shared by all of a connection.

use std::future::ready;
use std::sync::Arc;

use model::id::InstanceId;
use planner::actor::Actor;
use russh::server::{ChannelOpenHandle, Handle as Client, Msg};
use russh::{Channel, ChannelOpenFailure, ChannelWriteHalf, client};
use tokio::sync::{OnceCell, watch};

use super::bridge::{self, Bridge};
use super::forward_requests::ForwardRequests;
use super::gauge::Gauge;
use super::inner::{Inner, InnerGauges};
use super::refusal::{FAILED, refused};
use super::{Gateway, sleeping};

/// What a client wants of the instance's network.
pub(super) enum Destination {
    Tcp { host: String, port: u32, from: String, from_port: u32 },
    Socket { path: String },
}

#[derive(Clone)]
pub(super) struct Way {
    pub(super) gateway: Gateway,
    pub(super) actor: Actor,
    pub(super) id: InstanceId,
    /// Who they are inside of it.
    pub(super) user: String,
    pub(super) client: Client,
    pub(super) inner: Arc<OnceCell<Inner>>,
    pub(super) asked: ForwardRequests,
    pub(super) gauges: InnerGauges,
    pub(super) ended: watch::Receiver<Option<String>>,
}

/// A session in the instance.
struct InnerSession {
    inner: Channel<client::Msg>,
    waits: Arc<Gauge>,
    /// The connection that it has for itself, if the shared one had no place for it.
    own: Option<Inner>,
}

impl Way {
    /// A shell, a command or a subsystem. What goes wrong is said on its standard error, after the note.
    pub(super) async fn session(self, outer: Channel<Msg>, waits_outer: Arc<Gauge>, note: Option<String>) {
        let (from_outer, to_outer) = outer.split();
        if let Some(note) = note {
            bridge::tell(&to_outer, note).await;
        }
        let opened = self.open_session(&to_outer).await;
        let InnerSession { inner, waits: waits_inner, own } = match opened {
            Ok(opened) => opened,
            Err(words) => {
                bridge::say(&to_outer, &words).await;
                let _ = to_outer.close().await;
                return;
            }
        };
        let Self { client, ended, gateway, id, .. } = self;
        let pauses = Some((gateway.core.orchestrator.watch(), id));
        let is_session = true;
        Bridge { from_outer, to_outer, waits_outer, inner, waits_inner, client, ended, is_session, pauses }
            .carry()
            .await;
        if let Some(own) = own {
            own.end().await;
        }
    }

    /// A forwarded connection has no standard error: its refusal says why.
    pub(super) async fn forward(
        self,
        outer: Channel<Msg>,
        waits_outer: Arc<Gauge>,
        reply: ChannelOpenHandle,
        wanted: Destination,
    ) {
        let opened = async {
            let inner = self.reached().await.map_err(|why| refused(FAILED, why))?;
            let channel = match wanted {
                Destination::Tcp { host, port, from, from_port } => {
                    inner.connection.channel_open_direct_tcpip(host, port, from, from_port).await
                }
                Destination::Socket { path } => inner.connection.channel_open_direct_streamlocal(path).await,
            };
            let channel = channel.map_err(|error| {
                tracing::debug!(instance = %self.id, %error, "a connection was not forwarded");
                ChannelOpenFailure::ConnectFailed
            })?;
            let waits = inner.gauge(&channel);
            Ok::<_, ChannelOpenFailure>((channel, waits))
        };
        let (inner, waits_inner) = match opened.await {
            Ok(opened) => opened,
            Err(why) => return reply.reject(why).await,
        };
        reply.accept().await;
        let (from_outer, to_outer) = outer.split();
        let Self { client, ended, .. } = self;
        let (is_session, pauses) = (false, None);
        Bridge { from_outer, to_outer, waits_outer, inner, waits_inner, client, ended, is_session, pauses }
            .carry()
            .await;
    }

    async fn open_session(&self, to_outer: &ChannelWriteHalf<Msg>) -> Result<InnerSession, String> {
        let inner = self.awake(|line| bridge::tell(to_outer, line)).await?;
        let sentence = |error: russh::Error| format!("The instance opens no session: {error}.");
        match inner.connection.channel_open_session().await {
            Ok(channel) => Ok(InnerSession { waits: inner.gauge(&channel), inner: channel, own: None }),
            // An sshd that DockHost did not set up as it does now takes ten sessions of one connection.
            Err(russh::Error::ChannelOpenFailure(_)) => {
                let own = self.connect().await?;
                let channel = own.connection.channel_open_session().await.map_err(sentence)?;
                Ok(InnerSession { waits: own.gauge(&channel), inner: channel, own: Some(own) })
            }
            Err(error) => Err(sentence(error)),
        }
    }

    /// The way for what has nobody to speak to.
    pub(super) async fn reached(&self) -> Result<&Inner, String> {
        self.awake(|_| ready(())).await
    }

    /// Starts the instance first, where its owner allows that.
    async fn awake<F>(&self, tell: impl FnMut(String) -> F) -> Result<&Inner, String>
    where
        F: Future<Output = ()>,
    {
        if !self.inner.initialized() {
            sleeping::wake(&self.gateway, &self.actor, self.id, tell).await?;
        }
        self.connected().await
    }

    async fn connected(&self) -> Result<&Inner, String> {
        self.inner.get_or_try_init(|| self.connect()).await
    }

    async fn connect(&self) -> Result<Inner, String> {
        let (client, ended, gauges) = (self.client.clone(), self.ended.clone(), Arc::clone(&self.gauges));
        Inner::connect(&self.gateway, (self.id, &self.user), client, ended, (gauges, self.asked.clone())).await
    }
}
