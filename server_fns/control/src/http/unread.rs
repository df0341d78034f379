//! What serde says of a request that it could not read, as a refusal that names the field.

use model::refusal::{Refusal, RefusalCode};

/// How serde begins what it says of a field, behind the path to it. What we say ourselves begins otherwise.
const SAID: [&str; 7] = [
    "missing field `",
    "unknown field `",
    "duplicate field `",
    "invalid type: ",
    "invalid value: ",
    "invalid length ",
    "unknown variant `",
];
/// Characters that are kept of it: it repeats what was sent.
const MAX: usize = 240;

/// Of such as "limits.memory: unknown field `memory`, expected `cpus` at line 1 column 2", without the position, which
/// is for machines.
pub(super) fn unreadable(reason: &str) -> Refusal {
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(plain, _)| plain);
    let (path, said) = split(reason);
    let message = match path {
        "" => format!("The request cannot be read: {}.", fit(said)),
        path => format!("The request cannot be read at `{}`: {}.", fit(path), fit(said)),
    };
    let refusal = Refusal::new(RefusalCode::Invalid, message);
    match field(path, said) {
        Some(field) => refusal.at(&fit(&field)),
        None => refusal,
    }
}

/// The path to the field, empty at the outermost, and what is wrong there.
fn split(reason: &str) -> (&str, &str) {
    let at = SAID.iter().filter_map(|begin| reason.find(begin)).min();
    let (path, said) = match at {
        Some(at) => reason.split_at(at),
        None => return reason.split_once(": ").filter(|(path, _)| !path.contains(' ')).unwrap_or(("", reason)),
    };
    (path.strip_suffix(": ").unwrap_or(path), said)
}

/// A field that is missing or there twice is not on the path; one that is not known ends it.
fn field(path: &str, said: &str) -> Option<String> {
    let named = |begin: &str| said.strip_prefix(begin).and_then(|rest| rest.split('`').next());
    let below = named("missing field `").or_else(|| named("duplicate field `"));
    match (path, below) {
        ("", Some(name)) => Some(name.to_owned()),
        (path, Some(name)) => Some(format!("{path}.{name}")),
        ("", None) => named("unknown field `").map(str::to_owned),
        (path, None) => Some(path.to_owned()),
    }
}

/// One line, of bounded length.
fn fit(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let kept: String = text.chars().take(MAX).map(plain).collect();
    if text.chars().nth(MAX).is_some() { kept + "…" } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_at_fault_is_named_wherever_it_is() {
        for (reason, field, message) in [
            ("missing field `name` at line 1 column 2", Some("name"), "missing field `name`."),
            ("host_ports: missing field `last` at line 1 column 40", Some("host_ports.last"), "missing field `last`."),
            ("nmae: unknown field `nmae`, expected `name` at line 1 column 7", Some("nmae"), "expected `name`."),
            ("unknown field `nmae`, expected `name`", Some("nmae"), "expected `name`."),
            ("limits.mem: unknown field `mem`, expected `cpus`", Some("limits.mem"), "read at `limits.mem`"),
            ("limits: duplicate field `cpus` at line 1 column 9", Some("limits.cpus"), "duplicate field `cpus`"),
            (
                "name: invalid type: integer `7`, expected a string at line 1 column 9",
                Some("name"),
                "expected a string.",
            ),
            ("allow[1]: invalid type: null, expected a string", Some("allow[1]"), "at `allow[1]`"),
            ("limits: `memory` and `memory_bytes` mean one limit", Some("limits"), "mean one limit."),
            (
                "invalid type: sequence, expected struct CreateToken at line 1 column 0",
                None,
                "expected struct CreateToken.",
            ),
            ("trailing characters at line 1 column 5", None, "read: trailing characters."),
        ] {
            let refusal = unreadable(reason);
            assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, field), "{reason}");
            assert!(refusal.message.contains(message), "{reason}: {}", refusal.message);
        }
    }

    #[test]
    fn what_was_sent_comes_back_on_one_line_and_cut() {
        let name = format!("a\nb\u{1b}[2J{}", "x".repeat(10_000));
        let refusal = unreadable(&format!("{name}: unknown field `{name}`, expected `name` at line 1 column 7"));
        assert!(refusal.message.chars().count() < 600 && !refusal.message.contains(char::is_control));
        assert!(refusal.field.unwrap().starts_with("a b"));
    }
}
