//! Random histories, and random blocks of host ports against the obvious search.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use model::port::{HostPort, PortBlock, PortRange};
use planner::ports::first_free_block;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::history::{History, Step};

/// With those of the agent they are a million, in about half a minute.
const HISTORIES: u32 = 100_000;
const STEPS: usize = 20;
const BLOCKS: u32 = 400_000;

fn check<S: Strategy>(cases: u32, count: &AtomicU64, strategy: &S, property: impl Fn(S::Value)) {
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(strategy, |value| {
        count.fetch_add(1, Ordering::Relaxed);
        property(value);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

fn histories(count: &AtomicU64) {
    let begin = History::begin();
    let steps = prop::collection::vec(any::<Step>(), 1..STEPS);
    check(HISTORIES, count, &steps, |steps| {
        let mut history = begin.clone();
        steps.into_iter().for_each(|step| history.step(step));
    });
}

fn blocks(count: &AtomicU64) {
    let held = prop::collection::vec(1_020u16..1_060, 0..10);
    let clashed = prop::collection::vec(1_020u16..1_060, 0..4);
    check(BLOCKS, count, &(1_020u16..1_040, 0u16..24, held, clashed), |(first, length, held, clashed)| {
        let range = PortRange { first, last: first + length };
        // Some hold a block and some a single host port.
        let held: Vec<PortRange> = held
            .into_iter()
            .map(|first| if first % 3 == 0 { HostPort(first).range() } else { PortBlock::starting_at(first).range() })
            .collect();
        let clashed: Vec<PortBlock> = clashed.into_iter().map(PortBlock::starting_at).collect();
        let free = |block: &PortBlock| {
            held.iter().all(|other| !other.overlaps(block.range()))
                && clashed.iter().all(|other| !other.overlaps(*block))
        };
        let obvious = if range.is_valid() { range.blocks().find(free) } else { None };
        assert_eq!(first_free_block(range, held.iter().copied(), &clashed), obvious);
    });
}

#[test]
fn generated_cases_hold() {
    let count = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| blocks(&count));
        let half = scope.spawn(|| histories(&count));
        half.join().expect("every history holds");
    });
    let cases = count.into_inner();
    assert!(cases >= u64::from(HISTORIES + BLOCKS));
    writeln!(std::io::stdout(), "planner: {cases} generated cases over reconcile and host ports").expect("a stdout");
}
