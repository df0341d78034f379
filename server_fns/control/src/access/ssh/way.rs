//! From a channel of the client to one of the instance: begun by the first channel, shared by all of a connection.

use std::sync::Arc;

use model::id::InstanceId;
use planner::actor::Actor;
use russh::server::{ChannelOpenHandle, Handle as Client, Msg};
use russh::{Channel, ChannelOpenFailure, ChannelWriteHalf, client};
use tokio::sync::{OnceCell, watch};

use super::asked::Asked;
use super::bridge::{self, Bridge};
use super::gauge::Gauge;
use super::inner::{Inner, InnerGauges};
use super::sleeping;
use crate::handle::Handle;

/// What a client wants of the instance's network.
pub(super) enum Wanted {
    Tcp { host: String, port: u32, from: String, from_port: u32 },
    Socket { path: String },
}

#[derive(Clone)]
pub(super) struct Way {
    pub(super) handle: Handle,
    pub(super) actor: Actor,
    pub(super) id: InstanceId,
    pub(super) client: Client,
    pub(super) inner: Arc<OnceCell<Inner>>,
    pub(super) asked: Asked,
    pub(super) gauges: InnerGauges,
    pub(super) ended: watch::Receiver<Option<String>>,
}

impl Way {
    /// A shell, a command or a subsystem. What goes wrong is said on its standard error, after the note.
    pub(super) async fn session(self, outer: Channel<Msg>, waits_outer: Arc<Gauge>, note: Option<String>) {
        let (from_outer, to_outer) = outer.split();
        if let Some(note) = note {
            bridge::tell(&to_outer, note).await;
        }
        let opened = self.open_session(&to_outer).await;
        let (inner, waits_inner) = match opened {
            Ok(opened) => opened,
            Err(words) => {
                bridge::say(&to_outer, &words).await;
                let _ = to_outer.close().await;
                return;
            }
        };
        let Self { client, ended, handle, id, .. } = self;
        let pauses = Some((handle.orchestrator.watch(), id));
        let is_session = true;
        Bridge { from_outer, to_outer, waits_outer, inner, waits_inner, client, ended, is_session, pauses }
            .carry()
            .await;
    }

    /// A forwarded connection has nobody to speak to: it is refused, and the log says why.
    pub(super) async fn forward(
        self,
        outer: Channel<Msg>,
        waits_outer: Arc<Gauge>,
        reply: ChannelOpenHandle,
        wanted: Wanted,
    ) {
        let opened = async {
            let inner = self.connected().await?;
            let channel = match wanted {
                Wanted::Tcp { host, port, from, from_port } => {
                    inner.connection.channel_open_direct_tcpip(host, port, from, from_port).await
                }
                Wanted::Socket { path } => inner.connection.channel_open_direct_streamlocal(path).await,
            };
            let channel = channel.map_err(|error| error.to_string())?;
            let waits = inner.gauge(&channel);
            Ok::<_, String>((channel, waits))
        };
        let (inner, waits_inner) = match opened.await {
            Ok(opened) => opened,
            Err(why) => {
                tracing::debug!(instance = %self.id, why, "a connection was not forwarded");
                return reply.reject(ChannelOpenFailure::ConnectFailed).await;
            }
        };
        reply.accept().await;
        let (from_outer, to_outer) = outer.split();
        let Self { client, ended, .. } = self;
        let (is_session, pauses) = (false, None);
        Bridge { from_outer, to_outer, waits_outer, inner, waits_inner, client, ended, is_session, pauses }
            .carry()
            .await;
    }

    async fn open_session(
        &self,
        to_outer: &ChannelWriteHalf<Msg>,
    ) -> Result<(Channel<client::Msg>, Arc<Gauge>), String> {
        if !self.inner.initialized() {
            let tell = |line: String| bridge::tell(to_outer, line);
            sleeping::wake(&self.handle, &self.actor, self.id, tell).await?;
        }
        let inner = self.connected().await?;
        let channel = inner.connection.channel_open_session().await;
        let channel = channel.map_err(|error| format!("The instance opens no session: {error}."))?;
        let waits = inner.gauge(&channel);
        Ok((channel, waits))
    }

    pub(super) async fn connected(&self) -> Result<&Inner, String> {
        let connect = || {
            let (client, ended, gauges) = (self.client.clone(), self.ended.clone(), Arc::clone(&self.gauges));
            Inner::connect(&self.handle, self.id, client, ended, (gauges, self.asked.clone()))
        };
        self.inner.get_or_try_init(connect).await
    }
}
