//! What is said of nodes, and asked before something is done to one.

use model::link::Flows;
use model::name::Username;
use model::node::Liveness;
use model::view::NodeView;

use crate::format::count;
use crate::parts::Tone;

pub(super) const fn liveness(liveness: Liveness) -> (Tone, &'static str) {
    match liveness {
        Liveness::Never => (Tone::Idle, "never connected"),
        Liveness::Online => (Tone::Good, "online"),
        Liveness::Late => (Tone::Warn, "late"),
        Liveness::Offline => (Tone::Bad, "offline"),
    }
}

/// What happened at the moment that the node's `since` names.
pub(super) const fn since(liveness: Liveness) -> Option<&'static str> {
    match liveness {
        Liveness::Never => None,
        Liveness::Online => Some("connected"),
        Liveness::Late | Liveness::Offline => Some("last heard from"),
    }
}

pub(super) fn owner(owner: Option<&Username>) -> String {
    owner.map_or_else(|| "belongs to this server".to_owned(), |owner| format!("added by {owner}"))
}

/// *1 ms, idle, no loss*. What flows and what is lost stands in the rows below, where there is something to say.
pub(super) fn link(round_trip_ms: Option<f32>, flows: Option<Flows>) -> Option<String> {
    let trip = round_trip_ms.map(|trip| format!("{trip} ms"));
    let idle = flows.filter(Flows::is_idle).map(|_| "idle".to_owned());
    let whole = flows.filter(|flows| flows.is_idle() && flows.is_whole()).map(|_| "no loss".to_owned());
    let told: Vec<String> = trip.into_iter().chain(idle).chain(whole).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// What is asked about before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Cordon,
    Drain,
    Unfreeze,
    Rotate,
    Remove,
    /// Of a node that is away: its instances are given up with it.
    Forget,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) title: String,
    /// What will happen, and what will not.
    pub(super) text: String,
    pub(super) verb: &'static str,
    /// What to say when it is done.
    pub(super) done: String,
}

pub(super) fn question(verb: Verb, node: &NodeView) -> Question {
    let name = &node.name;
    match verb {
        Verb::Cordon => Question {
            title: format!("Cordon {name}?"),
            text: format!("New instances go elsewhere. {} Uncordon it at any time.", staying(node.instances)),
            verb: "Cordon node",
            done: format!("{name} is cordoned. New instances go elsewhere."),
        },
        Verb::Drain => Question {
            title: format!("Drain {name}?"),
            text: format!(
                "New instances go elsewhere, and nothing is started on it. {}",
                stopping(node.running)
            ),
            verb: "Drain node",
            done: format!("{name} is being drained."),
        },
        Verb::Unfreeze => Question {
            title: format!("Let {name} in again?"),
            text: "The first computer that comes with its key is let in. Switch off every other computer that has the key, or rotate \
                   the key instead."
                .to_owned(),
            verb: "Let it in",
            done: format!("{name} may connect again."),
        },
        Verb::Rotate => Question {
            title: format!("Rotate the key of {name}?"),
            text: format!(
                "The present key stops working at once, and {name} is cut off until the line that is shown next is pasted on \
                 its computer. Its instances go on running meanwhile, but cannot be started, stopped or deleted."
            ),
            verb: "Rotate key",
            done: format!("{name} has a new key."),
        },
        Verb::Remove => Question {
            title: format!("Remove {name}?"),
            text: "Its key stops working, and DockHost forgets the node. Nothing is deleted on the computer itself."
                .to_owned(),
            verb: "Remove node",
            done: format!("{name} is removed."),
        },
        Verb::Forget => Question {
            title: format!("Give {name} up?"),
            text: format!(
                "{} DockHost forgets the node, and its key is never accepted again. If that computer returns, its containers stay on it, \
                 and DockHost no longer sees them. This cannot be undone.",
                lost(node.instances)
            ),
            verb: "Give it up",
            done: format!("{name} is forgotten."),
        },
    }
}

/// Why the node cannot be removed now.
pub(super) fn removal_hindrance(node: &NodeView) -> Option<String> {
    let held = (node.instances > 0).then(|| count(node.instances as usize, "instance"))?;
    Some(format!("{} cannot be removed while it has {held}. Delete what is on it first.", node.name))
}

/// How far it is drained.
pub(super) fn drained(node: &NodeView) -> String {
    match node.running {
        0 => "Drained: no instance runs on it. Its computer can be switched off.".to_owned(),
        running => format!("Draining: {} of {} may still run.", running, count(node.instances as usize, "instance")),
    }
}

fn stopping(running: u32) -> String {
    match running {
        0 => "Nothing runs there now.".to_owned(),
        1 => "The instance that runs there is stopped. Its files and host ports stay, and it can be started once the node \
              takes instances again."
            .to_owned(),
        more => format!(
            "The {more} instances that run there are stopped. Their files and host ports stay, and they can be started \
             once the node takes instances again."
        ),
    }
}

fn lost(instances: u32) -> String {
    match instances {
        0 => "It has no instances.".to_owned(),
        1 => "The instance on it is given up, with all its files.".to_owned(),
        more => format!("The {more} instances on it are given up, with all their files, also those of other people."),
    }
}

fn staying(instances: u32) -> String {
    match instances {
        0 => "It has no instances now.".to_owned(),
        1 => "The instance on it stays and goes on running.".to_owned(),
        more => format!("The {more} instances on it stay and go on running."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::link::Flow;

    #[test]
    fn a_link_at_rest_does_not_read_as_a_slow_one() {
        let flows = |rate, loss_percent| {
            let flow = Flow { bytes_per_second: Some(rate), loss_percent };
            Some(Flows { to_node: flow, from_node: flow })
        };
        assert_eq!(link(Some(1.0), flows(10, None)).as_deref(), Some("1 ms, idle, no loss"));
        assert_eq!(link(Some(1.5), flows(10, Some(2.0))).as_deref(), Some("1.5 ms, idle"));
        assert_eq!(link(Some(1.5), flows(1_000_000, Some(0.0))).as_deref(), Some("1.5 ms"));
        assert_eq!(link(None, None), None);
    }

    #[test]
    fn it_is_said_who_added_a_node() {
        assert_eq!(owner(Some(&"ada".parse().unwrap())), "added by ada");
        assert_eq!(owner(None), "belongs to this server");
    }
}
