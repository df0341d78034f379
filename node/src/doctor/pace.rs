//! How far the server is, and whether the two clocks agree.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::answer::Broken;
use super::check::{Fault, Verdict};
use super::report::millis;
use super::stranger;
use super::target::Target;

pub(super) const ROUNDS: usize = 5;
/// From here on, whoever types in a terminal waits for each letter.
const SLOW: Duration = Duration::from_millis(300);
/// Seconds by which clocks may differ.
const APART: i64 = 60;

/// `last` is how the attempts ended. A proxy may close a connection early; what came before counts.
pub(super) fn judge(target: &Target, asked: &str, rounds: &[Duration], last: &Result<(), Broken>) -> Verdict {
    let Some(median) = median(rounds) else {
        let broken = last.clone().err().unwrap_or(Broken::Closed);
        return Err(stranger::silent(target, asked, &broken));
    };
    let slow = if median >= SLOW { "; terminals will feel slow" } else { "" };
    Ok(format!("{:.1} ms, the median of {}{slow}", millis(median), rounds.len()))
}

fn median(rounds: &[Duration]) -> Option<Duration> {
    let mut sorted = rounds.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

pub(super) fn clock(date: Option<&str>, now: DateTime<Utc>) -> Verdict {
    let Some(there) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) else {
        return Ok("the server tells no time to compare with".to_owned());
    };
    let ahead = now.signed_duration_since(there).num_seconds();
    if ahead.abs() <= APART {
        return Ok("this machine and the server agree on the time".to_owned());
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    Err(Fault::new(
        format!("This machine's clock is {} s {side} the server's.", ahead.abs()),
        "Set both by the network: sudo timedatectl set-ntp true.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::target::target;

    fn says(rounds: &[u64]) -> Verdict {
        let rounds: Vec<Duration> = rounds.iter().copied().map(Duration::from_millis).collect();
        judge(&target("http://a"), "/healthz", &rounds, &Err(Broken::Closed))
    }

    #[test]
    fn one_slow_round_does_not_count() {
        assert_eq!(says(&[9, 900, 8, 7, 10]).unwrap(), "9.0 ms, the median of 5");
        assert_eq!(says(&[4]).unwrap(), "4.0 ms, the median of 1");
        assert!(says(&[400, 400, 400]).unwrap().contains("slow"));
        assert!(says(&[]).unwrap_err().wrong.contains("closed"));
    }

    #[test]
    fn clocks_may_differ_by_a_minute() {
        let now = DateTime::parse_from_rfc3339("2024-05-01T12:00:00Z").unwrap().to_utc();
        assert!(clock(Some("Wed, 01 May 2024 12:01:00 GMT"), now).is_ok());
        assert!(clock(Some("Wed, 01 May 2024 12:02:00 GMT"), now).unwrap_err().wrong.contains("120 s behind"));
        assert!(clock(Some("Wed, 01 May 2024 11:00:00 GMT"), now).unwrap_err().wrong.contains("3600 s ahead of"));
        for none in [None, Some("yesterday")] {
            assert!(clock(none, now).unwrap().contains("no time"));
        }
    }
}
