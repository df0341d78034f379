//! An instance that is not created yet, as it is filled in so far.

use std::collections::BTreeSet;

use model::id::SshKeyId;
use model::image::ImageName;
use model::view::InstanceView;

use super::limits::TypedLimits;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Draft {
    pub(super) name: String,
    /// `None`: what the server would choose.
    pub(super) image: Option<ImageName>,
    /// The keys that were ticked or unticked by hand.
    pub(super) changed: BTreeSet<SshKeyId>,
    /// All keys are to be let in, also those that are added later.
    pub(super) all_keys: bool,
    pub(super) limits: TypedLimits,
    /// It is to have no SSH key: that is what the person wants.
    pub(super) terminal_only: bool,
}

impl Draft {
    pub(super) fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// One more like that one. Who may log in is chosen anew.
    pub(crate) fn again(view: &InstanceView) -> Self {
        let limits = TypedLimits::of(view.limits);
        Self { image: view.image.built(), limits, ..Self::named(view.name.to_string()) }
    }
}
