//! From registered to ready: what a new node goes through while its owner looks on.

use model::node::{Availability, EngineState, Liveness};
use model::view::NodeView;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepState {
    /// It has not come to this yet.
    Waiting,
    Done,
    /// A person has to do something first.
    Stuck,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) standing: StepState,
    /// What is known of it, or what it waits for: one sentence.
    pub(super) detail: String,
}

/// The three steps, in order. One is never done before the step ahead of it.
pub(super) fn steps(node: &NodeView) -> [Step; 3] {
    let dialled = dials_in(node);
    let checked = if dialled.standing == StepState::Done { engine(node) } else { waiting("Docker is checked") };
    let ready = if checked.standing == StepState::Done { ready(node) } else { waiting("Ready for instances") };
    [dialled, checked, ready]
}

fn waiting(title: &'static str) -> Step {
    Step { title, standing: StepState::Waiting, detail: String::new() }
}

fn dials_in(node: &NodeView) -> Step {
    let title = "The node dials in";
    let used = node.enrolment.as_ref().and_then(|enrolment| enrolment.used.as_ref());
    let (standing, detail) = match (node.liveness, used) {
        (Liveness::Never, None) => (StepState::Waiting, "Paste the line on its computer.".to_owned()),
        (Liveness::Never, Some(used)) => {
            (StepState::Waiting, format!("The computer at {} has its key and has not dialled in yet.", used.address))
        }
        (Liveness::Online | Liveness::Late, _) => (StepState::Done, "Its key is accepted.".to_owned()),
        (Liveness::Offline, _) => {
            (StepState::Stuck, "It dialled in and is gone again. Look at what it prints.".to_owned())
        }
    };
    Step { title, standing, detail }
}

fn engine(node: &NodeView) -> Step {
    let title = "Docker is checked";
    let (standing, detail) = match node.facts.as_ref().map(|facts| &facts.engine) {
        None | Some(EngineState::Unknown) => (StepState::Waiting, "Asking Docker for its version.".to_owned()),
        Some(EngineState::Up { version, .. }) => (StepState::Done, format!("Docker {version} answers.")),
        Some(EngineState::Away { reason } | EngineState::Hung { reason }) => (StepState::Stuck, reason.clone()),
    };
    Step { title, standing, detail }
}

fn ready(node: &NodeView) -> Step {
    let title = "Ready for instances";
    let (standing, detail) = match node.availability {
        Availability::Cordoned => (StepState::Stuck, "It is cordoned. Uncordon it to let instances in.".to_owned()),
        Availability::Draining => {
            (StepState::Stuck, "It is being drained. Let it take instances again first.".to_owned())
        }
        Availability::Open if !node.alarm.is_empty() => (StepState::Stuck, node.alarm.clone()),
        Availability::Open => (StepState::Done, format!("It takes up to {} instances.", node.max_instances)),
    };
    Step { title, standing, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;
    use model::enrolment::{EnrolmentUse, EnrolmentView};
    use model::id::NodeId;
    use model::may::Action;
    use model::node::NodeFacts;
    use model::port::PortRange;

    fn node(liveness: Liveness, engine: Option<EngineState>) -> NodeView {
        NodeView {
            id: NodeId::from_bits(1),
            name: "lab-3".parse().unwrap(),
            lab: None,
            owner: Some("ada".parse().unwrap()),
            shared: false,
            manageable: true,
            may: Action::OF_NODE.to_vec(),
            liveness,
            since: None,
            availability: Availability::Open,
            address: String::new(),
            max_instances: 10,
            host_ports: PortRange::DEFAULT,
            instances: 0,
            running: 0,
            frozen: false,
            round_trip_ms: None,
            flows: None,
            measurement: None,
            facts: engine.map(|engine| NodeFacts { engine, ..NodeFacts::default() }),
            alarm: String::new(),
            was_ready: false,
            enrolment: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn up() -> EngineState {
        EngineState::Up { version: "27.5.1".to_owned(), api: "1.47".to_owned() }
    }

    fn standings(node: &NodeView) -> [StepState; 3] {
        steps(node).map(|step| step.standing)
    }

    #[test]
    fn a_node_turns_green_from_the_top() {
        use StepState::{Done, Waiting};
        assert_eq!(standings(&node(Liveness::Never, None)), [Waiting, Waiting, Waiting]);
        assert_eq!(standings(&node(Liveness::Online, None)), [Done, Waiting, Waiting]);
        assert_eq!(standings(&node(Liveness::Online, Some(up()))), [Done, Done, Done]);
    }

    #[test]
    fn a_machine_that_has_its_key_is_waited_for() {
        let used = EnrolmentUse { at: Timestamp::UNIX_EPOCH, address: "192.0.2.7".to_owned() };
        let enrolment = Some(EnrolmentView { expires_at: Timestamp::UNIX_EPOCH, used: Some(used) });
        let [dials, ..] = steps(&NodeView { enrolment, ..node(Liveness::Never, None) });
        assert_eq!(dials.standing, StepState::Waiting);
        assert!(dials.detail.contains("192.0.2.7"), "{}", dials.detail);
    }

    #[test]
    fn old_facts_of_a_node_that_left_make_nothing_green() {
        assert_eq!(
            standings(&node(Liveness::Offline, Some(up()))),
            [StepState::Stuck, StepState::Waiting, StepState::Waiting]
        );
    }

    #[test]
    fn an_engine_that_is_away_says_its_own_mend() {
        let away = EngineState::Away { reason: "Add the user to the group docker.".to_owned() };
        let [_, engine, ready] = steps(&node(Liveness::Online, Some(away)));
        assert_eq!((engine.standing, engine.detail.as_str()), (StepState::Stuck, "Add the user to the group docker."));
        assert_eq!(ready.standing, StepState::Waiting);
    }

    #[test]
    fn an_alarm_or_a_cordon_keeps_it_from_ready() {
        let cordoned = NodeView { availability: Availability::Cordoned, ..node(Liveness::Online, Some(up())) };
        let alarmed = NodeView { alarm: "The disk is full.".to_owned(), ..node(Liveness::Online, Some(up())) };
        for node in [cordoned, alarmed] {
            assert_eq!(standings(&node), [StepState::Done, StepState::Done, StepState::Stuck]);
        }
    }
}
