//! Many random histories, one for each seed.

use std::time::{Duration, Instant};

use crate::shrink::drawn;

pub const PEOPLE: usize = 3;

/// One to eight nodes, three on average.
pub fn nodes(seed: u64) -> usize {
    [1, 1, 2, 2, 3, 3, 4, 8][usize::try_from(seed % 8).unwrap_or(0)]
}

/// Plays that many histories of that many actions, and says what happened or which rule broke.
pub fn play(from: u64, seeds: u64, count: usize) -> Result<String, String> {
    let begun = Instant::now();
    let (mut slowest, mut created, mut deleted, mut played) = (Duration::ZERO, 0, 0, 0);
    for seed in from..from + seeds {
        match drawn(PEOPLE, nodes(seed), seed, count).end {
            Ok((history, healed)) => {
                slowest = slowest.max(healed);
                played += history.played;
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
    let drawn = seeds * u64::try_from(count).unwrap_or(0);
    let took = begun.elapsed();
    Ok(format!(
        "{seeds} histories, {drawn} actions drawn and {} of healing, {created} creates and {deleted} deletions acknowledged, 0 \
         violations; slowest convergence {} s of simulated time; {:.1} s, {} ns an action",
        played - drawn,
        slowest.as_secs(),
        took.as_secs_f32(),
        took.as_nanos() / u128::from(played.max(1))
    ))
}
