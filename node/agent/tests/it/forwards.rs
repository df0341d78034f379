//! Host ports that a program has which is not ours.

use std::time::Duration;

use agent::converge::{Next, Step};
use agent::local::{Local, TRY_AGAIN};
use model::forward::{Forward, Place, Protocol, Unopened};
use model::port::{ContainerPort, HostPort};
use model::version::Generation;

use crate::engine::Fault;
use crate::sample;
use crate::script::World;

fn forward(host: u16, automatic: bool) -> Forward {
    Forward {
        place: Place::Node,
        protocol: Protocol::Tcp,
        host: HostPort(host),
        container: ContainerPort(80),
        bind: None,
        allow: Vec::new(),
        automatic,
        given_up: false,
        opened: Generation(1),
    }
}

#[test]
fn a_number_that_somebody_chose_is_not_waited_for() {
    let mut assigned = sample::instance(1);
    assigned.forwards = vec![forward(8080, false), forward(32_767, true)];
    let now = Duration::from_secs(100);
    let again = |taken: bool, which: &[usize]| {
        let unopened = which.iter().map(|at| Unopened {
            key: assigned.forwards[*at].key(),
            reason: "Address already in use".into(),
            taken,
        });
        let mut local = Local::new(&assigned);
        local.forwarded(&assigned, unopened.collect(), now);
        local.forwards.again_at
    };
    assert_eq!(again(true, &[0]), None, "whoever waits has it when that program is started anew");
    assert_eq!(again(true, &[1]), Some(now + TRY_AGAIN));
    assert_eq!(again(true, &[0, 1]), Some(now + TRY_AGAIN));
    assert_eq!(again(false, &[0]), Some(now + TRY_AGAIN), "an address that is not there yet");
    assert_eq!(again(true, &[]), None);
}

#[test]
fn a_closed_host_port_is_closed_before_anything_runs_and_while_it_runs() {
    let mut world = World::new(1);
    world.assigned.closed = ContainerPort::CLOSABLE.to_vec();
    loop {
        match world.advance(Fault::None) {
            Next::Do(Step::OpenPorts) => {
                assert_eq!(world.local.closed, ContainerPort::CLOSABLE, "it was open for a moment")
            }
            Next::Settled => break,
            Next::Do(_) | Next::Wait { .. } => {}
            Next::Stuck(problem) => panic!("{problem:?}"),
        }
    }
    world.assigned.closed = vec![ContainerPort::HTTPS];
    assert_eq!(world.advance(Fault::None), Next::Do(Step::WriteRow));
    assert_eq!(world.advance(Fault::None), Next::Do(Step::SetDoors));
    assert_eq!(world.advance(Fault::None), Next::Settled, "nothing else was done for it");
    assert_eq!(world.local.shut(), [ContainerPort::HTTPS]);
}
