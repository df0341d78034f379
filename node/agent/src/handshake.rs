//! Between the start of a container and the start of its init: the first process waits, the node prepares the namespaces
//! of the instance from outside, and lets it go on. Nobody is let in meanwhile.
//!
//! The steps, in their order: [`Step::OpenCgroups`], [`Step::LetGo`]. Each may be repeated, so a node that dies between two
//! goes on where the container stands.

use model::observed::Init;

use crate::facts::ContainerView;
pub use crate::first::{Cgroups, First};
use crate::local::{Local, Running};
use crate::step::Step;

/// The next step of the handshake; `None` once it is done.
pub fn next(view: &ContainerView, local: &Local) -> Option<Step> {
    let is_this_run = |known: &Option<Running>| known.is_some() && *known == Running::of(view);
    // It was told, and the node could not note that.
    if is_this_run(&local.let_go) {
        return None;
    }
    match view.first? {
        First::Waits(Cgroups::Writable) => Some(Step::LetGo(Init::Systemd)),
        // Without them systemd ends at once.
        First::Waits(Cgroups::ReadOnly) if is_this_run(&local.unopened) => Some(Step::LetGo(Init::Small)),
        First::Waits(Cgroups::ReadOnly) => Some(Step::OpenCgroups),
        First::Unseen => Some(Step::LetGo(Init::Small)),
        First::Runs(_) => None,
    }
}

/// Whether its init runs: until then nobody is let in.
pub fn is_done(view: &ContainerView, local: &Local) -> bool {
    view.state.is_running() && next(view, local).is_none()
}
