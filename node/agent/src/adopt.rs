//! Which containers are ours: by their labels, never by their name alone.

use std::collections::BTreeMap;

use model::assignment::{AssignedInstance, Assignment};
use model::id::{ClusterId, InstanceId};
use model::stranger::{Origin, Stranger};

use crate::converge::Seen;
use crate::facts::{ContainerView, Labels, container_name};

/// A complete listing of our cluster, sorted. What carries another cluster's label is in neither part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    pub ours: BTreeMap<InstanceId, ContainerView>,
    /// Containers of our cluster that are not assigned, or whose other labels are unreadable, by name.
    /// They are reported and left alone.
    pub strangers: Vec<Stranger>,
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
            Some(_) | None if of_cluster(assignment.cluster, &view) => sorted.strangers.push(stranger(view)),
            Some(_) | None => {}
        }
    }
    sorted.strangers.sort_by(|one, next| one.container.cmp(&next.container));
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

/// A container that has not the name of what its labels say tells nothing of its origin.
fn stranger(view: ContainerView) -> Stranger {
    let origin = view.labels.and_then(|Labels { instance, incarnation, row, .. }| {
        let named = view.name == container_name(instance, incarnation);
        row.filter(|_| named).map(|row| Origin { instance, incarnation, row })
    });
    Stranger { container: view.name, running: view.state.is_running(), origin }
}

fn of_cluster(cluster: ClusterId, view: &ContainerView) -> bool {
    view.labels.as_ref().is_none_or(|labels| labels.cluster == cluster)
}
