//! The sentences for the owner of an instance: what failed, why, what to do.

use model::observed::{Problem, ProblemCode};
use model::port::PortBlock;

fn problem(code: ProblemCode, message: String) -> Problem {
    Problem { code, message }
}

pub fn engine_away() -> Problem {
    problem(
        ProblemCode::EngineAway,
        "Docker does not answer on this node, so the state of the instance is not known. The instance goes on as it \
         was; the node's operator should look after Docker."
            .to_owned(),
    )
}

pub fn foreign(name: &str) -> Problem {
    problem(
        ProblemCode::ForeignContainer,
        format!(
            "A container named {name} exists on the node but was not made by this DockHost, so it is left alone. \
             The node's operator has to rename or remove it."
        ),
    )
}

/// Of an instance that was to stand still, or to run: prunes take what stands still.
pub fn lost(stopped: bool) -> Problem {
    let likely = if stopped {
        "Most likely somebody ran `docker container prune` or `docker system prune` there, which remove every \
         container that is stopped."
    } else {
        "Most likely somebody removed it there by hand, as `docker rm -f` does; a prune takes one that has just \
         ended, too."
    };
    problem(
        ProblemCode::Lost,
        format!(
            "The container vanished from its node though nobody asked DockHost for that. {likely} It is not made anew, \
             because it would be empty; delete the instance and create another one."
        ),
    )
}

pub fn dead() -> Problem {
    problem(
        ProblemCode::Refused,
        "Docker could not finish removing this container and left it unusable. Delete the instance; its node's \
         operator may have to restart Docker."
            .to_owned(),
    )
}

pub fn ports_taken(block: PortBlock, why: &str) -> Problem {
    let (first, last) = (block.first.0, block.first.0.saturating_add(PortBlock::SIZE - 1));
    problem(
        ProblemCode::PortsTaken,
        format!(
            "The host ports {first} to {last} cannot be opened on the node: {why}. It is tried again until they are \
             free; the node's operator has to end the program that uses them."
        ),
    )
}

pub fn storage(doing: &str, why: &str) -> Problem {
    problem(
        ProblemCode::NodeStorage,
        format!("The node could not {doing}: {why}. It is tried again; its operator should look at the disk."),
    )
}

pub fn refused(doing: &str, why: &str) -> Problem {
    let advice = if is_left_behind(why) {
        " A Docker that was killed left its last run behind, and only a restart of that machine clears it: ask the node's \
         operator for one. Its files are kept."
    } else {
        ""
    };
    let message = format!("Docker refused to {doing} the container: {why}.{advice} It is tried again.");
    problem(ProblemCode::Refused, message)
}

/// A killed engine can leave a run of the container with its supervisor, which survives restarts of either: containerd
/// then says `task ID: already exists`, or, if it cannot clear the container of that run away, `id already in use`.
fn is_left_behind(why: &str) -> bool {
    why.starts_with("task ") && why.ends_with(": already exists") || why == "id already in use"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_while_it_stood_still_was_most_likely_pruned() {
        assert!(lost(true).message.contains("docker container prune") && lost(false).message.contains("docker rm -f"));
        for stopped in [true, false] {
            assert!(lost(stopped).message.contains("nobody asked DockHost for that"));
        }
    }

    #[test]
    fn only_a_run_that_was_left_behind_asks_for_a_restart_of_the_machine() {
        let asks = |why: &str| refused("start", why).message.contains("restart of that machine");
        assert!(asks("task 7596b1ca: already exists") && asks("id already in use"));
        for other in ["failed to create task: mkdir /x: file already exists", "no space left on device"] {
            assert!(!asks(other), "{other}");
        }
    }
}
