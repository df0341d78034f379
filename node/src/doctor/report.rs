//! The checks as people and as programs read them.

use std::time::Duration;

use serde_json::{Value, json};

use super::check::{Check, Hop, Outcome};

pub(super) fn first_failed(checks: &[Check]) -> Option<Hop> {
    checks.iter().find(|check| matches!(check.outcome, Outcome::Failed(_))).map(|check| check.hop)
}

/// One line; for a failure and for a warning, what to do stands indented below it.
pub(super) fn line(check: &Check) -> String {
    let (mark, says, advice) = parts(check);
    // What was not tried took no time.
    let took = if mark == "skipped" { "-".to_owned() } else { format!("{:.1} ms", millis(check.took)) };
    let advice = advice.map(|advice| format!("\n{:9}-> {advice}", "")).unwrap_or_default();
    format!("{mark:<7}  {:<14} {took:>10}  {says}{advice}", check.hop)
}

pub(super) fn summary(checks: &[Check]) -> String {
    let failed = checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_))).count();
    let warned = checks.iter().filter(|check| matches!(check.outcome, Outcome::Warned(_))).count();
    match first_failed(checks) {
        None if warned > 0 => {
            format!("Everything is in order, with a warning ({warned}): the way to the server and to Docker is open.")
        }
        None => "Everything is in order: the way to the server and to Docker is open.".to_owned(),
        Some(hop) => format!("The first hop that fails: {hop} ({failed} of {} checks failed).", checks.len()),
    }
}

pub(super) fn json(checks: &[Check]) -> String {
    let rows: Vec<Value> = checks.iter().map(row).collect();
    let first = first_failed(checks);
    format!("{:#}", json!({ "ok": first.is_none(), "first_failed": first, "checks": rows }))
}

fn row(check: &Check) -> Value {
    let (mark, says, advice) = parts(check);
    let mut row = json!({ "hop": check.hop, "mark": mark, "ms": millis(check.took), "says": says });
    if let Some(advice) = advice {
        row["advice"] = advice.into();
    }
    row
}

fn parts(check: &Check) -> (&'static str, &str, Option<&str>) {
    match &check.outcome {
        Outcome::Ok(says) => ("ok", says, None),
        Outcome::Failed(fault) => ("failed", &fault.wrong, Some(&fault.advice)),
        Outcome::Warned(fault) => ("warning", &fault.wrong, Some(&fault.advice)),
        Outcome::Skipped(why) => ("skipped", why, None),
    }
}

/// To a tenth: more would be noise.
pub(super) fn millis(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Fault;

    fn checks() -> Vec<Check> {
        let check = |hop, outcome| Check { hop, outcome, took: Duration::from_micros(1_234) };
        vec![
            check(Hop::Address, Outcome::Ok("http://a".to_owned())),
            check(Hop::Tcp, Outcome::Failed(Fault::new("Nothing listens.", "Start it."))),
            check(Hop::Http, Outcome::Skipped("cannot be tried".to_owned())),
            check(Hop::Disk, Outcome::Failed(Fault::new("It is full.", "Make room."))),
        ]
    }

    #[test]
    fn a_line_has_mark_hop_time_and_what_to_do() {
        let lines: Vec<String> = checks().iter().map(line).collect();
        assert_eq!(lines[0], "ok       address            1.2 ms  http://a");
        assert_eq!(lines[1], "failed   TCP                1.2 ms  Nothing listens.\n         -> Start it.");
        assert_eq!(lines[2], "skipped  HTTP                    -  cannot be tried");
    }

    #[test]
    fn the_first_failure_is_named() {
        assert_eq!(summary(&checks()), "The first hop that fails: TCP (2 of 4 checks failed).");
        assert!(summary(&checks()[..1]).starts_with("Everything is in order:"));
        let fault = Fault::new("runc 1.1.5 has a known fault.", "Update it.");
        let warned = Check { hop: Hop::KnownFaults, outcome: Outcome::Warned(fault), took: Duration::ZERO };
        assert!(line(&warned).starts_with("warning  known faults "), "{}", line(&warned));
        let all = [checks().remove(0), warned];
        assert!(summary(&all).contains("with a warning (1)") && first_failed(&all).is_none());
    }

    #[test]
    fn programs_read_the_same() {
        let read: Value = serde_json::from_str(&json(&checks())).unwrap();
        assert_eq!((&read["ok"], &read["first_failed"]), (&json!(false), &json!("tcp")));
        let row =
            json!({ "hop": "tcp", "mark": "failed", "ms": 1.2, "says": "Nothing listens.", "advice": "Start it." });
        assert_eq!(read["checks"][1], row);
        assert_eq!(serde_json::from_str::<Value>(&json(&checks()[..1])).unwrap()["first_failed"], Value::Null);
    }
}
