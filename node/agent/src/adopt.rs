//! Which containers are ours: by their labels, never by their name alone.

use std::collections::BTreeMap;

use model::assignment::{AssignedInstance, Assignment};
use model::id::{ClusterId, InstanceId};

use crate::converge::Seen;
use crate::facts::{ContainerView, container_name};

/// A complete listing of our cluster, sorted. What carries another cluster's label is in neither part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    pub ours: BTreeMap<InstanceId, ContainerView>,
    /// Names of containers of our cluster that are not assigned, or whose other labels are unreadable.
    /// They are reported and left alone.
    pub strangers: Vec<String>,
}

/// Sorts what the engine listed.
pub fn sort(assignment: &Assignment, listed: Vec<ContainerView>) -> Sorted {
    let mut sorted = Sorted::default();
    for view in listed {
        let assigned = view
            .labels
            .as_ref()
            .and_then(|labels| assignment.instances.iter().find(|assigned| assigned.id == labels.instance));
        match assigned {
            Some(assigned) if is_ours(assignment.cluster, assigned, &view) => {
                sorted.ours.insert(assigned.id, view);
            }
            Some(_) | None if of_cluster(assignment.cluster, &view) => sorted.strangers.push(view.name),
            Some(_) | None => {}
        }
    }
    sorted.strangers.sort();
    sorted
}

/// What an inspection by name means.
pub fn seen(cluster: ClusterId, assigned: &AssignedInstance, inspected: Option<ContainerView>) -> Seen {
    match inspected {
        None => Seen::Absent,
        Some(view) if is_ours(cluster, assigned, &view) => Seen::Ours(view),
        Some(view) => Seen::Foreign(view.name),
    }
}

fn is_ours(cluster: ClusterId, assigned: &AssignedInstance, view: &ContainerView) -> bool {
    view.name == container_name(assigned.id, assigned.incarnation)
        && view.labels.as_ref().is_some_and(|labels| {
            labels.cluster == cluster && labels.instance == assigned.id && labels.incarnation == assigned.incarnation
        })
}

fn of_cluster(cluster: ClusterId, view: &ContainerView) -> bool {
    view.labels.as_ref().is_none_or(|labels| labels.cluster == cluster)
}
