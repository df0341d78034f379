//! Moments, sizes and counts as people say them.

use chrono::TimeDelta;
use model::Timestamp;

/// *just now*, *3 min ago*, *yesterday*, *2 Mar 2026*; *in 6 days* for what is to come.
pub(crate) fn when(at: Timestamp, now: Timestamp) -> String {
    let age = now - at;
    if age.abs() < TimeDelta::seconds(45) {
        return "just now".to_owned();
    }
    let ahead = age < TimeDelta::zero();
    let days = age.abs().num_days();
    match (days, ahead) {
        (0, false) => format!("{} ago", span(age)),
        (0, true) => format!("in {}", span(age.abs())),
        (1, false) => "yesterday".to_owned(),
        (1, true) => "in 1 day".to_owned(),
        (2..=30, false) => format!("{days} days ago"),
        (2..=30, true) => format!("in {days} days"),
        _ => at.format("%-d %b %Y").to_string(),
    }
}

/// A length of time in its largest unit: *40 s*, *3 min*, *5 h*, *2 days*.
pub(crate) fn span(length: TimeDelta) -> String {
    match (length.num_days(), length.num_hours(), length.num_minutes()) {
        (0, 0, 0) => format!("{} s", length.num_seconds()),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, _) => format!("{hours} h"),
        (1, ..) => "1 day".to_owned(),
        (days, ..) => format!("{days} days"),
    }
}

/// *in 0:42*, *in 12:00*, *now*: how long it is until something.
pub(crate) fn countdown(milliseconds: i64) -> String {
    let seconds = (milliseconds.max(0) + 999) / 1_000;
    match seconds {
        0 => "now".to_owned(),
        seconds => format!("in {}:{:02}", seconds / 60, seconds % 60),
    }
}

/// The moment to the second, for tooltips.
pub(crate) fn exact(at: Timestamp) -> String {
    at.format("%-d %b %Y, %H:%M:%S UTC").to_string()
}

/// *310 MB*, *2.1 GB*: thousands, as disks and most consoles count.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub(crate) fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB"].into_iter().peekable();
    loop {
        let unit = units.next().unwrap_or("PB");
        if value < 999.5 || units.peek().is_none() {
            let decimals = usize::from(value < 9.95 && unit != "B");
            return format!("{value:.decimals$} {unit}");
        }
        value /= 1_000.0;
    }
}

/// *1 node*, *2 nodes*.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_as_people_say_them() {
        let now = Timestamp::UNIX_EPOCH + TimeDelta::days(365);
        let ago = |age: TimeDelta| when(now - age, now);
        assert_eq!(ago(TimeDelta::seconds(44)), "just now");
        assert_eq!(ago(TimeDelta::seconds(50)), "50 s ago");
        assert_eq!(ago(TimeDelta::minutes(3)), "3 min ago");
        assert_eq!(ago(TimeDelta::hours(23)), "23 h ago");
        assert_eq!(ago(TimeDelta::hours(30)), "yesterday");
        assert_eq!(ago(TimeDelta::days(6)), "6 days ago");
        assert_eq!(ago(TimeDelta::days(100)), "23 Sep 1970");
        assert_eq!(ago(-TimeDelta::days(7)), "in 7 days");
    }

    #[test]
    fn a_pause_is_counted_down_to_its_end() {
        for (milliseconds, words) in [
            (80_000, "in 1:20"),
            (59_001, "in 1:00"),
            (42_000, "in 0:42"),
            (4_200, "in 0:05"),
            (1, "in 0:01"),
            (0, "now"),
            (-9, "now"),
        ] {
            assert_eq!(countdown(milliseconds), words, "{milliseconds}");
        }
    }

    #[test]
    fn sizes_keep_two_figures_at_least() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(2_140_000_000), "2.1 GB");
        assert_eq!(bytes(310_400_000), "310 MB");
        assert_eq!(bytes(999_999), "1.0 MB");
    }
}
