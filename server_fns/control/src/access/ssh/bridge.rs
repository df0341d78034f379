//! One channel of the client and one of the instance, made into one.

use std::sync::Arc;

use bytes::Bytes;
use model::id::InstanceId;
use russh::server;
use russh::{Channel, ChannelId, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Error, client};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::gauge::Gauge;
use super::limits;
use super::requests::{Passed, pass};
use super::watch::{pauses as tell_of_pauses, told};
use crate::orchestrator::Worlds;

/// Standard error, as SSH numbers it.
pub(super) const STDERR: u32 = 1;
/// What a program ends with that could not be begun or was cut off.
pub(super) const FAILED: u32 = 255;

/// Both ends, and what waits of each.
pub(super) struct Bridge {
    pub(super) from_outer: ChannelReadHalf,
    pub(super) to_outer: ChannelWriteHalf<server::Msg>,
    pub(super) waits_outer: Arc<Gauge>,
    pub(super) inner: Channel<client::Msg>,
    pub(super) waits_inner: Arc<Gauge>,
    /// For what only the whole connection can say.
    pub(super) client: server::Handle,
    /// Why the connection is ended from here.
    pub(super) ended: watch::Receiver<Option<String>>,
    /// A session says in the end how its program ended; a forwarded connection just closes.
    pub(super) is_session: bool,
    /// Of which instance a session is told that it is paused.
    pub(super) pauses: Option<(Worlds, InstanceId)>,
}

impl Bridge {
    /// Carries until either end closes the channel, or the instance may no longer be reached.
    pub(super) async fn carry(self) {
        let Self { from_outer, to_outer, waits_outer, inner, waits_inner, client, mut ended, is_session, pauses } =
            self;
        let (id, (from_inner, to_inner)) = (to_outer.id(), inner.split());
        let up = async {
            // The client's wishes end when it closes the channel; what the instance still says is carried on.
            if let Err(error) = up(from_outer, &to_inner, &waits_outer).await {
                tracing::debug!(%error, "a channel of an instance is gone");
            }
            let _ = to_inner.close().await;
            std::future::pending::<()>().await
        };
        let down = down(from_inner, &to_outer, &client, id, &waits_inner, is_session);
        let over = told(&mut ended);
        let notes = async {
            if let Some((worlds, id)) = pauses {
                tell_of_pauses(worlds, id, |line| tell(&to_outer, line)).await;
            }
            std::future::pending::<()>().await;
        };
        let last_words = tokio::select! {
            finished = down => match finished {
                Ok(true) => None,
                Ok(false) if is_session => Some("The connection to the instance was lost.".to_owned()),
                Ok(false) | Err(_) => None,
            },
            () = up => None,
            () = notes => None,
            why = over => Some(why),
        };
        if let Some(words) = last_words.filter(|_| is_session) {
            say(&to_outer, &words).await;
        }
        // The client may have closed it first.
        let _ = to_outer.close().await;
    }
}

/// A line on standard error.
pub(super) async fn tell(to_outer: &ChannelWriteHalf<server::Msg>, line: String) {
    let said = to_outer.extended_data_bytes(STDERR, Bytes::from(format!("{line}\r\n")));
    // A client that takes nothing more has no use for words.
    let _ = tokio::time::timeout(limits::LAST_WORDS, said).await;
}

/// Tells why there is nothing more, and ends the program as one that failed.
pub(super) async fn say(to_outer: &ChannelWriteHalf<server::Msg>, words: &str) {
    tell(to_outer, words.to_owned()).await;
    let _ = to_outer.exit_status(FAILED).await;
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add messages, and most of them never come here")]
async fn up(mut from: ChannelReadHalf, to: &ChannelWriteHalf<client::Msg>, waits: &Gauge) -> Result<(), Error> {
    while let Some(message) = from.wait().await {
        match message {
            ChannelMsg::Data { data } => {
                let bytes = data.len();
                to.data_bytes(data).await?;
                waits.taken(bytes);
            }
            ChannelMsg::ExtendedData { data, ext } => {
                let bytes = data.len();
                to.extended_data_bytes(ext, data).await?;
                waits.taken(bytes);
            }
            ChannelMsg::Eof => to.eof().await?,
            ChannelMsg::Close => return Ok(()),
            request => match pass(to, request).await? {
                Passed::Yes | Passed::Asked => {}
            },
        }
    }
    Ok(())
}

/// Answers whether the instance ended the channel in good order.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add messages, and most of them never come here")]
async fn down(
    mut from: ChannelReadHalf,
    to: &ChannelWriteHalf<server::Msg>,
    client: &server::Handle,
    id: ChannelId,
    waits: &Gauge,
    is_session: bool,
) -> Result<bool, Error> {
    let (mut told, mut end_at) = (false, None);
    loop {
        let message = tokio::select! {
            message = from.wait() => message,
            () = sleep_until(end_at.unwrap_or_else(Instant::now)), if end_at.is_some() => {
                end_at = None;
                to.eof().await?;
                continue;
            }
        };
        let Some(message) = message else { return Ok(told) };
        match message {
            ChannelMsg::Data { data } => {
                let bytes = data.len();
                to.data_bytes(data).await?;
                waits.taken(bytes);
            }
            ChannelMsg::ExtendedData { data, ext } => {
                let bytes = data.len();
                to.extended_data_bytes(ext, data).await?;
                waits.taken(bytes);
            }
            // A client whose own end is done answers the end of the output by closing the channel, and then how the
            // program ended could no longer be told. So the end of a session's output waits for that a little.
            ChannelMsg::Eof if is_session && !told => end_at = Some(Instant::now() + limits::EXIT_STATUS),
            ChannelMsg::Eof => to.eof().await?,
            ChannelMsg::ExitStatus { exit_status } => {
                told = true;
                to.exit_status(exit_status).await?;
                end_at = end_at.map(|_| Instant::now());
            }
            ChannelMsg::ExitSignal { signal_name, core_dumped, error_message, lang_tag } => {
                told = true;
                let signal = client.exit_signal_request(id, signal_name, core_dumped, error_message, lang_tag);
                signal.await.map_err(|()| Error::SendError)?;
                end_at = end_at.map(|_| Instant::now());
            }
            ChannelMsg::Failure => {
                say(to, "The instance refused this request.").await;
                return Ok(true);
            }
            ChannelMsg::Close => return Ok(true),
            _ => {}
        }
    }
}
