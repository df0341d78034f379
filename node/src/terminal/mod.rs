//! Terminals of instances: shells that live here, whoever looks at them. They need nothing of the instance but a shell,
//! so they help also when its sshd is broken.

mod frames;
mod pace;
mod questions;
mod replay;
mod shell;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::id::InstanceId;
use protocol::stream::NotOpened;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use crate::docker::Engine;
use crate::stream::{Refused, Wire};
use shell::Shell;

/// Terminals that one instance may have at once.
const OF_INSTANCE: usize = 16;
/// Bytes of what it showed last that are kept for the next to look at it.
const SCROLL_BACK: usize = 512 << 10;

/// Whose terminal it is, and which.
type Key = (InstanceId, String);

type Open = Arc<Mutex<HashMap<Key, mpsc::Sender<Viewer>>>>;

#[derive(Clone)]
pub struct Terminals {
    engine: Engine,
    /// How long a terminal that nobody looks at is kept.
    kept: Duration,
    open: Open,
}

/// One terminal's place among those of its instance, from before its shell begins until it has ended.
struct Place {
    open: Open,
    key: Key,
    attach: mpsc::Sender<Viewer>,
}

enum Placed {
    IsThere(mpsc::Sender<Viewer>),
    Begins(Place, mpsc::Receiver<Viewer>),
    Full,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one of that name may have begun meanwhile.
        if open.get(&self.key).is_some_and(|there| there.same_channel(&self.attach)) {
            open.remove(&self.key);
        }
    }
}

/// Somebody who looks at a terminal.
pub(crate) struct Viewer {
    wire: Wire,
    columns: u16,
    rows: u16,
}

/// Says on the wire, which is a terminal's by now, why there is none.
pub(crate) async fn refuse(mut wire: Wire, why: &str) {
    let end = protocol::terminal::End { reason: format!("There is no terminal: {why}."), resumable: false };
    let content = serde_json::to_vec(&end).unwrap_or_default();
    let head = protocol::terminal::head(protocol::terminal::ToViewer::End.byte(), content.len());
    // Whoever asked may have gone away.
    let _ = wire.write_all(&[&head[..], &content].concat()).await;
    let _ = wire.shutdown().await;
}

impl Terminals {
    pub fn new(engine: Engine, kept: Duration) -> Self {
        Self { engine, kept, open: Arc::default() }
    }

    /// Shows the terminal of that name on the wire, and begins it where there is none.
    pub(crate) async fn show(
        &self,
        instance: InstanceId,
        container: &str,
        name: String,
        size: (u16, u16),
        wire: Wire,
    ) -> Result<(), (Wire, Refused)> {
        let (columns, rows) = (size.0.clamp(2, 1_000), size.1.clamp(2, 1_000));
        let mut viewer = Viewer { wire, columns, rows };
        let key = (instance, name);
        let (place, viewers) = loop {
            match self.place(&key) {
                Placed::Begins(place, viewers) => break (place, viewers),
                Placed::IsThere(attach) => match attach.send(viewer).await {
                    Ok(()) => return Ok(()),
                    // It ended just now.
                    Err(back) => viewer = back.0,
                },
                Placed::Full => {
                    let message = format!("the instance has {OF_INSTANCE} terminals already; close one first");
                    return Err((viewer.wire, Refused(NotOpened::Busy, message)));
                }
            }
        };
        let begun = Shell::begin(self.engine.clone(), container, &place.key.1, (columns, rows)).await;
        let shell = match begun {
            Ok(shell) => shell,
            Err(error) => return Err((viewer.wire, Refused(NotOpened::Engine, error.to_string()))),
        };
        let kept = self.kept;
        tokio::spawn(async move {
            shell.run(viewer, viewers, kept).await;
            drop(place);
        });
        Ok(())
    }

    /// Looked for, counted and taken in one moment, because a shell takes a while to begin. Whoever comes for the same
    /// one meanwhile waits for it.
    fn place(&self, key: &Key) -> Placed {
        let mut open = self.open();
        if let Some(attach) = open.get(key).filter(|attach| !attach.is_closed()) {
            return Placed::IsThere(attach.clone());
        }
        let of_instance = open.iter().filter(|((of, _), attach)| *of == key.0 && !attach.is_closed()).count();
        if of_instance >= OF_INSTANCE {
            return Placed::Full;
        }
        let (attach, viewers) = mpsc::channel(1);
        open.insert(key.clone(), attach.clone());
        Placed::Begins(Place { open: Arc::clone(&self.open), key: key.clone(), attach }, viewers)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Key, mpsc::Sender<Viewer>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
