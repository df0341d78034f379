//! Whether an instance of an image fits anywhere, in words. The server decides; this tells beforehand.

use model::image::ImageName;
use model::live::LiveWorld;
use model::may::Action;
use model::node::{Availability, Liveness};
use model::view::NodeView;

/// What stands at the foot of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    QuotaUsed {
        most: u32,
    },
    NoNodes,
    On {
        /// The names of the nodes that can take it.
        names: Vec<String>,
        /// Whether an instance has systemd on one of them at least.
        systemd: bool,
    },
    /// Why each node cannot.
    Nowhere(Vec<String>),
}

pub(super) fn fit(world: &LiveWorld, image: ImageName) -> Fit {
    if world.quota.used >= world.quota.most {
        return Fit::QuotaUsed { most: world.quota.most };
    }
    let usable: Vec<_> = world.nodes.values().filter(|node| node.may(Action::PlaceOnNode)).collect();
    if usable.is_empty() {
        return Fit::NoNodes;
    }
    let (mut on, mut reasons, mut systemd) = (Vec::new(), Vec::new(), false);
    for node in usable {
        match obstacle(node, image) {
            None => {
                on.push(node.name.to_string());
                systemd |= node.facts.as_ref().is_some_and(|facts| facts.without_systemd.is_empty());
            }
            Some(reason) => reasons.push(reason),
        }
    }
    if on.is_empty() { Fit::Nowhere(reasons) } else { Fit::On { names: on, systemd } }
}

fn obstacle(node: &NodeView, image: ImageName) -> Option<String> {
    let name = &node.name;
    match node.liveness {
        Liveness::Never => return Some(format!("{name} has not connected yet")),
        Liveness::Offline => return Some(format!("{name} is offline")),
        Liveness::Late | Liveness::Online => {}
    }
    let engine_up = node.facts.as_ref().is_some_and(|facts| facts.engine.is_up());
    let offered = node.facts.as_ref().is_some_and(|facts| facts.images.contains(&image));
    if node.availability != Availability::Open {
        Some(format!("{name} takes no new instances"))
    } else if !engine_up {
        Some(format!("Docker does not answer on {name}"))
    } else if !offered {
        Some(format!("{name} does not offer {}", image.title()))
    } else if node.instances >= node.max_instances {
        Some(format!("{name} is full ({} of {})", node.instances, node.max_instances))
    } else {
        None
    }
}

impl Fit {
    pub(super) fn words(&self) -> String {
        match self {
            Self::QuotaUsed { most } => {
                format!("You use all of your {most}. Delete an instance, or ask an administrator for more.")
            }
            Self::NoNodes => "There is no node that you may use. Add one first.".to_owned(),
            Self::On { names, systemd } => {
                let fits = match names.as_slice() {
                    [] => String::new(),
                    [only] => format!("Fits on {only}."),
                    [first, others @ ..] => {
                        format!("Fits on {first} and {} other{}.", others.len(), plural(others.len()))
                    }
                };
                let there = if names.len() == 1 { "there" } else { "on any of them" };
                if *systemd { fits } else { format!("{fits} It gets no systemd {there}: the page Nodes says why.") }
            }
            Self::Nowhere(reasons) => format!("Fits nowhere now: {}.", reasons.join("; ")),
        }
    }

    /// The node that the words begin with.
    pub(super) fn first(&self) -> String {
        match self {
            Self::On { names, .. } => names.first().cloned().unwrap_or_default(),
            Self::QuotaUsed { .. } | Self::NoNodes | Self::Nowhere(_) => String::new(),
        }
    }

    pub(super) const fn is_good(&self) -> bool {
        matches!(self, Self::On { .. })
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
