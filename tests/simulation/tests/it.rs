//! The short forms of what `make simulate` runs at length, and what it once found.

use std::io::Write;

use model::verb::Verb;
use simulation::action::{Action, Fault, OnEngine, OnLink, OnNode, Question, Request};
use simulation::{explore, play, shrink};

const SEEDS: u64 = 10_000;
const ACTIONS: usize = 120;

fn say(line: &str) {
    writeln!(std::io::stdout(), "simulation: {line}").expect("a stdout");
}

#[test]
fn random_histories_hold_every_rule() {
    match play::play(0, SEEDS, ACTIONS) {
        Ok(line) => say(&line),
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn every_order_of_two_operations_holds_every_rule() {
    match explore::report(0) {
        Ok(lines) => say(&lines),
        Err(why) => panic!("{why}"),
    }
}

const CREATE: Action = Action::People(Request::Create { person: 0, name: 0 });
const DELETE: Action = Action::People(Request::Wish { which: 0, wish: Verb::Delete });
const WORK: Action = Action::Node(0, OnNode::Work(0, Fault::None));
/// Everybody does a part of the work that waits.
const TURN: [Action; 7] = [
    Action::Link(0, OnLink::Push),
    Action::Link(0, OnLink::ToNode),
    WORK,
    WORK,
    Action::Node(0, OnNode::Save),
    Action::Node(0, OnNode::Report),
    Action::Link(0, OnLink::ToServer),
];
/// More than an instance takes from its create until it runs.
const STEPS: usize = 24;

/// One person's instance is on its way to one node, whose worker has taken that many looks and steps.
fn under_way(steps: usize) -> Vec<Action> {
    let mut actions = vec![
        Action::Node(0, OnNode::Start),
        Action::Link(0, OnLink::Dial),
        Action::Link(0, OnLink::ToServer),
        CREATE,
        Action::Link(0, OnLink::Push),
        Action::Link(0, OnLink::ToNode),
    ];
    actions.extend([WORK].repeat(steps));
    actions
}

fn holds(actions: &[Action]) {
    if let Err(why) = shrink::play(1, 1, actions) {
        panic!("{actions:#?}\nthen: {why}");
    }
}

/// A create that is under way when the ledger is lost takes effect later: a deletion that comes in between is not confirmed
/// before. The product did so, and the copy of its loop that was once played here did not. Seed 1449 finds it, too.
#[test]
fn a_ledger_that_is_lost_takes_no_create_with_it() {
    for steps in 0..STEPS {
        let mut actions = under_way(steps);
        actions.extend([
            Action::Node(0, OnNode::Work(0, Fault::Late(50))),
            Action::Node(0, OnNode::LoseLedger),
            DELETE,
        ]);
        holds(&actions);
    }
}

/// An engine that denies a container, whichever way it is asked, keeps its deletion from being confirmed while it is there.
#[test]
fn a_container_that_the_engine_denies_is_not_left_behind() {
    for question in [Question::Look, Question::List] {
        for steps in 0..STEPS {
            let mut actions = under_way(steps);
            actions.extend([Action::Engine(0, OnEngine::Deny(0, question)), DELETE]);
            actions.extend(TURN.repeat(STEPS));
            holds(&actions);
        }
    }
}
