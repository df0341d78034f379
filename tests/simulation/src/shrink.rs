//! A failing history, made as short as it can be by leaving out what does not matter.

use std::time::Duration;

use crate::action::Action;
use crate::draw;
use crate::heal::heal;
use crate::history::History;

/// Plays a list from the beginning; the rule that it breaks, if it breaks one.
pub fn play(people: usize, nodes: usize, actions: &[Action]) -> Result<(), String> {
    let mut history = History::new(people, nodes);
    actions.iter().try_for_each(|action| history.play(*action))?;
    heal(&mut history).map(drop)
}

/// Leaves out ever smaller parts for as long as some rule still breaks.
pub fn shrink(people: usize, nodes: usize, actions: &[Action]) -> Vec<Action> {
    let mut least = actions.to_vec();
    let mut part = least.len() / 2;
    while part > 0 {
        let mut from = 0;
        while from < least.len() {
            let mut fewer = least.clone();
            fewer.drain(from..(from + part).min(fewer.len()));
            if play(people, nodes, &fewer).is_err() {
                least = fewer;
            } else {
                from += part;
            }
        }
        part /= 2;
    }
    least
}

/// The actions of one seed, as far as they go: up to the one that breaks a rule.
pub fn drawn(people: usize, nodes: usize, seed: u64, count: usize) -> Drawn {
    let mut rng = fastrand::Rng::with_seed(seed);
    // From almost none to one in three.
    let faults = rng.u8(1..34);
    let mut history = History::new(people, nodes);
    let mut actions = Vec::with_capacity(count);
    for _ in 0..count {
        let action = draw::action(&mut rng, &history, faults);
        actions.push(action);
        if let Err(why) = history.play(action) {
            return Drawn { actions, end: Err(why) };
        }
    }
    let end = heal(&mut history).map(|healed| (history, healed));
    Drawn { actions, end }
}

/// One history, and how it ended.
pub struct Drawn {
    pub actions: Vec<Action>,
    /// The state after healing and how long that took, or the rule that was broken.
    pub end: Result<(History, Duration), String>,
}
