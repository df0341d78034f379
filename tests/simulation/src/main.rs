//! Plays histories, or searches every one of a bounded kind, and prints what it found.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use simulation::explore;
use simulation::heal::heal;
use simulation::history::History;
use simulation::shrink::{drawn, shrink};

#[derive(Parser)]
#[command(about = "Plays DockHost's deciding cores against simulated faults")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Random histories, one for each seed.
    Play {
        #[arg(long, default_value_t = 0)]
        from: u64,
        #[arg(long, default_value_t = 1_000)]
        seeds: u64,
        /// Actions of each history before the faults end.
        #[arg(long, default_value_t = 150)]
        actions: usize,
    },
    /// One seed again, shrunk to what matters.
    Again {
        seed: u64,
        #[arg(long, default_value_t = 150)]
        actions: usize,
    },
    /// Every order of one instance's life with two operations and a few faults.
    Explore {
        #[arg(long, default_value_t = 3)]
        faults: u8,
    },
}

const PEOPLE: usize = 3;

fn main() -> ExitCode {
    let found = match Arguments::parse().what {
        What::Play { from, seeds, actions } => play(from, seeds, actions),
        What::Again { seed, actions } => again(seed, actions),
        What::Explore { faults } => explore::report(faults),
    };
    match found {
        Ok(line) => {
            say(&line);
            ExitCode::SUCCESS
        }
        Err(line) => {
            say(&line);
            ExitCode::FAILURE
        }
    }
}

/// One to eight nodes, three on average.
fn nodes(seed: u64) -> usize {
    [1, 1, 2, 2, 3, 3, 4, 8][usize::try_from(seed % 8).unwrap_or(0)]
}

fn play(from: u64, seeds: u64, count: usize) -> Result<String, String> {
    let begun = Instant::now();
    let (mut slowest, mut created, mut deleted) = (Duration::ZERO, 0, 0);
    for seed in from..from + seeds {
        match drawn(PEOPLE, nodes(seed), seed, count).end {
            Ok((history, healed)) => {
                slowest = slowest.max(healed);
                created += history.people.promised.len();
                deleted += history.people.promised.values().filter(|promise| promise.deleted).count();
            }
            Err(why) => {
                return Err(format!(
                    "seed {seed}: {why}\nrun it again with: cargo run -p simulation -- again {seed} --actions {count}"
                ));
            }
        }
    }
    let events = seeds * u64::try_from(count).unwrap_or(0);
    Ok(format!(
        "{seeds} histories, {events} events before healing, {created} creates and {deleted} deletions acknowledged, 0 violations; slowest \
         convergence {} s of simulated time; {:.0} s",
        slowest.as_secs(),
        begun.elapsed().as_secs_f32()
    ))
}

fn again(seed: u64, count: usize) -> Result<String, String> {
    let drawn = drawn(PEOPLE, nodes(seed), seed, count);
    let Err(why) = drawn.end else { return Ok(format!("seed {seed} holds every rule")) };
    say(&format!("seed {seed}: {why}\nshrunk to:"));
    let least = shrink(PEOPLE, nodes(seed), &drawn.actions);
    let mut history = History::new(PEOPLE, nodes(seed));
    for action in &least {
        say(&format!("  {action:?}"));
        history.play(*action).map_err(|why| format!("then: {why}"))?;
    }
    heal(&mut history).map(|_| "which holds every rule alone".to_owned()).map_err(|why| format!("then: {why}"))
}

#[expect(clippy::print_stdout, reason = "this program is for a terminal")]
fn say(line: &str) {
    println!("{line}");
}
