//! Between the start of a container and its init: the order of the steps, a node that dies between two, and ends that
//! its own programs bring about.

use std::time::Duration;

use agent::converge::{Next, Seen, Step};
use agent::handshake::{Cgroups, First};
use agent::report::report;
use agent::restart::{FIRST_PAUSE, FREE_REBOOTS};
use model::Timestamp;
use model::instance::DesiredState;
use model::observed::{ContainerState, Init, Observed, OwnEnd};

use crate::engine::Fault;
use crate::script::World;

/// Whatever comes, until there is nothing more to do now.
fn steps(world: &mut World) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Next::Do(step) = world.advance(Fault::None) {
        steps.push(step);
    }
    steps
}

fn running() -> World {
    let mut world = World::new(1);
    steps(&mut world);
    world
}

fn first(world: &World) -> Option<First> {
    world.engine.container.as_ref().and_then(|view| view.first)
}

/// Its own programs end it.
fn ends_itself(world: &mut World, how: OwnEnd) {
    world.engine.end(0);
    world.engine.container.as_mut().unwrap().own_end = Some(how);
}

/// What the server is told of its container.
fn told(world: &mut World) -> (ContainerState, Option<Init>, Option<OwnEnd>) {
    let seen = world.look();
    let told = report(&world.assigned, &seen, &world.local, None, None, Timestamp::UNIX_EPOCH, world.now);
    let Observed::Present(facts) = told.observed else { panic!("it is there: {seen:?}") };
    (facts.state, facts.init, facts.own_end)
}

#[test]
fn the_cgroups_are_opened_before_it_is_let_go_and_nobody_is_let_in_before() {
    let mut world = World::new(1);
    let steps = steps(&mut world);
    let last = [Step::Create, Step::Start, Step::OpenCgroups, Step::LetGo(Init::Systemd), Step::Route];
    assert_eq!(steps[steps.len() - last.len()..], last);
    assert_eq!(told(&mut world), (ContainerState::Running, Some(Init::Systemd), None));
}

#[test]
fn until_its_init_runs_it_is_told_as_it_stood_before() {
    let mut world = World::new(1);
    while world.advance(Fault::None) != Next::Do(Step::Start) {}
    assert_eq!(told(&mut world), (ContainerState::Created, None, None));
    steps(&mut world);
    world.order(|assigned| assigned.restarts = assigned.restarts.next());
    while world.advance(Fault::None) != Next::Do(Step::Start) {}
    assert_eq!(told(&mut world).0, ContainerState::Exited { code: 143, out_of_memory: false });
}

#[test]
fn a_node_that_dies_at_any_step_goes_on_where_the_container_stands() {
    for died_before in [Step::OpenCgroups, Step::LetGo(Init::Systemd), Step::Route] {
        for fault in [Fault::None, Fault::AnswerLost, Fault::CallLost, Fault::Refuses] {
            let mut world = World::new(1);
            loop {
                let before = world.engine.container.clone();
                if world.advance(fault_at(&world, died_before, fault)) == Next::Do(died_before) {
                    drop(before);
                    break;
                }
            }
            world.crash();
            steps(&mut world);
            assert_eq!(first(&world), Some(First::Runs(Init::Systemd)), "{died_before:?}, {fault:?}");
            assert!(world.local.routed.is_some());
        }
    }
}

/// The step that is about to come fails if it is that one.
fn fault_at(world: &World, step: Step, fault: Fault) -> Fault {
    let next = match first(world) {
        Some(First::Waits(Cgroups::ReadOnly)) => Step::OpenCgroups,
        Some(First::Waits(Cgroups::Writable)) => Step::LetGo(Init::Systemd),
        Some(First::Runs(_)) => Step::Route,
        Some(First::Unseen) | None => return Fault::None,
    };
    if next == step { fault } else { Fault::None }
}

#[test]
fn where_the_cgroups_cannot_be_opened_it_gets_the_small_init() {
    let mut world = World::new(1);
    while world.advance(Fault::None) != Next::Do(Step::Start) {}
    let view = world.engine.container.clone().unwrap();
    world.local.kept_shut(&view);
    assert_eq!(steps(&mut world), [Step::LetGo(Init::Small), Step::Route]);
    assert_eq!(told(&mut world), (ContainerState::Running, Some(Init::Small), None));
    // The next run is tried anew.
    world.order(|assigned| assigned.restarts = assigned.restarts.next());
    assert!(steps(&mut world).contains(&Step::OpenCgroups));
    assert_eq!(told(&mut world).1, Some(Init::Systemd));
}

#[test]
fn a_node_that_sees_no_process_lets_it_go_once_for_each_run() {
    let mut world = World::new(1);
    while world.advance(Fault::None) != Next::Do(Step::Start) {}
    world.engine.container.as_mut().unwrap().first = Some(First::Unseen);
    let Seen::Ours(view) = world.look() else { panic!("it is there") };
    assert_eq!(world.advance(Fault::None), Next::Do(Step::LetGo(Init::Small)));
    // It sees no more than before.
    world.engine.container.as_mut().unwrap().first = Some(First::Unseen);
    assert!(agent::handshake::is_done(&view, &world.local));
}

#[test]
fn a_container_of_before_there_was_a_handshake_is_left_as_it_is() {
    let mut world = running();
    world.engine.container.as_mut().unwrap().first = Some(First::Runs(Init::Sshd));
    world.crash();
    let steps = steps(&mut world);
    assert!(!steps.iter().any(|step| matches!(step, Step::OpenCgroups | Step::LetGo(_) | Step::Stop)), "{steps:?}");
    assert_eq!(told(&mut world), (ContainerState::Running, Some(Init::Sshd), None));
}

#[test]
fn what_switched_itself_off_stays_off_until_somebody_wishes_that_it_runs() {
    for crashes in [false, true] {
        let mut world = running();
        ends_itself(&mut world, OwnEnd::PowerOff);
        if crashes {
            world.crash();
        }
        let taken = steps(&mut world);
        assert!(!taken.contains(&Step::Start), "{taken:?}");
        assert_eq!(world.advance(Fault::None), Next::Settled);
        assert_eq!(told(&mut world).2, Some(OwnEnd::PowerOff));
        world.order(|assigned| assigned.desired = DesiredState::Stopped);
        assert_eq!(world.advance(Fault::None), Next::Settled);
        // Its mark is there until it starts.
        world.order(|assigned| assigned.desired = DesiredState::Running);
        if crashes {
            world.crash();
        }
        assert_eq!(told(&mut world).2, None, "a server would take it for another poweroff");
        assert!(steps(&mut world).contains(&Step::Start));
        assert_eq!(told(&mut world), (ContainerState::Running, Some(Init::Systemd), None));
    }
}

#[test]
fn a_reboot_starts_it_at_once_and_a_loop_of_them_does_not() {
    let mut world = running();
    for _ in 0..FREE_REBOOTS {
        ends_itself(&mut world, OwnEnd::Reboot);
        assert!(steps(&mut world).contains(&Step::Start));
    }
    ends_itself(&mut world, OwnEnd::Reboot);
    steps(&mut world);
    let until = world.now + FIRST_PAUSE;
    assert_eq!(world.advance(Fault::None), Next::Wait { until });
    world.now = until + Duration::from_millis(1);
    assert!(steps(&mut world).contains(&Step::Start));
}

#[test]
fn a_change_of_something_else_does_not_switch_it_on() {
    let mut world = running();
    ends_itself(&mut world, OwnEnd::PowerOff);
    world.change(|assigned| assigned.authorized_keys.push("ssh-ed25519 AAAA later".to_owned()));
    assert!(!steps(&mut world).contains(&Step::Start));
    assert_eq!(told(&mut world).2, Some(OwnEnd::PowerOff), "the server makes a wish of it");
}

#[test]
fn a_restart_that_is_asked_for_while_it_goes_down_is_carried_out() {
    let mut world = running();
    world.order(|assigned| assigned.restarts = assigned.restarts.next());
    // It is seen running once more, and ends by itself before the node stops it.
    world.look();
    ends_itself(&mut world, OwnEnd::PowerOff);
    assert!(steps(&mut world).contains(&Step::Start));
}

#[test]
fn a_server_that_makes_no_wish_of_it_gets_it_back() {
    let mut world = running();
    world.change(|assigned| assigned.wished_at = None);
    world.look();
    ends_itself(&mut world, OwnEnd::PowerOff);
    steps(&mut world);
    world.now += FIRST_PAUSE;
    assert!(steps(&mut world).contains(&Step::Start));
}
