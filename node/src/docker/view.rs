//! The engine's words to ours.

use agent::facts::{ContainerView, LABEL_HANDSHAKE, Labels};
use agent::handshake::First;
use bollard::models::{ContainerInspectResponse, ContainerState as Told, ContainerStateStatusEnum as Status};
use model::Timestamp;
use model::observed::{ContainerState, Init};

use super::EngineError;

/// An answer without an id, a name or a state tells nothing, so it is not taken for an absent container.
pub(super) fn container(found: ContainerInspectResponse) -> Result<ContainerView, EngineError> {
    let incomplete = || EngineError::Unknown("the engine described a container without id, name or state".to_owned());
    let told = found.state.ok_or_else(incomplete)?;
    let labels = found.config.and_then(|config| config.labels).unwrap_or_default();
    let state = state(&told).ok_or_else(incomplete)?;
    // What the first process of one with a handshake does, the engine does not know.
    let first = if labels.contains_key(LABEL_HANDSHAKE) { First::Unseen } else { First::Runs(Init::Sshd) };
    Ok(ContainerView {
        name: found.name.ok_or_else(incomplete)?.trim_start_matches('/').to_owned(),
        container_id: found.id.ok_or_else(incomplete)?,
        labels: Labels::parse(&labels),
        state,
        started_at: told.started_at.as_deref().and_then(moment),
        paused: matches!(told.status, Some(Status::PAUSED)),
        first: state.is_running().then_some(first),
        own_end: None,
    })
}

fn state(told: &Told) -> Option<ContainerState> {
    let exited = || ContainerState::Exited {
        code: told.exit_code.unwrap_or_default(),
        out_of_memory: told.oom_killed.unwrap_or_default(),
    };
    match told.status? {
        Status::EMPTY => None,
        Status::CREATED => Some(ContainerState::Created),
        // A paused one holds its memory and addresses, and one that stops has not ended yet.
        Status::RUNNING | Status::PAUSED | Status::RESTARTING | Status::STOPPING => Some(ContainerState::Running),
        Status::EXITED => Some(exited()),
        Status::REMOVING | Status::DEAD => Some(ContainerState::Dead),
    }
}

/// The engine writes the year 1 for "never".
fn moment(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().filter(|at| *at > Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: Status, started: &str) -> ContainerInspectResponse {
        ContainerInspectResponse {
            id: Some("abc".to_owned()),
            name: Some("/dockhost-i-1-1".to_owned()),
            state: Some(Told {
                status: Some(status),
                exit_code: Some(137),
                oom_killed: Some(true),
                started_at: Some(started.to_owned()),
                ..Told::default()
            }),
            ..ContainerInspectResponse::default()
        }
    }

    #[test]
    fn an_exit_keeps_its_code_and_cause() {
        let view = container(told(Status::EXITED, "2026-01-02T03:04:05.678901234Z")).unwrap();
        assert_eq!(view.state, ContainerState::Exited { code: 137, out_of_memory: true });
        assert_eq!(view.name, "dockhost-i-1-1");
        assert!(view.started_at.is_some());
        assert!(view.labels.is_none());
    }

    #[test]
    fn never_started_has_no_start_time() {
        let view = container(told(Status::CREATED, "0001-01-01T00:00:00Z")).unwrap();
        assert_eq!((view.state, view.started_at), (ContainerState::Created, None));
    }

    #[test]
    fn a_paused_container_runs_and_says_that_it_is_paused() {
        let paused = container(told(Status::PAUSED, "2026-01-02T03:04:05Z")).unwrap();
        assert_eq!((paused.state, paused.paused), (ContainerState::Running, true));
        assert!(!container(told(Status::RUNNING, "2026-01-02T03:04:05Z")).unwrap().paused);
    }

    #[test]
    fn half_an_answer_is_not_a_container() {
        let mut found = told(Status::RUNNING, "");
        found.state = None;
        assert!(matches!(container(found), Err(EngineError::Unknown(_))));
        assert!(matches!(container(told(Status::EMPTY, "")), Err(EngineError::Unknown(_))));
    }
}
