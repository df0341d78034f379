//! Between the start of a container and the start of its init: the first process waits, the node prepares the namespaces
//! of the instance from outside, and lets it go on. Nobody is let in meanwhile.
//!
//! The steps, in their order: [`Step::OpenCgroups`], [`Step::LetGo`]. Each may be repeated, so a node that dies between two
//! goes on where the container stands.

use model::observed::Init;

use crate::facts::ContainerView;
use crate::local::{Local, Running};
use crate::step::Step;

/// What is seen of the first process of a container that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// It waits for the node, and the cgroups of its instance are as said.
    Waits(Cgroups),
    /// It gave way to this init, or never was another.
    Runs(Init),
    /// The node does not see the engine's processes, and does not know whether it let this one go.
    Unseen,
}

impl First {
    pub const fn init(self) -> Option<Init> {
        match self {
            Self::Runs(init) => Some(init),
            Self::Waits(_) | Self::Unseen => None,
        }
    }
}

/// The hierarchy in which systemd keeps its units, as the instance has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cgroups {
    /// As the engine makes it.
    ReadOnly,
    Writable,
}

/// The next step of the handshake; `None` once it is done.
pub fn next(view: &ContainerView, local: &Local) -> Option<Step> {
    let is_this_run = |known: &Option<Running>| known.is_some() && *known == Running::of(view);
    match view.first? {
        First::Waits(Cgroups::Writable) => Some(Step::LetGo(Init::Systemd)),
        // Without them systemd ends at once.
        First::Waits(Cgroups::ReadOnly) if is_this_run(&local.unopened) => Some(Step::LetGo(Init::Small)),
        First::Waits(Cgroups::ReadOnly) => Some(Step::OpenCgroups),
        First::Unseen if is_this_run(&local.let_go) => None,
        First::Unseen => Some(Step::LetGo(Init::Small)),
        First::Runs(_) => None,
    }
}

/// Whether its init runs: until then nobody is let in.
pub fn is_done(view: &ContainerView, local: &Local) -> bool {
    view.state.is_running() && next(view, local).is_none()
}
