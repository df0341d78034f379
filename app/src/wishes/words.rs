//! What is said of a wish. Only what is so at that time is said.

use model::verb::Verb;

use super::{Aim, Wish};

/// It has become so.
pub(super) fn done(wish: &Wish) -> String {
    let name = &wish.name;
    match wish.aim {
        Aim::Create => format!("{name} is created and runs."),
        Aim::Verb(Verb::Start) => format!("{name} runs."),
        Aim::Verb(Verb::Stop) => format!("{name} is stopped."),
        Aim::Verb(Verb::Restart) => format!("{name} has restarted."),
        Aim::Verb(Verb::Delete) => format!("{name} deleted{}", freed(&wish.ports)),
        Aim::Verb(Verb::Forget) => format!("{name} forgotten{}", freed(&wish.ports)),
    }
}

/// The server took its end, and it is still there.
pub(super) fn accepted(wish: &Wish) -> String {
    format!("{} is being deleted. Its name and its ports are free when its node has confirmed it.", wish.name)
}

pub(super) fn failed(wish: &Wish, why: &str) -> String {
    let verb = match wish.aim {
        Aim::Create => "created",
        Aim::Verb(Verb::Start) => "started",
        Aim::Verb(Verb::Stop) => "stopped",
        Aim::Verb(Verb::Restart) => "restarted",
        Aim::Verb(Verb::Delete) => "deleted",
        Aim::Verb(Verb::Forget) => "forgotten",
    };
    format!("{} could not be {verb}. {why}", wish.name)
}

/// `ports` are sorted.
fn freed(ports: &[u16]) -> String {
    match ports {
        [] => String::new(),
        [port] => format!(" · its port {port} is free"),
        more => format!(" · its ports {} are free", spans(more)),
    }
}

/// *1063–1065, 20001*.
fn spans(ports: &[u16]) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for port in ports.iter().copied() {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(port) => *last = port,
            Some(_) | None => runs.push((port, port)),
        }
    }
    let words =
        |(first, last): &(u16, u16)| if first == last { first.to_string() } else { format!("{first}–{last}") };
    runs.iter().map(words).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Stage;
    use super::*;

    fn wish(verb: Verb, ports: &[u16]) -> Wish {
        let (aim, standing) = (Aim::Verb(verb), Stage::Asked);
        Wish { aim, standing, name: "web-1".to_owned(), ports: ports.to_vec(), leave: false }
    }

    #[test]
    fn the_ports_that_are_free_again_are_named() {
        let words = |ports: &[u16]| done(&wish(Verb::Delete, ports));
        assert_eq!(words(&[]), "web-1 deleted");
        assert_eq!(words(&[1063]), "web-1 deleted · its port 1063 is free");
        assert_eq!(words(&[1063, 1064, 1065]), "web-1 deleted · its ports 1063–1065 are free");
        assert_eq!(words(&[1063, 1064, 1065, 20_001]), "web-1 deleted · its ports 1063–1065, 20001 are free");
    }

    #[test]
    fn a_failure_names_the_instance_and_the_reason() {
        assert_eq!(failed(&wish(Verb::Stop, &[]), "It is away."), "web-1 could not be stopped. It is away.");
    }
}
