//! `dockhost-node enrol`: changes a code for the node's API key, which goes into a file for this user alone.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use model::enrolment::{self, Enrol, Enrolled};
use model::plain::plain;
use model::refusal::Refusal;
use tokio::time::timeout;

use crate::config::Arguments;
use crate::server::{Address, ApiKey, connect};

/// How long the server may take, the connection included.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read, and characters of a refusal that are shown.
const ANSWER: usize = 64 << 10;
const SHOWN: usize = 1_000;
/// No code is longer.
const CODE: u64 = 1_024;

/// Reads the code from `input`: an argument could be read by every user of this machine. Answers with a sentence.
pub async fn enrol(arguments: &Arguments, input: impl BufRead) -> anyhow::Result<String> {
    // Two providers are compiled in, so one has to be named. A second call in one process changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let server = arguments.address()?;
    let file = arguments.api_key_file.as_deref();
    let file = file.context("no file is named: say with --api-key-file FILE where the API key shall be kept")?;
    let code = read(input)?;
    // The code is good once, so what could go wrong here goes wrong before it is used.
    let place = Place::make(file).with_context(|| format!("the API key cannot be kept in {}", file.display()))?;
    let late = || anyhow!("the server did not answer within {} s", PATIENCE.as_secs());
    let kept = match timeout(PATIENCE, ask(&server, &code)).await.unwrap_or_else(|_| Err(late())) {
        Ok(enrolled) => place.keep(&enrolled.api_key).map(|()| enrolled.name).with_context(|| {
            format!("the API key cannot be kept in {}, and the code is used up: get another line", file.display())
        }),
        Err(error) => {
            place.leave();
            Err(error)
        }
    };
    Ok(format!("This machine is the node {}. Its API key is in {}.", kept?, file.display()))
}

fn read(input: impl BufRead) -> anyhow::Result<String> {
    let mut line = String::new();
    input.take(CODE).read_line(&mut line).context("the code cannot be read from standard input")?;
    ensure!(
        !line.trim().is_empty(),
        "no code came on standard input: pass it there, as the line on the page Nodes does"
    );
    Ok(line.trim().to_owned())
}

async fn ask(server: &Address, code: &str) -> anyhow::Result<Enrolled> {
    let wire = connect(server).await.map_err(anyhow::Error::msg).context("there is no connection to the server")?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await?;
    // It ends with the answer.
    drop(tokio::spawn(connection));
    let body = serde_json::to_vec(&Enrol { code: code.to_owned() })?;
    let request = Request::post(server.path(enrolment::PATH))
        .header(HOST, server.authority())
        .header(CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER).collect().await;
    let body = body.map_err(|error| anyhow!("the server's answer broke off: {error}"))?.to_bytes();
    understood(status, &body)
}

fn understood(status: StatusCode, body: &[u8]) -> anyhow::Result<Enrolled> {
    if status != StatusCode::OK {
        match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) => bail!("{}", plain(&refusal.message, SHOWN)),
            Err(_) => bail!("the server answered with status {status}; is it a DockHost server of this version?"),
        }
    }
    let enrolled: Enrolled = serde_json::from_slice(body).context("the server's answer cannot be read")?;
    if let Err(why) = ApiKey::parse(&enrolled.api_key) {
        bail!("the API key that the server gave {why}");
    }
    Ok(enrolled)
}

/// Where the key will be: it is there whole, or what was there before is.
struct Place {
    file: PathBuf,
    part: PathBuf,
    open: File,
}

impl Place {
    fn make(file: &Path) -> io::Result<Self> {
        if file.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let part = file.with_extension("part");
        // Left behind by one that was ended.
        let _ = std::fs::remove_file(&part);
        let open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        Ok(Self { file: file.to_owned(), part, open })
    }

    fn keep(mut self, key: &str) -> io::Result<()> {
        writeln!(self.open, "{key}")?;
        self.open.sync_all()?;
        std::fs::rename(&self.part, &self.file)
    }

    fn leave(self) {
        // It is empty.
        let _ = std::fs::remove_file(&self.part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_key_is_for_its_user_alone_and_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("etc/dockhost-node/key");
        Place::make(&file).unwrap().leave();
        assert!(!file.exists() && std::fs::read_dir(file.parent().unwrap()).unwrap().next().is_none());
        for key in ["dhn_1", "dhn_2"] {
            Place::make(&file).unwrap().keep(key).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{key}\n"));
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let folder = std::fs::metadata(file.parent().unwrap()).unwrap().permissions().mode() & 0o777;
        assert_eq!(folder & 0o077, 0, "{folder:o}");
        assert!(Place::make(dir.path()).is_err(), "a folder is no file");
    }

    #[test]
    fn a_code_is_one_line_of_standard_input() {
        assert_eq!(read(&b" dhe_x \nmore\n"[..]).unwrap(), "dhe_x");
        assert!(read(&b"\n"[..]).unwrap_err().to_string().contains("no code came"));
    }

    #[test]
    fn what_the_server_says_is_said_on() {
        let good = br#"{"name": "lab-1", "api_key": "dhn_x"}"#;
        assert_eq!(understood(StatusCode::OK, good).ok().unwrap().name.as_str(), "lab-1");
        let why = |status: StatusCode, body: &str| understood(status, body.as_bytes()).err().unwrap().to_string();
        let refusal = r#"{"code": "forbidden", "message": "It was used\u001b[2J already."}"#;
        assert_eq!(why(StatusCode::FORBIDDEN, refusal), "It was used[2J already.");
        assert!(why(StatusCode::BAD_GATEWAY, "<html>").contains("status 502"));
        assert!(why(StatusCode::OK, r#"{"name": "lab-1", "api_key": "a b"}"#).contains("characters"));
        assert!(why(StatusCode::OK, "{}").contains("cannot be read"));
    }
}
