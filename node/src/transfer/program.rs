//! One program that moves a file, which may do anything but what it is meant to.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use model::plain::plain;
use protocol::limits::text::CLAUSE;
use protocol::path::FilePath;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::docker::{Ending, Engine, EngineError, Output, Program, Running};

/// How long one may take to say what is there, and to say how a file was taken.
pub(super) const ANSWER: Duration = Duration::from_secs(30);
/// How long one that is sent bytes may take none of them.
pub(super) const STANDS: Duration = Duration::from_secs(60);
/// How long one may take to end by itself,
const GRACE: Duration = Duration::from_secs(1);
/// and what it may still say meanwhile.
const REST: usize = 8 << 20;
/// Bytes that one may say unasked, one after the other.
const UNASKED: usize = 1 << 20;
/// Bytes of what it complains that are kept: room for a path and for what is wrong with it.
const COMPLAINT: usize = 8_000;
/// How long a program that is asked inside to end another may take.
const ASKED: Duration = Duration::from_secs(5);

/// By which a program is known inside.
const MARK: &str = "DOCKHOST_TRANSFER";
/// How each begins: in the folder of whom it runs as, if there is one, and with the path that it is about, whose bytes may be
/// any. The dot keeps a line break at its end.
const BEGIN: &str = "cd /root 2>/dev/null || cd /; path=$(printf '%b.' \"$1\"); path=${path%.}; \
                     fail() { echo \"$1\" >&2; exit 1; }\n";
/// Ends every program with that mark.
const END: &str = "for it in /proc/[0-9]*; do grep -qzxF \"DOCKHOST_TRANSFER=$1\" \"$it/environ\" 2>/dev/null \
                   && kill -KILL \"${it#/proc/}\"; done; true";

pub(super) struct Mover {
    engine: Engine,
    container: String,
    mark: String,
    id: String,
    output: Pin<Box<dyn Stream<Item = Result<Output, EngineError>> + Send>>,
    /// Its end is what an honest one ends by.
    pub(super) input: Pin<Box<dyn AsyncWrite + Send>>,
    complaint: String,
    unasked: usize,
    has_ended: bool,
}

impl Mover {
    pub(super) async fn begin(
        engine: &Engine,
        container: &str,
        script: &str,
        path: &FilePath,
        more: &[&str],
    ) -> Result<Self, EngineError> {
        let mut mark = [0; 8];
        // Without random numbers they have one mark, and end together.
        let _ = getrandom::fill(&mut mark);
        let mark = hex::encode(mark);
        let shell = ["/bin/sh", "-c", &format!("{BEGIN}{script}"), "sh"].map(str::to_owned);
        let program = Program {
            arguments: shell
                .into_iter()
                .chain([spelled(path)])
                .chain(more.iter().map(|text| (*text).to_owned()))
                .collect(),
            environment: vec![format!("{MARK}={mark}")],
            terminal: None,
        };
        let Running { id, output, input } = engine.exec(container, program).await?;
        let (engine, container) = (engine.clone(), container.to_owned());
        let (complaint, unasked, has_ended) = (String::new(), 0, false);
        Ok(Self { engine, container, mark, id, output, input, complaint, unasked, has_ended })
    }

    /// The next bytes that it gives; none at its end. What it complains is kept, and not without end.
    pub(super) async fn given(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            match self.heard().await? {
                Some(Output::Out(bytes)) => {
                    self.unasked = 0;
                    return Ok(Some(bytes));
                }
                Some(Output::Error(_)) => {}
                None => return Ok(None),
            }
        }
    }

    /// Listens to one that is to give nothing, until it ends.
    pub(super) async fn listen(&mut self) -> io::Result<()> {
        listen(&mut self.output, &mut self.complaint, &mut self.unasked, &mut self.has_ended).await
    }

    /// As [`Self::listen`], while its input is written to.
    pub(super) fn parts(&mut self) -> (impl Future<Output = io::Result<()>>, &mut Pin<Box<dyn AsyncWrite + Send>>) {
        let Self { output, input, complaint, unasked, has_ended, .. } = self;
        (listen(output, complaint, unasked, has_ended), input)
    }

    async fn heard(&mut self) -> io::Result<Option<Output>> {
        heard(&mut self.output, &mut self.complaint, &mut self.unasked, &mut self.has_ended).await
    }

    /// What it ended with.
    pub(super) async fn code(&mut self) -> io::Result<Option<i64>> {
        self.engine.exit_code(&self.id).await.map_err(io::Error::other)
    }

    /// The last line of what it complained: what comes before it is how the program got there.
    pub(super) fn said(&self) -> String {
        let line = self.complaint.lines().map(|line| plain(line, COMPLAINT)).rfind(|line| !line.is_empty());
        line.map_or_else(|| "the transfer was cut off".to_owned(), |line| clause(&line))
    }

    /// Sees to it that it has ended. An honest one ends when its input does, and tidies up; any other is killed, for the
    /// engine would go on reading what nobody wants.
    pub(super) async fn end(mut self) {
        if self.has_ended {
            return;
        }
        let by_itself = async {
            // One that reads nothing more does not see it.
            let _ = self.input.shutdown().await;
            let mut rest = 0;
            while let Ok(Some(Output::Out(bytes) | Output::Error(bytes))) = self.heard().await {
                self.unasked = 0;
                rest += bytes.len();
                if rest > REST {
                    return false;
                }
            }
            self.has_ended
        };
        if timeout(GRACE, by_itself).await.unwrap_or(false) {
            return;
        }
        let Self { engine, container, mark, id, .. } = self;
        match engine.end(&id).await {
            Ok(Ending::Sent) => tracing::debug!(container, "the program of a transfer was killed"),
            Ok(Ending::NotOurs) => end_from_inside(&engine, &container, &mark, &id).await,
            Err(error) => tracing::warn!(container, %error, "the program of a transfer may go on"),
        }
    }
}

/// A path as `printf %b` reads it: the engine takes arguments that are text alone.
fn spelled(path: &FilePath) -> String {
    let mut text = String::new();
    for byte in path.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => text.push(char::from(*byte)),
            _ => text += &format!("\\0{byte:03o}"),
        }
    }
    text
}

/// The end of a line that is too long to be told: programs name the file first, and then say why.
fn clause(line: &str) -> String {
    let length = line.chars().count();
    if length <= CLAUSE {
        return line.to_owned();
    }
    let end: String = line.chars().skip(length + 1 - CLAUSE).collect();
    format!("…{end}")
}

/// For a node that may not end processes of containers: what can be done, if the instance is an honest one.
async fn end_from_inside(engine: &Engine, container: &str, mark: &str, id: &str) {
    let arguments = ["/bin/sh", "-c", END, "sh", mark].map(str::to_owned).to_vec();
    let asked = async {
        let Ok(mut running) = engine.exec(container, Program { arguments, ..Program::default() }).await else { return };
        // Nothing is to be said, so that a second one that floods is not listened to.
        let _ = running.output.next().await;
    };
    let _ = timeout(ASKED, asked).await;
    if engine.exit_code(id).await == Ok(None) {
        tracing::warn!(
            container,
            "the program of a transfer goes on in the instance: only a node that runs as root beside its engine can end it"
        );
    }
}

type Heard<'a> = &'a mut Pin<Box<dyn Stream<Item = Result<Output, EngineError>> + Send>>;

async fn listen(output: Heard<'_>, complaint: &mut String, unasked: &mut usize, ended: &mut bool) -> io::Result<()> {
    while heard(output, complaint, unasked, ended).await?.is_some() {}
    Ok(())
}

async fn heard(
    output: Heard<'_>,
    complaint: &mut String,
    unasked: &mut usize,
    ended: &mut bool,
) -> io::Result<Option<Output>> {
    if *ended {
        return Ok(None);
    }
    let Some(piece) = output.next().await else {
        *ended = true;
        return Ok(None);
    };
    let piece = piece.map_err(io::Error::other)?;
    let (Output::Out(bytes) | Output::Error(bytes)) = &piece;
    *unasked = unasked.saturating_add(bytes.len());
    if *unasked > UNASKED {
        return Err(io::Error::other("it says more than it was asked"));
    }
    if let Output::Error(bytes) = &piece
        && complaint.len() < COMPLAINT
    {
        complaint.extend(String::from_utf8_lossy(bytes.get(..COMPLAINT).unwrap_or(bytes.as_ref())).chars());
    }
    Ok(Some(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_any_bytes_is_one_word_of_text() {
        assert_eq!(spelled(&FilePath::new(b"/root/a-b_c.d".to_vec())), "/root/a-b_c.d");
        assert_eq!(spelled(&FilePath::new(b"/a b\\n%s\n\xff".to_vec())), "/a\\0040b\\0134n\\0045s\\0012\\0377");
    }

    #[test]
    fn of_a_long_complaint_its_end_is_told() {
        let line = format!("mv: cannot stat '{}': File name too long", "x".repeat(400));
        let told = clause(&line);
        assert_eq!(told.chars().count(), CLAUSE);
        assert!(told.ends_with("x': File name too long"));
        assert_eq!(clause("short"), "short");
    }
}
