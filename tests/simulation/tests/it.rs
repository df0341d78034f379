//! The short forms of what `make simulate` runs at length, and what it once found.

use std::io::Write;

use model::verb::Verb;
use simulation::action::{Action, Fault, OnEngine, OnNode, Question, Request};
use simulation::heal::heal;
use simulation::history::History;
use simulation::{enabled, explore, play};

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

/// One person with one instance on one node.
struct Story {
    history: History,
    done: usize,
}

impl Story {
    fn begin() -> Self {
        let mut story = Self { history: History::new(1, 1), done: 0 };
        story.play(CREATE);
        story
    }

    fn play(&mut self, action: Action) {
        if let Err(why) = self.history.play(action) {
            panic!("after {} works, {action:?}: {why}", self.done);
        }
    }

    /// Some of the work that waits, one after the other; where none does, a second passes.
    fn work(&mut self, times: usize) {
        for _ in 0..times {
            let all = enabled::work(&self.history);
            self.play(if all.is_empty() { Action::Pass(1) } else { all[self.done % all.len()] });
            self.done += 1;
        }
    }

    fn heals(mut self) {
        if let Err(why) = heal(&mut self.history) {
            panic!("after {} works: {why}", self.done);
        }
    }
}

/// A create that was under way when the ledger was lost takes effect a minute later: a deletion that comes in between is not
/// confirmed before. The loop of the product did so, and a copy of it that was once played here did not.
#[test]
fn a_ledger_that_is_lost_takes_no_create_with_it() {
    for before in 0..40 {
        let mut story = Story::begin();
        story.work(before);
        story.play(Action::Node(0, OnNode::Work(0, Fault::Late(50))));
        story.play(Action::Node(0, OnNode::LoseLedger));
        story.play(Action::Node(0, OnNode::Start));
        story.play(DELETE);
        // The server keeps the old connection's lease; a machine that it does not know comes after that.
        story.play(Action::Pass(16));
        story.work(100);
        story.heals();
    }
}

/// An engine that denies a container, whichever it is asked, makes its instance lost for that time, and its deletion late.
#[test]
fn a_container_that_the_engine_denies_is_not_left_behind() {
    for question in [Question::Look, Question::List] {
        for before in 0..60 {
            let mut story = Story::begin();
            story.work(before);
            story.play(Action::Engine(0, OnEngine::Deny(0, question)));
            story.play(DELETE);
            story.work(100);
            story.heals();
        }
    }
}
