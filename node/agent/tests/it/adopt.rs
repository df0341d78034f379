use agent::adopt;
use agent::converge::Seen;
use agent::facts::ContainerView;
use agent::local::{DOUBT, Local};
use agent::row_file::{Found, RowFile};
use model::id::ClusterId;
use model::observed::ContainerState;
use model::stranger::{Object, Row, Stranger};

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
    let assignment = sample::assignment(1, vec![one.clone()]);
    assert_eq!(adopt::unassigned(&assignment, &listed), [two.id, one.id], "the older one, too");
    let found = Found::from([(two.id, Ok(RowFile::of(&two, sample::cluster())))]);
    let sorted = adopt::sort(&assignment, listed, &found);
    assert_eq!(sorted.ours.into_iter().collect::<Vec<_>>(), [(one.id, ours)]);
    let mut strangers = vec![older.name, stranger.name.clone()];
    strangers.sort();
    assert_eq!(sorted.strangers.iter().map(|stranger| stranger.container.clone()).collect::<Vec<_>>(), strangers);
    let told = sorted.strangers.into_iter().find(|one| one.container == stranger.name).unwrap();
    let origin = told.origin.unwrap();
    assert_eq!((told.running, origin.instance, origin.incarnation), (true, two.id, two.incarnation));
    assert_eq!(origin.row, two.row());
    assert_eq!(
        (told.object, told.unreadable.as_str()),
        (Some(Object { id: two.id, incarnation: two.incarnation }), "")
    );
}

/// A container that is not assigned, and what is told of it.
fn told(view: ContainerView, found: &Found) -> Stranger {
    adopt::sort(&sample::assignment(1, Vec::new()), vec![view], found).strangers.remove(0)
}

#[test]
fn what_an_object_was_stands_in_its_file_alone() {
    let assigned = sample::instance(2);
    let view = sample::container(&assigned, ContainerState::Running);
    let object = Some(Object { id: assigned.id, incarnation: assigned.incarnation });
    let file = RowFile::of(&assigned, sample::cluster());
    let with = |file: Result<RowFile, String>| told(view.clone(), &Found::from([(assigned.id, file)]));

    let gone = told(view.clone(), &Found::new());
    assert_eq!((gone.origin, gone.object, gone.unreadable.as_str()), (None, object, ""));
    let torn = with(Err("the file x is damaged".to_owned()));
    assert_eq!((torn.origin, torn.object, torn.unreadable.as_str()), (None, object, "the file x is damaged"));
    let elsewhere = with(Ok(RowFile { cluster: ClusterId::from_bits(99), ..file.clone() }));
    assert_eq!((elsewhere.origin, elsewhere.object), (None, object));
    assert!(elsewhere.unreadable.contains("of the installation c-"), "{}", elsewhere.unreadable);
    let other = with(Ok(RowFile { instance: sample::instance(3).id, ..file.clone() }));
    assert_eq!((other.origin, other.object), (None, object));
    assert!(other.unreadable.contains("of the instance i-"), "{}", other.unreadable);
    assert_eq!(with(Ok(file.clone())).origin.unwrap().row, file.row);
}

#[test]
fn the_labels_of_before_are_read_where_there_is_no_file_and_are_no_guess_where_one_is_torn() {
    let assigned = sample::instance(2);
    let mut view = sample::container(&assigned, ContainerState::Running);
    let labelled = Row { doors: None, rest: None, name: "before".parse().unwrap(), ..assigned.row() };
    view.labels.as_mut().unwrap().row = Some(Box::new(labelled.clone()));
    assert_eq!(told(view.clone(), &Found::new()).origin.unwrap().row, labelled);
    let file = RowFile::of(&assigned, sample::cluster());
    let newer = told(view.clone(), &Found::from([(assigned.id, Ok(file.clone()))]));
    assert_eq!(newer.origin.unwrap().row, file.row, "the file knows how it was in the end");
    let torn = told(view, &Found::from([(assigned.id, Err("torn".to_owned()))]));
    assert_eq!((torn.origin, torn.unreadable.as_str()), (None, "torn"));
}

#[test]
fn a_report_has_room_for_so_many_rows_and_says_so() {
    let many: Vec<_> = (1..=100).map(sample::instance).collect();
    let mut found = Found::new();
    for assigned in &many {
        let mut file = RowFile::of(assigned, sample::cluster());
        let doors = file.row.doors.as_mut().unwrap();
        doors.ssh_keys = vec!["k".repeat(800); 50];
        found.insert(assigned.id, Ok(file));
    }
    let listed = many.iter().map(|assigned| sample::container(assigned, ContainerState::Running)).collect();
    let sorted = adopt::sort(&sample::assignment(1, Vec::new()), listed, &found);
    let (told, left): (Vec<_>, Vec<_>) = sorted.strangers.iter().partition(|stranger| stranger.origin.is_some());
    assert_eq!((told.len(), left.len()), (12, 88));
    assert!(left.iter().all(|stranger| stranger.object.is_some() && stranger.unreadable.contains("no room")));
}

#[test]
fn a_name_that_is_not_of_the_labels_tells_no_origin() {
    let mut view = sample::container(&sample::instance(2), ContainerState::Created);
    view.name = "dockhost-copy".to_owned();
    let found = Found::from([(sample::instance(2).id, Ok(RowFile::of(&sample::instance(2), sample::cluster())))]);
    let told = told(view, &found);
    assert_eq!((told.running, told.origin, told.object), (false, None, None));
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
