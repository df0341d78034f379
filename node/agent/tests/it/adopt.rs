use agent::adopt;
use agent::converge::Seen;
use agent::local::{DOUBT, Local};
use model::id::ClusterId;
use model::observed::ContainerState;

use crate::sample;

#[test]
fn a_listing_is_sorted_by_labels() {
    let (one, two) = (sample::instance(1), sample::instance(2));
    let ours = sample::container(&one, ContainerState::Running);
    let stranger = sample::container(&two, ContainerState::Running);
    let mut elsewhere = sample::container(&sample::instance(3), ContainerState::Running);
    elsewhere.labels.as_mut().unwrap().cluster = ClusterId::from_bits(99);
    let mut older = one.clone();
    older.incarnation = model::version::Incarnation(0);
    let older = sample::container(&older, ContainerState::Running);

    let listed = vec![ours.clone(), stranger.clone(), elsewhere, older.clone()];
    let sorted = adopt::sort(&sample::assignment(1, vec![one.clone()]), listed);
    assert_eq!(sorted.ours.into_iter().collect::<Vec<_>>(), [(one.id, ours)]);
    let mut strangers = vec![older.name, stranger.name.clone()];
    strangers.sort();
    assert_eq!(sorted.strangers.iter().map(|stranger| stranger.container.clone()).collect::<Vec<_>>(), strangers);
    let told = sorted.strangers.into_iter().find(|one| one.container == stranger.name).unwrap();
    let origin = told.origin.unwrap();
    assert_eq!((told.running, origin.instance, origin.incarnation), (true, two.id, two.incarnation));
    assert_eq!((origin.row.name, origin.row.owner, origin.row.host_ports), (two.name, two.owner, two.host_ports));
}

#[test]
fn a_name_that_is_not_of_the_labels_tells_no_origin() {
    let mut view = sample::container(&sample::instance(2), ContainerState::Created);
    view.name = "dockhost-copy".to_owned();
    let sorted = adopt::sort(&sample::assignment(1, Vec::new()), vec![view]);
    assert_eq!((sorted.strangers[0].running, &sorted.strangers[0].origin), (false, &None));
}

#[test]
fn a_name_alone_makes_nothing_ours() {
    let assigned = sample::instance(1);
    let view = sample::container(&assigned, ContainerState::Running);
    assert_eq!(adopt::seen(sample::cluster(), &assigned, None), Seen::Absent);
    assert_eq!(adopt::seen(sample::cluster(), &assigned, Some(view.clone())), Seen::Ours(view.clone()));
    let mut unlabelled = view.clone();
    unlabelled.labels = None;
    let mut elsewhere = view.clone();
    elsewhere.labels.as_mut().unwrap().cluster = ClusterId::from_bits(99);
    for foreign in [unlabelled, elsewhere] {
        assert_eq!(adopt::seen(sample::cluster(), &assigned, Some(foreign)), Seen::Foreign(view.name.clone()));
    }
}

#[test]
fn what_an_empty_ledger_may_have_forgotten_is_in_doubt() {
    let assigned = sample::instance(1);
    let now = std::time::Duration::from_secs(5);
    assert_eq!(Local::assigned(&assigned, true, now).doubt(now), Some(now + DOUBT));
    assert_eq!(Local::assigned(&assigned, false, now).doubt(now), None);
}
