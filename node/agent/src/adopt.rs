//! Which containers are ours: by their labels, never by their name alone.

use std::collections::BTreeMap;

use model::assignment::{AssignedInstance, Assignment};
use model::id::{ClusterId, InstanceId};
use model::stranger::Stranger;

use crate::converge::Seen;
use crate::facts::{ContainerView, Labels, container_name};
use crate::row_file::{Found, Teller, Told};

/// A complete listing of our cluster, sorted. What carries another cluster's label is in neither part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    pub ours: BTreeMap<InstanceId, ContainerView>,
    /// Containers of our cluster that are not assigned, or whose other labels are unreadable, by name.
    /// They are reported and left alone.
    pub strangers: Vec<Stranger>,
}

/// Sorts what the engine listed. `found` is what the folders of [`unassigned`] objects hold.
pub fn sort(assignment: &Assignment, listed: Vec<ContainerView>, found: &Found) -> Sorted {
    let mut sorted = Sorted::default();
    let (mine, mut others): (Vec<_>, Vec<_>) =
        listed.into_iter().partition(|view| assigned_to(assignment, view).is_some());
    sorted.ours = mine.into_iter().filter_map(|view| Some((assigned_to(assignment, &view)?, view))).collect();
    others.retain(|view| of_cluster(assignment.cluster, view));
    others.sort_by(|one, next| one.name.cmp(&next.name));
    let mut teller = Teller::new(assignment.cluster, found);
    sorted.strangers = others.into_iter().map(|view| stranger(view, &mut teller)).collect();
    sorted
}

/// The objects of our cluster that are not assigned: what is in their folders is to be told.
pub fn unassigned(assignment: &Assignment, listed: &[ContainerView]) -> Vec<InstanceId> {
    let others = listed.iter().filter(|view| assigned_to(assignment, view).is_none());
    let ours = others.filter_map(|view| view.labels.as_ref()).filter(|labels| labels.cluster == assignment.cluster);
    ours.map(|labels| labels.object).collect()
}

/// The instance whose container it is. The ledger says which instance an object is: the one of that id.
fn assigned_to(assignment: &Assignment, view: &ContainerView) -> Option<InstanceId> {
    let object = view.labels.as_ref()?.object;
    let assigned = assignment.instances.iter().find(|assigned| assigned.id == object)?;
    is_ours(assignment.cluster, assigned, view).then_some(assigned.id)
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
            labels.cluster == cluster && labels.object == assigned.id && labels.incarnation == assigned.incarnation
        })
}

/// A container that has not the name of what its labels say tells nothing of itself.
fn stranger(view: ContainerView, teller: &mut Teller<'_>) -> Stranger {
    let named = |labels: &Labels| view.name == container_name(labels.object, labels.incarnation);
    let labels = view.labels.filter(named);
    let object = labels.as_ref().map(Labels::object);
    let told = |labels: Labels| teller.tell(labels.object(), labels.row.map(|row| *row));
    let Told { origin, unreadable } = labels.map(told).unwrap_or_default();
    Stranger { container: view.name, running: view.state.is_running(), origin, object, unreadable }
}

fn of_cluster(cluster: ClusterId, view: &ContainerView) -> bool {
    view.labels.as_ref().is_none_or(|labels| labels.cluster == cluster)
}
