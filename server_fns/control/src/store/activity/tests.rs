//! Reading the log in both directions.

use model::Timestamp;
use model::event::{Cause, Event, EventKind, Happening, Subject, Way, Who};
use model::id::{InstanceId, NodeId, PersonId};
use model::request::Settings;
use model::version::EventNumber;
use planner::clock::Instant;
use planner::world::Change;

use super::{Of, Order};
use crate::store::tests::run;
use crate::store::{Location, Store};

const LINES: u64 = 1_000;

/// Of three people: one has nearly all lines, one has a few that lie close together, and one the very first.
fn owner(number: u64) -> PersonId {
    PersonId::from_bits(match number {
        1 => 3,
        400..=420 => 2,
        _ => 1,
    })
}

fn line(number: u64) -> Event {
    let happening = Happening {
        cause: Cause { who: Who::Dockhost, way: Way::None, address: None },
        subject: Subject::Instance { id: InstanceId::from_bits(number % 7), name: "web".parse().unwrap() },
        owner: Some(owner(number)),
        node: Some(NodeId::from_bits(number % 2)),
        kind: EventKind::Gone,
    };
    Event { number: EventNumber(number), at: Timestamp::UNIX_EPOCH, happening }
}

#[test]
fn lines_are_found_in_both_directions_however_they_are_spread() {
    run(async {
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let mut world = store.load(Instant::default()).await.unwrap();
        let put = |number| Change::PutEvent(Box::new(line(number)));
        for begin in (1..=LINES).step_by(250) {
            let some: Vec<Change> = (begin..begin + 250).map(put).collect();
            store.commit(&some, &world).await.unwrap();
            world.apply_all(some);
        }
        // The oldest are forgotten, but for the first.
        let gone: Vec<Change> = (2..=50).map(|number| Change::DropEvent(Box::new(line(number)))).collect();
        store.commit(&gone, &world).await.unwrap();
        let kept = || (1..=LINES).filter(|number| !(2..=50).contains(number));

        let person = |id| Of::Person(PersonId::from_bits(id));
        let all = [
            (Of::Everything, (|_| true) as fn(u64) -> bool),
            (person(1), |number| owner(number) == PersonId::from_bits(1)),
            (person(2), |number| owner(number) == PersonId::from_bits(2)),
            (person(3), |number| number == 1),
            (person(4), |_| false),
            (Of::Instance(InstanceId::from_bits(3)), |number| number % 7 == 3),
            (Of::Node(NodeId::from_bits(0)), |number| number % 2 == 0),
        ];
        for (of, has) in all {
            for limit in [1, 7, 300] {
                for place in [0, 1, 51, 410, 777, LINES, u64::MAX] {
                    let found = async |order| -> Vec<u64> {
                        let lines = store.log().read(of, order, limit).await.unwrap();
                        lines.iter().map(|line| line.number.0).collect()
                    };
                    let told = format!("{of:?}, {limit} at {place}");
                    let after: Vec<u64> = kept().filter(|n| has(*n) && *n > place).take(limit).collect();
                    assert_eq!(found(Order::After(EventNumber(place))).await, after, "after: {told}");
                    let before: Vec<u64> = kept().rev().filter(|n| has(*n) && *n < place).take(limit).collect();
                    assert_eq!(found(Order::Before(EventNumber(place))).await, before, "before: {told}");
                }
            }
        }
    });
}

#[test]
fn of_ten_thousand_lines_at_once_none_is_lost_and_none_is_read_twice() {
    run(async {
        const ALL: u64 = 10_000;
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(&Location::Directory(dir.path().join("data")), Settings::default()).await.unwrap();
        let world = store.load(Instant::default()).await.unwrap();
        let changes: Vec<Change> = (1..=ALL).map(|number| Change::PutEvent(Box::new(line(number)))).collect();
        store.commit(&changes, &world).await.unwrap();
        let (mut read, mut place) = (Vec::new(), EventNumber(0));
        loop {
            let lines = store.log().read(Of::Everything, Order::After(place), 200).await.unwrap();
            let Some(last) = lines.last() else { break };
            place = last.number;
            read.extend(lines.iter().map(|line| line.number.0));
        }
        assert!(read.into_iter().eq(1..=ALL));
    });
}

#[test]
fn lines_of_one_that_lie_far_apart_are_found() {
    run(async {
        let mut store = Store::open(&Location::Memory, Settings::default()).await.unwrap();
        let world = store.load(Instant::default()).await.unwrap();
        let far = [7, 8, 20_000, 70_001, 70_002, 200_003];
        let changes: Vec<Change> = far.map(|number| Change::PutEvent(Box::new(line(number)))).into();
        store.commit(&changes, &world).await.unwrap();
        for of in [Of::Everything, Of::Person(owner(7)), Of::Person(owner(8)), Of::Instance(InstanceId::from_bits(3))] {
            let is_of = |number: &u64| match of {
                Of::Person(id) => owner(*number) == id,
                Of::Instance(_) => number % 7 == 3,
                Of::Everything | Of::Node(_) => true,
            };
            let mut all: Vec<u64> = far.into_iter().filter(is_of).collect();
            let read = async |order| -> Vec<u64> {
                store.log().read(of, order, 4).await.unwrap().iter().map(|line| line.number.0).collect()
            };
            assert_eq!(read(Order::After(EventNumber(0))).await, all[..all.len().min(4)], "{of:?}");
            all.reverse();
            assert_eq!(read(Order::newest()).await, all[..all.len().min(4)], "{of:?}");
        }
    });
}
