//! Plays histories, or searches every one of a bounded kind, and prints what it found.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use simulation::heal::heal;
use simulation::history::History;
use simulation::play::{PEOPLE, nodes};
use simulation::shrink::{drawn, shrink};
use simulation::{explore, play};

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

fn main() -> ExitCode {
    let found = match Arguments::parse().what {
        What::Play { from, seeds, actions } => play::play(from, seeds, actions),
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
