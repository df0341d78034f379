use agent::converge::{Next, Seen, Step};
use agent::first::First;
use agent::local::{Files, Running, TRY_AGAIN};
use agent::report::report;
use agent::restart::FIRST_PAUSE;
use agent::row_file::RowFile;
use model::Timestamp;
use model::instance::DesiredState;
use model::observed::{Observed, ProblemCode};
use model::stranger::RestOfRow;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::engine::Fault;
use crate::sample;
use crate::script::World;

const CASES: u32 = 500_000;
/// The longest way is: close, stop, remove, drop; or write, open, image, create, start, open, let go, route, and one restart.
const MAX_STEPS: u32 = 21;

/// Without further faults it comes to rest, and rests.
fn comes_to_rest(world: &mut World) -> Next {
    world.engine.away = false;
    let mut steps = 0;
    loop {
        match world.advance(Fault::None) {
            Next::Do(step) => {
                steps += 1;
                assert!(steps <= MAX_STEPS, "still busy with {step:?}");
            }
            Next::Wait { until } => {
                assert!(until > world.now, "a wait that is over");
                world.now = until;
            }
            // The file is still to be written.
            Next::Settled if world.local.again_at().is_some() => world.now = world.local.again_at().unwrap(),
            Next::Settled => break,
            Next::Stuck(problem) => {
                assert_eq!(world.advance(Fault::None), Next::Stuck(problem.clone()), "stuck, then not");
                return Next::Stuck(problem);
            }
        }
    }
    for _ in 0..3 {
        assert_eq!(world.advance(Fault::None), Next::Settled, "settled, then not");
    }
    Next::Settled
}

fn wish_is_fact(world: &World) {
    let (local, container) = (&world.local, &world.engine.container);
    if world.assigned.desired != DesiredState::Deleted {
        assert_eq!(local.closed, world.assigned.closed, "what is closed lets nobody in");
        assert_eq!(local.shut(), world.assigned.closed);
    }
    match world.assigned.desired {
        DesiredState::Running => {
            let view = container.as_ref().expect("what should run exists");
            assert!(view.state.is_running());
            assert_eq!(local.routed, Running::of(view), "the ports lead to this run of it");
            assert_eq!(local.restarts_done, world.assigned.restarts, "every restart was carried out");
        }
        DesiredState::Stopped => {
            assert!(container.as_ref().is_none_or(|view| !view.state.is_running()));
            assert_eq!(local.routed, None);
        }
        DesiredState::Deleted => {
            assert_eq!(*container, None);
            assert!(!world.engine.has_late(), "a create may still come after it was called gone");
            assert_eq!((local.ports_open, &local.files), (None, &Files::Dropped));
            return;
        }
    }
    assert_eq!(local.ports_open, Some(world.assigned.host_ports));
    assert_eq!(local.files, Files::Written(world.assigned.host_key.clone(), world.assigned.authorized_keys.clone()));
}

/// The file says what the row says, and goes with the instance.
fn file_is_row(world: &World) {
    let wanted = RowFile::of(&world.assigned, sample::cluster());
    let wanted = Some(wanted).filter(|_| world.assigned.desired != DesiredState::Deleted);
    assert_eq!(world.file, wanted);
}

fn one_case(script: &[u8]) {
    let mut world = World::new(script.first().copied().unwrap_or(1));
    for byte in script {
        let foreign = world.foreign.then(|| world.engine.container.clone());
        world.play(*byte);
        if let Some(before) = foreign {
            assert_eq!(world.engine.container, before, "a foreign container was touched");
        }
        assert!(world.engine.made <= 1, "two containers of one incarnation");
        told_truly(&mut world);
    }
    match comes_to_rest(&mut world) {
        Next::Settled => {
            wish_is_fact(&world);
            file_is_row(&world);
        }
        Next::Stuck(problem) => match problem.code {
            ProblemCode::ForeignContainer => assert!(world.foreign),
            ProblemCode::Lost => assert!(world.vanished),
            ProblemCode::EngineAway
            | ProblemCode::ImageUnavailable
            | ProblemCode::PortsTaken
            | ProblemCode::Refused
            | ProblemCode::NodeStorage => panic!("stuck: {}", problem.message),
        },
        Next::Do(_) | Next::Wait { .. } => panic!("not at rest"),
    }
    assert!(world.engine.made <= 1, "two containers of one incarnation");
}

/// A report never says more than was seen.
fn told_truly(world: &mut World) {
    let seen = world.look();
    let report = report(&world.assigned, &seen, &world.local, None, None, Timestamp::UNIX_EPOCH, world.now);
    match report.observed {
        Observed::Absent => {
            assert_eq!(seen, Seen::Absent);
            if world.assigned.desired == DesiredState::Deleted {
                assert!(!world.engine.has_late(), "called gone while a create may still come");
            }
        }
        Observed::Present(facts) => {
            let view = world.engine.container.as_ref().expect("what is told of is there");
            let waits = matches!(view.first, Some(First::Waits(_)));
            assert_eq!(
                facts.state.is_running(),
                view.state.is_running() && !waits,
                "nobody is let in before its init runs"
            );
            assert!(waits || facts.state == view.state);
        }
        Observed::Unknown { .. } => assert!(!matches!(seen, Seen::Ours(_))),
    }
}

#[test]
fn a_wish_that_is_taken_back_is_not_held_against_the_instance() {
    let mut world = World::new(1);
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    world.assigned.desired = DesiredState::Stopped;
    while world.advance(Fault::None) != Next::Do(Step::Stop) {}
    world.assigned.desired = DesiredState::Running;
    assert_eq!(world.advance(Fault::None), Next::Do(Step::Start), "no pause, as after an end by itself");
}

#[test]
fn an_end_by_itself_is_followed_by_a_pause() {
    let mut world = World::new(1);
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    world.engine.end(1);
    assert_eq!(world.advance(Fault::None), Next::Do(Step::Unroute));
    let until = world.now + FIRST_PAUSE;
    assert_eq!(world.advance(Fault::None), Next::Wait { until });
    world.now = until;
    assert_eq!(world.advance(Fault::None), Next::Do(Step::Start));
}

#[test]
fn whoever_asks_for_a_start_waits_for_no_pause_and_restarts_nothing_that_runs() {
    let mut world = World::new(1);
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    world.engine.end(1);
    assert_eq!(world.advance(Fault::None), Next::Do(Step::Unroute));
    assert_eq!(world.advance(Fault::None), Next::Wait { until: world.now + FIRST_PAUSE });
    world.order(|_same| {});
    assert_eq!(world.advance(Fault::None), Next::Do(Step::Start));
    assert_eq!(comes_to_rest(&mut world), Next::Settled, "and it is started once");
    world.order(|_same| {});
    assert_eq!(world.advance(Fault::None), Next::Settled, "one that runs by then goes on");
}

#[test]
fn a_deletion_leaves_nothing_of_which_the_engine_said_that_it_is_not_there() {
    let mut world = World::new(1);
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    world.order(|assigned| assigned.desired = DesiredState::Deleted);
    world.denied = true;
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    assert_eq!(world.engine.container, None);
    assert!(world.local.is_cleared(world.now));
}

#[test]
fn whatever_happens_each_instance_is_one_container_or_none() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let scripts = proptest::collection::vec(any::<u8>(), 0..40);
    let result = TestRunner::new(config).run(&scripts, |script| {
        one_case(&script);
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    println!("{CASES} generated histories of one instance: none lost, doubled or left behind");
}

#[test]
fn a_row_that_cannot_be_written_keeps_nothing_waiting_but_a_create() {
    let mut world = World::new(1);
    while world.advance(Fault::None) != Next::Do(Step::WriteFiles) {}
    assert_eq!(world.advance(Fault::Refuses), Next::Do(Step::WriteRow));
    let until = world.now + TRY_AGAIN;
    let mut steps = Vec::new();
    let waits = loop {
        match world.advance(Fault::None) {
            Next::Do(step) => steps.push(step),
            other @ (Next::Wait { .. } | Next::Settled | Next::Stuck(_)) => break other,
        }
    };
    assert_eq!((steps, waits), (vec![Step::OpenPorts, Step::EnsureImage], Next::Wait { until }));
    world.now = until;
    assert_eq!(world.advance(Fault::None), Next::Do(Step::WriteRow));
    assert_eq!(comes_to_rest(&mut world), Next::Settled);

    world.order(|assigned| assigned.rest = Some(RestOfRow { start_on_connect: true, ..RestOfRow::default() }));
    assert_eq!(world.advance(Fault::Refuses), Next::Do(Step::WriteRow));
    assert_eq!(world.advance(Fault::None), Next::Settled, "what runs goes on");
    assert_eq!(world.local.again_at(), Some(world.now + TRY_AGAIN));
    world.now += TRY_AGAIN;
    assert_eq!(world.advance(Fault::None), Next::Do(Step::WriteRow));
    assert_eq!((world.advance(Fault::None), world.local.again_at()), (Next::Settled, None));
    file_is_row(&world);
}

#[test]
fn a_container_from_before_there_were_files_gets_one_and_is_not_touched() {
    let mut world = World::new(1);
    assert_eq!(comes_to_rest(&mut world), Next::Settled);
    let before = world.engine.container.clone();
    world.file = None;
    world.crash();
    let mut steps = Vec::new();
    while let Next::Do(step) = world.advance(Fault::None) {
        steps.push(step);
    }
    assert_eq!(steps, [Step::WriteFiles, Step::WriteRow, Step::OpenPorts, Step::Route]);
    assert_eq!(world.engine.container, before);
    file_is_row(&world);
}
