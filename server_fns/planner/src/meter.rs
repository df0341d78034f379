//! How a node's link does, from what its two ends counted at each heartbeat.

use std::collections::VecDeque;
use std::time::Duration;

use model::link::{Counted, Flow, Flows};

use crate::clock::Instant;

/// How long what was counted is kept: a link on which little is sent tells of its loss only over a while,
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// namely once that many segments were sent.
const LEAST: u64 = 100;
/// With so many newer ones, older segments no longer count: what a busy link did before is not what it does.
const ENOUGH: u64 = 1_000;
/// Between two readings that a rate is taken from. Heartbeats may follow each other at once, with a few bytes between.
const APART: Duration = Duration::from_secs(1);
const READINGS: usize = 64;

/// What was counted up to one moment. Each count only grows, until its program starts anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    pub at: Instant,
    /// By the server's system; `None` where it does not tell.
    pub here: Option<Counted>,
    /// By the node's, as the node says.
    pub there: Option<Counted>,
}

/// The readings of one connection, the newest last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Meter {
    readings: VecDeque<Reading>,
}

impl Meter {
    pub fn note(&mut self, reading: Reading) {
        if self.readings.back().is_some_and(|last| !follows(last, &reading)) {
            self.readings.clear();
        }
        self.readings.push_back(reading);
        let old = |first: &Reading| reading.at.since(first.at) > WINDOW;
        while self.readings.len() > READINGS || (self.readings.len() > 2 && self.readings.front().is_some_and(old)) {
            self.readings.pop_front();
        }
    }

    pub fn view(&self) -> Flows {
        let (here, there) = (|one: &Reading| one.here, |one: &Reading| one.there);
        let rate = |ours: fn(&Counted) -> u64, theirs: fn(&Counted) -> u64| {
            self.rate(here, ours).or_else(|| self.rate(there, theirs))
        };
        let (delivered, received) = (|one: &Counted| one.delivered_bytes, |one: &Counted| one.received_bytes);
        Flows {
            to_node: Flow { bytes_per_second: rate(delivered, received), loss_percent: self.loss(here) },
            from_node: Flow { bytes_per_second: rate(received, delivered), loss_percent: self.loss(there) },
        }
    }

    fn rate(&self, end: fn(&Reading) -> Option<Counted>, bytes: fn(&Counted) -> u64) -> Option<u64> {
        let last = self.readings.back()?;
        let before = self.readings.iter().rev().find(|one| last.at.since(one.at) >= APART)?;
        let moved = bytes(&end(last)?).checked_sub(bytes(&end(before)?))?;
        let rate = u128::from(moved) * 1_000 / last.at.since(before.at).as_millis();
        u64::try_from(rate).ok()
    }

    /// Over the newest readings that tell enough, or all there are.
    fn loss(&self, end: fn(&Reading) -> Option<Counted>) -> Option<f32> {
        let last = end(self.readings.back()?)?;
        let since = |one: &Reading| {
            let first = end(one)?;
            Some((last.segments.checked_sub(first.segments)?, last.again.checked_sub(first.again)?))
        };
        let mut newest = self.readings.iter().rev().map_while(since);
        let whole = newest.clone().last();
        let (segments, again) = newest.find(|(segments, _)| *segments >= ENOUGH).or(whole)?;
        (segments >= LEAST).then(|| percent(again, segments))
    }
}

/// Both ends counted on from where they were.
fn follows(last: &Reading, next: &Reading) -> bool {
    let on = |last: Option<Counted>, next: Option<Counted>| match (last, next) {
        (Some(last), Some(next)) => {
            last.segments <= next.segments
                && last.again <= next.again
                && last.delivered_bytes <= next.delivered_bytes
                && last.received_bytes <= next.received_bytes
        }
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    on(last.here, next.here) && on(last.there, next.there)
}

/// In tenths: more would tell of chance and not of the link. What a node says is bounded to what can be.
fn percent(part: u64, of: u64) -> f32 {
    let tenths = (u128::from(part.min(of)) * 1_000 + u128::from(of) / 2) / u128::from(of.max(1));
    u16::try_from(tenths).map_or(100.0, f32::from) / 10.0
}

#[cfg(test)]
mod tests;
