//! The sentences for the owner of an instance: what failed, why, what to do.

use model::observed::{Problem, ProblemCode};
use model::port::PortBlock;

fn problem(code: ProblemCode, message: String) -> Problem {
    Problem { code, message }
}

pub fn engine_away() -> Problem {
    problem(
        ProblemCode::EngineAway,
        "Docker does not answer on this node, so nobody can tell how the instance is. It goes on as it was; the \
         node's operator should look after Docker."
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

pub fn lost() -> Problem {
    problem(
        ProblemCode::Lost,
        "The container vanished from its node though nobody asked DockHost for that. It is not made anew, because \
         it would be empty; delete the instance and create another one."
            .to_owned(),
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
    problem(ProblemCode::Refused, format!("Docker refused to {doing} the container: {why}. It is tried again."))
}

/// A killed engine can leave a run of the container with its supervisor, which survives restarts of either.
pub fn not_started(why: &str) -> Problem {
    let left_behind = why.contains("task") && why.contains("already exists");
    if !left_behind {
        return refused("start", why);
    }
    problem(
        ProblemCode::Refused,
        format!(
            "Docker refused to start the container: {why}. A Docker that was killed left its last run behind, and only \
             a restart of that machine clears it: ask the node's operator for one. Its files are kept, and it is tried \
             again."
        ),
    )
}
