//! What a client asks of a session channel, passed on to the instance.

use russh::client;
use russh::{ChannelMsg, ChannelWriteHalf, Error};

/// What a message of the client means to the bridge.
pub(super) enum Passed {
    /// It was passed on, or means nothing to an instance.
    Yes,
    /// It asks for a program, and whether there is one is answered on the channel.
    Asked,
}

/// Every request was granted to the client when it arrived: an answer that comes after the next request would be taken
/// for an answer to that one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add messages, and most of them never come here")]
pub(super) async fn pass(inner: &ChannelWriteHalf<client::Msg>, message: ChannelMsg) -> Result<Passed, Error> {
    match message {
        ChannelMsg::RequestPty { term, col_width, row_height, pix_width, pix_height, terminal_modes, .. } => {
            inner.request_pty(false, &term, col_width, row_height, pix_width, pix_height, &terminal_modes).await?;
        }
        ChannelMsg::SetEnv { variable_name, variable_value, .. } => {
            inner.set_env(false, variable_name, variable_value).await?;
        }
        ChannelMsg::WindowChange { col_width, row_height, pix_width, pix_height } => {
            inner.window_change(col_width, row_height, pix_width, pix_height).await?;
        }
        ChannelMsg::Signal { signal } => inner.signal(signal).await?,
        ChannelMsg::AgentForward { .. } => inner.agent_forward(false).await?,
        ChannelMsg::RequestShell { .. } => {
            inner.request_shell(true).await?;
            return Ok(Passed::Asked);
        }
        ChannelMsg::Exec { command, .. } => {
            inner.exec(true, command).await?;
            return Ok(Passed::Asked);
        }
        ChannelMsg::RequestSubsystem { name, .. } => {
            inner.request_subsystem(true, name).await?;
            return Ok(Passed::Asked);
        }
        _ => {}
    }
    Ok(Passed::Yes)
}
