//! Bytes to an instance's own sshd, or another declared port, which the gateway carries and cannot read.

use std::future::ready;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use model::id::{InstanceId, SshKeyId};
use model::port::ContainerPort;
use planner::actor::Actor;
use protocol::stream::Target;
use russh::server::{ChannelOpenHandle, Msg};
use russh::{Channel, ChannelMsg, ChannelOpenFailure, ChannelReadHalf, ChannelWriteHalf};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

use super::gauge::Gauge;
use super::refusal::{FAILED, PROHIBITED, refused};
use super::watch::{out_of_reach, told};
use super::{Gateway, limits, sleeping};
use crate::tunnel::{NoStream, Stream};

/// For each direction.
const BUFFER: usize = 64 << 10;

/// One connection to an instance.
pub(super) struct Jump {
    pub(super) gateway: Gateway,
    /// Who jumps, and by which key they are here.
    pub(super) by: Option<(Actor, SshKeyId)>,
    pub(super) to: InstanceId,
    pub(super) port: ContainerPort,
    pub(super) ended: watch::Receiver<Option<String>>,
}

impl Jump {
    /// Starts the instance where its owner allows that, opens the stream, answers the client, and carries until either end
    /// is done or the key may no longer.
    pub(super) async fn carry(self, channel: Channel<Msg>, waits: Arc<Gauge>, reply: ChannelOpenHandle) {
        let Self { gateway, by, to: instance, port, mut ended } = self;
        if let Some((actor, _)) = &by
            && let Err(why) = sleeping::wake(&gateway, actor, instance, |_| ready(())).await
        {
            return reply.reject(refused(FAILED, why)).await;
        }
        let patience = if port == ContainerPort::SSH { limits::SSHD } else { std::time::Duration::ZERO };
        let patience_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        let stream = match gateway.tunnels.open_stream(instance, Target::Port { port, patience_ms }).await {
            Ok(stream) => stream,
            Err(why) => {
                tracing::debug!(%instance, port = port.0, %why, "a jump was refused");
                return reply.reject(meaning(&why)).await;
            }
        };
        reply.accept().await;
        let (from, to) = channel.split();
        tokio::select! {
            () = splice(from, &to, &waits, stream) => {}
            _why = told(&mut ended) => {}
            () = gateway.tunnels.no_longer_wanted(instance) => {}
            () = out_of_reach(gateway.core.orchestrator.watch(), by.map(|(_, key)| key), instance) => {}
        }
        // The client may have closed it first. Without this, one that was ended from here would wait for ever.
        let _ = to.close().await;
    }
}

/// Until the client closes the channel, or both directions are done.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add messages, and most of them never come here")]
async fn splice(mut from: ChannelReadHalf, to: &ChannelWriteHalf<Msg>, waits: &Gauge, stream: Stream) {
    let Stream { socket, lease: _lease } = stream;
    let (mut inside, mut into) = tokio::io::split(socket);
    let up = async {
        while let Some(message) = from.wait().await {
            match message {
                ChannelMsg::Data { data } => {
                    into.write_all(&data).await?;
                    waits.taken(data.len());
                }
                // Nothing comes after it. A client that has nothing more to send waits for us to close.
                ChannelMsg::Eof => break,
                ChannelMsg::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
                _ => {}
            }
        }
        into.shutdown().await
    };
    let down = async {
        loop {
            let mut buffer = BytesMut::with_capacity(BUFFER);
            if inside.read_buf(&mut buffer).await? == 0 {
                return to.eof().await.map_err(io::Error::other);
            }
            to.data_bytes(buffer.freeze()).await.map_err(io::Error::other)?;
        }
    };
    let ended: io::Result<((), ())> = tokio::try_join!(up, down);
    if let Err(error) = ended {
        tracing::debug!(%error, "a jump ended");
    }
}

fn meaning(why: &NoStream) -> ChannelOpenFailure {
    let code = match why {
        NoStream::Undeclared(_) => PROHIBITED,
        NoStream::NotRunning(_) | NoStream::Paused(_) | NoStream::NotListening(_) | NoStream::NodeAway(_) => FAILED,
    };
    refused(code, format!("{why}."))
}
