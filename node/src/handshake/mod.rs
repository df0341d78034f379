//! What is done to an instance between the start of its container and the start of its init. `agent::handshake` has the
//! steps; this looks and acts.
//!
//! The first process of an image (`images/*/first`) reads one line from a pipe in the instance's folder. Only the node
//! writes there. That it did is noted in a file beside the pipe, for nothing inside can be asked: it is the instance's own.

pub(crate) mod able;
pub mod enter;
mod gate;
mod mounts;
mod process;
mod run;

use std::io;
use std::path::Path;
use std::time::Duration;

use agent::facts::ContainerView;
use agent::handshake::{Cgroups, First};
use model::observed::Init;

pub(crate) use gate::make;
use gate::{Heard, LINE_WITHIN};
use process::Process;
pub(crate) use process::is_of;
use run::Run;

/// What is seen of the first process of a container with a handshake, whose folder and process are these.
pub fn look(dir: &Path, view: &ContainerView, pid: Option<i32>) -> First {
    let this = Run::of(view);
    if let Some(known) = run::read(dir).filter(|known| known.run == this) {
        return First::Runs(known.init);
    }
    let process = pid.and_then(|pid| Process::of(pid, &view.container_id));
    match process.and_then(|process| process.cgroups()) {
        None => First::Unseen,
        Some(cgroups) if cgroups.is_writable => First::Waits(Cgroups::Writable),
        Some(_) => First::Waits(Cgroups::ReadOnly),
    }
}

/// Lets the first process give way to this init, which has so long to end by itself when the instance is stopped. Once this
/// returned `true`, the process has been told, now or before; `false` if it may still come.
pub fn let_go(dir: &Path, view: &ContainerView, pid: Option<i32>, init: Init, grace: Duration) -> io::Result<bool> {
    let process = || pid.and_then(|pid| Process::of(pid, &view.container_id));
    let passed = || process().map(|process| process.gave_way());
    let word = match init {
        Init::Systemd => "systemd",
        Init::Small | Init::Sshd => "small",
    };
    let heard = gate::tell(dir, &format!("{word} {}\n", grace.as_secs()), passed)?;
    if heard == Heard::Nobody {
        tracing::debug!(within = ?LINE_WITHIN, "the first process did not come to its node");
        return Ok(false);
    }
    // It was told; without the note, the next node tells it again and finds nobody.
    if let Err(error) = run::write(dir, Run::of(view), init) {
        tracing::warn!(dir = %dir.display(), %error, "it cannot be noted that an instance's init was let go");
    }
    Ok(true)
}

/// Whether this run of the container was let go, as far as its folder tells: until then nobody is let in.
pub(crate) fn was_let_go(dir: &Path, view: &ContainerView) -> bool {
    view.first != Some(First::Unseen) || run::read(dir).is_some_and(|known| known.run == Run::of(view))
}
