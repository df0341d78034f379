//! Lines of the log that strangers cause: never long, never many.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Characters of a text from outside that are logged.
const MAX: usize = 200;
/// The shortest time between two lines of a kind; it grows while they keep coming.
const APART: Duration = Duration::from_secs(1);
const APART_MAX: Duration = Duration::from_secs(60);

/// One kind of line.
pub(crate) struct Sparse(Mutex<Pace>);

struct Pace {
    told: Option<Instant>,
    /// When there was the last one, told or not.
    seen: Option<Instant>,
    apart: Duration,
    left_out: u64,
}

impl Sparse {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Pace { told: None, seen: None, apart: APART, left_out: 0 }))
    }

    /// Whether to tell of one more, and how many were left out since the last.
    pub(crate) fn tells(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tells(Instant::now())
    }
}

impl Pace {
    fn tells(&mut self, now: Instant) -> Option<u64> {
        let since = |moment: Option<Instant>| moment.map_or(Duration::MAX, |then| now.saturating_duration_since(then));
        let was_quiet = since(self.seen.replace(now)) >= APART_MAX;
        if since(self.told) < self.apart {
            self.left_out += 1;
            return None;
        }
        self.apart = if was_quiet { APART } else { (self.apart * 2).min(APART_MAX) };
        self.told = Some(now);
        Some(std::mem::take(&mut self.left_out))
    }
}

/// The beginning of what somebody sent, with nothing in it that a terminal obeys.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX).flat_map(escaped).collect();
    if text.chars().nth(MAX).is_some() {
        shown.push('…');
    }
    shown
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    // Marks that turn the direction of writing are no control characters, and turn a line around.
    let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let plain = (!c.is_control() && !turns).then_some(c);
    let escape = plain.is_none().then(|| c.escape_unicode());
    plain.into_iter().chain(escape.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_a_day_leaves_few_lines_and_all_are_counted() {
        let (mut pace, start) = (Pace { told: None, seen: None, apart: APART, left_out: 0 }, Instant::now());
        let (mut lines, mut counted, day) = (0, 0, 24 * 60 * 60 * 10);
        for tenth in 0..day {
            if let Some(left_out) = pace.tells(start + Duration::from_millis(tenth * 100)) {
                lines += 1;
                counted += left_out + 1;
            }
        }
        assert!((1_440..1_460).contains(&lines), "{lines}");
        assert_eq!(counted + pace.left_out, day);
    }

    #[test]
    fn what_is_rare_is_always_told() {
        let (mut pace, start) = (Pace { told: None, seen: None, apart: APART, left_out: 0 }, Instant::now());
        for minute in 0..100 {
            assert_eq!(pace.tells(start + Duration::from_secs(minute * 61)), Some(0));
        }
        assert_eq!(pace.tells(start + Duration::from_secs(99 * 61)), None);
    }

    #[test]
    fn no_text_is_long_or_obeyed() {
        assert_eq!(shown("/a\u{1b}]0;x\u{7}\n\u{202e}\u{9b}"), "/a\\u{1b}]0;x\\u{7}\\u{a}\\u{202e}\\u{9b}");
        assert_eq!(shown("ä/ö"), "ä/ö");
        let long = shown(&"a".repeat(60_000));
        assert_eq!(long.chars().count(), MAX + 1);
        assert!(long.ends_with('…'));
    }
}
