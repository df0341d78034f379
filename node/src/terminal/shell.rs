//! One terminal: a shell in the instance, what it showed last, and at most one viewer.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use protocol::terminal::{End, FromViewer, MAX, SHOWN_MAX, State, TYPED_MAX, ToViewer};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use super::frames::{self, Frame};
use super::pace::Pace;
use super::replay::Replay;
use super::{SCROLL_BACK, Viewer};
use crate::docker::{Ending, Engine, EngineError, Output, Program, Running};

/// The best shell that there is. The text is ours alone; nothing of anybody's stands in it.
const BEST_SHELL: &str = "cd /root 2>/dev/null || cd /; command -v bash >/dev/null && exec bash -l; exec sh -l";
/// One that every image has: without it, a terminal shows no letter beyond ASCII. A profile may set another.
const LOCALE: &str = "LANG=C.UTF-8";
/// Tells the shell of a terminal that the terminal is gone, on a node that may not signal processes of containers. Every
/// program of the terminal inherits the variable, also one that has left it; the shell alone has no parent inside.
const HANG_UP: &str = "for it in /proc/[0-9]*; do grep -qzxF \"DOCKHOST_TERMINAL=$1\" \"$it/environ\" 2>/dev/null \
                       && grep -q '^PPid:[[:space:]]*0$' \"$it/status\" 2>/dev/null \
                       && kill -HUP \"${it#/proc/}\" && kill -CONT \"${it#/proc/}\"; done 2>/dev/null; true";

/// How long the shell of a terminal may take to end,
const HANGING_UP: Duration = Duration::from_secs(10);
/// and how much a program that tells it so may say meanwhile: it is to say nothing.
const HANGING_UP_SAYS: usize = 64 << 10;

pub(super) struct Shell {
    engine: Engine,
    container: String,
    name: String,
    running: Running,
    replay: Replay,
}

/// Who looks now, and how far they are.
struct Attached {
    heard: mpsc::Receiver<(FromViewer, Bytes)>,
    say: mpsc::Sender<Frame>,
    /// Sent, and not said to be shown.
    unshown: usize,
    /// To be sent.
    output: BytesMut,
    /// Taken of what was typed, and not yet said so.
    taken: usize,
}

impl Shell {
    pub(super) async fn begin(
        engine: Engine,
        container: &str,
        name: &str,
        size: (u16, u16),
    ) -> Result<Self, EngineError> {
        let program = Program {
            arguments: ["/bin/sh", "-c", BEST_SHELL].map(str::to_owned).to_vec(),
            environment: vec![
                "TERM=xterm-256color".to_owned(),
                format!("DOCKHOST_TERMINAL={name}"),
                "HOME=/root".to_owned(),
                LOCALE.to_owned(),
            ],
            terminal: Some(size),
        };
        let running = engine.exec(container, program).await?;
        let (container, name) = (container.to_owned(), name.to_owned());
        Ok(Self { engine, container, name, running, replay: Replay::new(SCROLL_BACK) })
    }

    /// Until the shell ends, its viewer closes it, or nobody has looked for too long.
    pub(super) async fn run(mut self, first: Viewer, mut viewers: mpsc::Receiver<Viewer>, kept: Duration) {
        let mut viewer = Some(self.attach(first, false).await);
        let mut alone_until = Instant::now() + kept;
        let (mut typed, mut written) = (BytesMut::new(), 0);
        let mut pace = Pace::default();
        let reason = loop {
            // Whoever looks sets the pace; where nobody does, the node does.
            let waits = viewer.is_none() && pace.until() > Instant::now();
            let room = match &viewer {
                Some(one) => one.unshown + one.output.len() < SHOWN_MAX,
                None => !waits,
            };
            let to_say =
                viewer.as_ref().filter(|one| !one.output.is_empty() || one.taken > 0).map(|one| one.say.clone());
            tokio::select! {
                piece = self.running.output.next(), if room => match piece {
                    Some(Ok(Output::Out(bytes) | Output::Error(bytes))) => {
                        self.replay.shown(&bytes);
                        match &mut viewer {
                            Some(one) => one.output.extend_from_slice(&bytes),
                            None => pace.took(bytes.len(), Instant::now()),
                        }
                    }
                    Some(Err(_)) | None => break self.ended().await,
                },
                Some(newer) = viewers.recv() => {
                    if let Some(older) = viewer.take() {
                        end(older, "It was opened in another window.", false).await;
                    }
                    typed.clear();
                    viewer = Some(self.attach(newer, true).await);
                }
                heard = hear(&mut viewer) => match heard {
                    Some((FromViewer::Input, bytes)) if typed.len() + bytes.len() > 2 * TYPED_MAX => {
                        tracing::debug!(terminal = self.name, "cut off a viewer that types more than it may");
                        viewer = None;
                        alone_until = Instant::now() + kept;
                    }
                    Some((FromViewer::Input, bytes)) => typed.extend_from_slice(&bytes),
                    Some((FromViewer::Resize, size)) => self.resize(&size).await,
                    Some((FromViewer::Shown, count)) => if let Some(one) = &mut viewer {
                        one.unshown = one.unshown.saturating_sub(number(&count));
                    },
                    Some((FromViewer::Close, _)) => {
                        self.hang_up().await;
                        break "It was closed.".to_owned();
                    }
                    None => {
                        viewer = None;
                        alone_until = Instant::now() + kept;
                    }
                },
                wrote = self.running.input.write(&typed), if !typed.is_empty() => match wrote {
                    Ok(count) => {
                        drop(typed.split_to(count));
                        written += count;
                        if let Some(one) = &mut viewer {
                            one.taken += count;
                        }
                        if typed.is_empty() {
                            // What was typed must not wait for more.
                            let _ = self.running.input.flush().await;
                        }
                    }
                    Err(_) => break self.ended().await,
                },
                permit = reserve(to_say.as_ref()), if to_say.is_some() => match (permit, &mut viewer) {
                    (Some(permit), Some(one)) => permit.send(one.next()),
                    (None, _) | (_, None) => viewer = None,
                },
                () = sleep_until(pace.until()), if waits => {}
                () = sleep_until(alone_until), if viewer.is_none() => {
                    self.hang_up().await;
                    break "Nobody has looked at it for too long.".to_owned();
                }
            }
        };
        tracing::debug!(terminal = self.name, reason, written, "a terminal ended");
        viewers.close();
        if let Some(one) = viewer {
            end(one, &reason, false).await;
        }
    }

    async fn attach(&mut self, viewer: Viewer, again: bool) -> Attached {
        let Viewer { wire, columns, rows } = viewer;
        let (heard, say) = frames::open(wire);
        let output = if again { BytesMut::from(self.replay.again().as_slice()) } else { BytesMut::new() };
        let state = State { terminal: self.name.clone(), again, replay: output.len() };
        // The queue of a new viewer is empty.
        let _ = say.send(Frame::json(ToViewer::State, &state)).await;
        if again {
            // A terminal that changes its size and back is drawn anew by whatever runs in it.
            let _ = self.engine.resize(&self.running.id, columns, rows.saturating_sub(1)).await;
        }
        let _ = self.engine.resize(&self.running.id, columns, rows).await;
        Attached { heard, say, unshown: 0, output, taken: 0 }
    }

    async fn resize(&mut self, size: &[u8]) {
        let [a, b, c, d] = size else { return };
        let (columns, rows) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
        if columns == 0 || rows == 0 {
            return;
        }
        if let Err(error) = self.engine.resize(&self.running.id, columns.min(1_000), rows.min(1_000)).await {
            tracing::debug!(terminal = self.name, %error, "a terminal was not resized");
        }
    }

    async fn ended(&mut self) -> String {
        match self.engine.exit_code(&self.running.id).await {
            Ok(Some(0)) => "The shell has ended.".to_owned(),
            Ok(Some(code)) => format!("The shell has ended with status {code}."),
            Ok(None) | Err(_) => "The instance has stopped, or its shell was cut off.".to_owned(),
        }
    }

    /// Hangs up as any terminal does: the shell is told, and tells what it began; what left the terminal before, such as a
    /// daemon or tmux, goes on. What is still said is read and thrown away: the engine handles the ends of programs one
    /// after the other, and each only once all that it said was taken.
    async fn hang_up(&mut self) {
        let Self { engine, container, name, running: Running { id, output, .. }, .. } = self;
        let told = async {
            match engine.hang_up(id).await {
                Ok(Ending::Sent) => {}
                Ok(Ending::NotOurs) => hang_up_from_inside(engine, container, name).await,
                Err(error) => tracing::debug!(terminal = name, %error, "a terminal was not hung up"),
            }
        };
        let quiet = async {
            let mut pace = Pace::default();
            while let Some(Ok(Output::Out(bytes) | Output::Error(bytes))) = output.next().await {
                pace.took(bytes.len(), Instant::now());
                sleep_until(pace.until()).await;
            }
        };
        if timeout(HANGING_UP, async { tokio::join!(told, quiet) }).await.is_ok() {
            return;
        }
        // A shell that does not hear it. Any other terminal would be gone from under it by now, but the engine keeps this
        // one as long as its shell runs.
        match engine.end(id).await {
            Ok(Ending::Sent) => tracing::debug!(terminal = name, "the shell of a terminal was killed"),
            Ok(Ending::NotOurs) | Err(_) => {
                tracing::warn!(terminal = name, "the shell of a terminal goes on after it was hung up");
            }
        }
    }
}

/// For a node that may not signal processes of containers: what can be done, if the instance is an honest one.
async fn hang_up_from_inside(engine: &Engine, container: &str, name: &str) {
    let arguments = ["/bin/sh", "-c", HANG_UP, "sh", name].map(str::to_owned).to_vec();
    match engine.exec(container, Program { arguments, ..Program::default() }).await {
        Ok(running) => finish(engine, running).await,
        Err(error) => tracing::debug!(terminal = name, %error, "a terminal was not hung up"),
    }
}

/// Listens to a program that is to say nothing, and ends it if it does not keep to that.
async fn finish(engine: &Engine, mut running: Running) {
    let mut heard = 0;
    while let Some(Ok(Output::Out(bytes) | Output::Error(bytes))) = running.output.next().await {
        heard += bytes.len();
        if heard > HANGING_UP_SAYS {
            let _ = engine.end(&running.id).await;
            return;
        }
    }
}

impl Attached {
    /// What is to be sent next: that input was taken, then output.
    fn next(&mut self) -> Frame {
        if self.taken > 0 {
            let count = u32::try_from(std::mem::take(&mut self.taken)).unwrap_or(u32::MAX);
            return Frame { kind: ToViewer::Taken.byte(), content: Bytes::copy_from_slice(&count.to_be_bytes()) };
        }
        let content = self.output.split_to(self.output.len().min(MAX)).freeze();
        self.unshown += content.len();
        Frame { kind: ToViewer::Output.byte(), content }
    }
}

async fn hear(viewer: &mut Option<Attached>) -> Option<(FromViewer, Bytes)> {
    match viewer {
        Some(one) => one.heard.recv().await,
        None => std::future::pending().await,
    }
}

async fn reserve(say: Option<&mpsc::Sender<Frame>>) -> Option<mpsc::Permit<'_, Frame>> {
    match say {
        Some(say) => say.reserve().await.ok(),
        None => std::future::pending().await,
    }
}

/// The rest of the output, then the last frame.
async fn end(mut viewer: Attached, reason: &str, resumable: bool) {
    let last = async {
        while !viewer.output.is_empty() || viewer.taken > 0 {
            let frame = viewer.next();
            viewer.say.send(frame).await?;
        }
        viewer.say.send(Frame::json(ToViewer::End, &End { reason: reason.to_owned(), resumable })).await
    };
    // A viewer that takes nothing more is gone.
    let _ = timeout(Duration::from_secs(5), last).await;
}

fn number(bytes: &[u8]) -> usize {
    let four = bytes.try_into().map(u32::from_be_bytes).unwrap_or_default();
    usize::try_from(four).unwrap_or(usize::MAX)
}
