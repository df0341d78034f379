//! The short forms of what `make simulate` runs at length.

use std::io::Write;

use simulation::{explore, play};

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
