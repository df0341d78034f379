//! Bytes to an instance's own sshd, or another declared port, which the gateway carries and cannot read.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use model::id::InstanceId;
use model::port::ContainerPort;
use planner::access::instance_of;
use planner::actor::Actor;
use protocol::stream::Target;
use russh::server::{ChannelOpenHandle, Msg};
use russh::{Channel, ChannelMsg, ChannelOpenFailure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;

use super::gauge::Gauge;
use super::limits;
use super::watch::told;
use crate::access::authority::DOMAIN;
use crate::handle::Handle;
use crate::tunnel::{NoStream, Stream};

/// For each direction.
const BUFFER: usize = 64 << 10;

/// An instance of the person's, named as `web-1` or `web-1.dockhost`. Somebody else's and none at all are the same.
pub(super) fn target(handle: &Handle, actor: &Actor, host: &str) -> Option<InstanceId> {
    let name = host.strip_suffix(DOMAIN).and_then(|rest| rest.strip_suffix('.')).unwrap_or(host);
    instance_of(&handle.world(), actor.person, name).map(|instance| instance.id)
}

/// Opens the stream, answers the client, and carries until either end is done.
pub(super) async fn carry(
    handle: Handle,
    id: InstanceId,
    port: ContainerPort,
    channel: Channel<Msg>,
    waits: Arc<Gauge>,
    reply: ChannelOpenHandle,
    mut ended: watch::Receiver<Option<String>>,
) {
    let patience = if port == ContainerPort::SSH { limits::SSHD } else { std::time::Duration::ZERO };
    let patience_ms = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
    let stream = match handle.open_stream(id, Target::Port { port, patience_ms }).await {
        Ok(stream) => stream,
        Err(why) => {
            tracing::debug!(instance = %id, port = port.0, %why, "a jump was refused");
            return reply.reject(meaning(&why)).await;
        }
    };
    reply.accept().await;
    tokio::select! {
        () = splice(channel, &waits, stream) => {}
        _why = told(&mut ended) => {}
        () = handle.no_longer_wanted(id) => {}
    }
}

/// Until the client closes the channel, or both directions are done.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add messages, and most of them never come here")]
async fn splice(channel: Channel<Msg>, waits: &Gauge, stream: Stream) {
    let (mut from, to) = channel.split();
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
    // The client may have closed it first.
    let _ = to.close().await;
}

fn meaning(why: &NoStream) -> ChannelOpenFailure {
    match why {
        NoStream::Undeclared(_) => ChannelOpenFailure::AdministrativelyProhibited,
        NoStream::NotRunning(_) | NoStream::NotListening(_) | NoStream::NodeAway(_) => {
            ChannelOpenFailure::ConnectFailed
        }
    }
}
