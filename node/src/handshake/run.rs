//! The file that says which run of the container was let go, and to which init.

use std::io;
use std::path::Path;

use agent::facts::ContainerView;
use model::Timestamp;
use model::observed::Init;
use serde::{Deserialize, Serialize};

const FILE: &str = "handshake.json";
const NEW: &str = "handshake.json.new";

/// One run of one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    container_id: String,
    started_at: Option<Timestamp>,
}

impl Run {
    pub(super) fn of(view: &ContainerView) -> Self {
        Self { container_id: view.container_id.clone(), started_at: view.started_at }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LetGo {
    #[serde(flatten)]
    pub(super) run: Run,
    pub(super) init: Init,
}

/// A file that cannot be read says nothing; the handshake is then done once more, which does no harm.
pub(super) fn read(dir: &Path) -> Option<LetGo> {
    serde_json::from_slice(&std::fs::read(dir.join(FILE)).ok()?).ok()
}

/// Nothing waits for the disk: no run outlives a power cut.
pub(super) fn write(dir: &Path, run: Run, init: Init) -> io::Result<()> {
    let new = dir.join(NEW);
    std::fs::write(&new, serde_json::to_vec(&LetGo { run, init })?)?;
    std::fs::rename(new, dir.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_run_of_the_same_container_was_not_let_go() {
        let dir = tempfile::tempdir().unwrap();
        assert!(read(dir.path()).is_none());
        let run = |second| Run { container_id: "4f".to_owned(), started_at: Timestamp::from_timestamp(second, 0) };
        write(dir.path(), run(1), Init::Systemd).unwrap();
        let known = read(dir.path()).unwrap();
        assert_eq!((known.run == run(1), known.run == run(2), known.init), (true, false, Init::Systemd));
        std::fs::write(dir.path().join(FILE), "{").unwrap();
        assert!(read(dir.path()).is_none());
    }
}
