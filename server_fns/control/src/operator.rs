//! The command line's end: through the running server, else by opening the database itself.

use std::io;
use std::path::Path;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::config::Config;
use crate::console::{ConsoleAnswer, ConsoleRequest, socket_path};
use crate::running::Control;
use crate::store::OpenError;

/// Why an administrator's request had no answer.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    #[error("the running server did not answer on its socket")]
    Socket(#[source] io::Error),
    #[error("no server is running on this data directory, and only a running one can answer this; start it first")]
    NotRunning,
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Asks the server that runs on this data directory; when none runs, opens the database for this one request.
///
/// # Errors
/// When neither works; what the request itself led to is in the answer.
pub async fn call(config: Config, request: ConsoleRequest) -> Result<ConsoleAnswer, ConsoleError> {
    if let Some(stream) = connect(&config.data_dir).await? {
        return exchange(stream, &request).await.map_err(ConsoleError::Socket);
    }
    if request.needs_server() {
        return Err(ConsoleError::NotRunning);
    }
    let (api, running) = Control::open(config).await?.run();
    let answer = api.console.carry_out(request).await;
    running.stop().await;
    Ok(answer)
}

/// `None` when nobody listens.
async fn connect(data_dir: &Path) -> Result<Option<UnixStream>, ConsoleError> {
    match UnixStream::connect(socket_path(data_dir)).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => Ok(None),
        Err(error) => Err(ConsoleError::Socket(error)),
    }
}

async fn exchange(mut stream: UnixStream, request: &ConsoleRequest) -> io::Result<ConsoleAnswer> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(serde_json::from_str(&answer)?)
}
