//! The server's end of the socket.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::refusal::{Refusal, RefusalCode};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::{Console, ConsoleAnswer, socket_path};
use crate::limits;
use crate::socket_file;
use crate::store::keep_private;

/// Answers until the server stops.
pub(crate) async fn serve(console: Arc<Console>, listener: UnixListener, data_dir: PathBuf, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let answered = tokio::time::timeout(limits::CONSOLE_ANSWER, answer(&console, stream)).await;
                    if let Ok(Err(error)) = answered {
                        tracing::warn!(%error, "an administrator's request was not answered");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the administrator's socket failed");
                    tokio::time::sleep(limits::RETRY_FIRST).await;
                }
            }
        }
    }
    // A socket that is left behind is replaced at the next start.
    let _ = std::fs::remove_file(socket_path(&data_dir));
}

pub(crate) fn listen(data_dir: &Path) -> io::Result<UnixListener> {
    // With a remote database nobody has looked at the folder before.
    keep_private(data_dir).map_err(io::Error::other)?;
    socket_file::listen(&socket_path(data_dir))
}

async fn answer(console: &Console, mut stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut line = String::new();
    BufReader::new(read.take(limits::CONSOLE_LINE)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => console.carry_out(request).await,
        Err(error) => {
            ConsoleAnswer::Refused(Refusal::new(RefusalCode::Invalid, format!("The request cannot be read: {error}.")))
        }
    };
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    write.write_all(&line).await
}
