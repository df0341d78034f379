//! Who gets in by each way to an instance, in the words of the page.

use model::forward::{Place, Protocol};
use model::phase::Phase;
use model::port::{ContainerPort, UrlAccess};
use model::view::{ForwardView, InstanceView, UrlView};

use super::super::ports::network;

/// Networks that are named one by one.
const SHOWN: usize = 2;

/// One way to the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) who: Who,
    /// Whether its owner wants it open, where it can be closed.
    pub(super) open: Option<(ContainerPort, bool)>,
    /// Empty, or a sentence: what is really so.
    pub(super) problem: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    /// The holders of these keys.
    Keys(Vec<String>),
    /// One person, by name.
    Owner(String),
    Accounts,
    /// Whoever reaches the machine of that name.
    Everybody(String),
    /// Whoever has the address.
    Web,
    Networks(Vec<String>),
}

impl Who {
    pub(super) fn words(&self) -> String {
        match self {
            Self::Nobody => "Nobody".to_owned(),
            Self::Keys(names) if names.is_empty() => "Nobody: it has no SSH key".to_owned(),
            Self::Keys(names) => format!("Holders of {}", names.join(", ")),
            Self::Owner(name) => format!("{name}, and holders of a link"),
            Self::Accounts => "Everybody signed in, and holders of a link".to_owned(),
            Self::Everybody(machine) => format!("Everybody who reaches {machine}"),
            Self::Web => "Everybody".to_owned(),
            Self::Networks(networks) => {
                let shown: Vec<_> = networks.iter().take(SHOWN).map(|text| network(text)).collect();
                match networks.len().saturating_sub(SHOWN) {
                    0 => format!("Only {}", shown.join(", ")),
                    more => format!("Only {} and {more} more", shown.join(", ")),
                }
            }
        }
    }
}

/// All that there are, the ones that every instance has first. What lets nobody in for want of an address is none.
pub(super) fn ways(view: &InstanceView) -> Vec<Way> {
    let keys = || Who::Keys(view.ssh_keys.iter().map(ToString::to_string).collect());
    let way = |name: &str, address: &str, who| Way {
        name: name.to_owned(),
        address: address.to_owned(),
        who,
        open: None,
        problem: String::new(),
    };
    let command = view.gateway_command.as_str();
    let gateway = (!command.is_empty()).then(|| way("SSH gateway", command, keys()));
    let doors = view.doors.iter().map(|door| {
        let closable = ContainerPort::CLOSABLE.contains(&door.port);
        let who = match (closable, door.open) {
            (false, _) => keys(),
            // What is asked for and not yet done is told below; until then it is as it was.
            (true, open) if open == door.problem.is_empty() => Who::Everybody(view.node.name.to_string()),
            (true, _) => Who::Nobody,
        };
        let name = format!("Host port of {}", door.port.0);
        Way {
            open: closable.then_some((door.port, door.open)),
            problem: door.problem.clone(),
            ..way(&name, &door.address, who)
        }
    });
    let urls = view.urls.iter().filter(|url| !url.url.is_empty()).map(|UrlView { port, access, url }| {
        let who = match access {
            UrlAccess::Off => Who::Nobody,
            UrlAccess::Owner => Who::Owner(view.owner.to_string()),
            UrlAccess::SignedIn => Who::Accounts,
            UrlAccess::Public => Who::Web,
        };
        way(&format!("Public URL of {}", port.0), url, who)
    });
    let forwards = view.forwards.iter().map(|forward| {
        let udp = if forward.protocol == Protocol::Udp { " (UDP)" } else { "" };
        way(&format!("Host port of {}{udp}", forward.container.0), &forward.address, of_forward(view, forward))
    });
    gateway.into_iter().chain(doors).chain(urls).chain(forwards).collect()
}

fn of_forward(view: &InstanceView, forward: &ForwardView) -> Who {
    let machine = match forward.place {
        Place::Node => view.node.name.to_string(),
        Place::Server => "this server".to_owned(),
    };
    match (forward.problem.is_empty(), forward.allow.is_empty()) {
        (false, _) => Who::Nobody,
        (true, true) => Who::Everybody(machine),
        (true, false) => Who::Networks(forward.allow.clone()),
    }
}

/// Nothing is behind the doors while nothing runs.
pub(super) const fn leads_nowhere(phase: Phase) -> bool {
    match phase {
        Phase::Running | Phase::Paused | Phase::Unknown => false,
        Phase::Restarting
        | Phase::Pending
        | Phase::Creating
        | Phase::Stopping
        | Phase::Stopped
        | Phase::Rebuilding
        | Phase::Deleting
        | Phase::Error
        | Phase::Lost => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_behind_one_that_is_down() {
        for phase in [Phase::Stopped, Phase::Restarting, Phase::Lost] {
            assert!(leads_nowhere(phase), "{phase}");
        }
        for phase in [Phase::Running, Phase::Paused, Phase::Unknown] {
            assert!(!leads_nowhere(phase), "{phase}");
        }
    }

    #[test]
    fn it_is_said_who_gets_in() {
        let words = |who: Who| who.words();
        assert_eq!(words(Who::Keys(vec!["laptop".into(), "ci".into()])), "Holders of laptop, ci");
        assert_eq!(words(Who::Keys(Vec::new())), "Nobody: it has no SSH key");
        assert_eq!(words(Who::Everybody("lab-1".into())), "Everybody who reaches lab-1");
        let networks = ["192.0.2.7/32", "10.0.0.0/8", "fd00::/8"].map(str::to_owned);
        assert_eq!(words(Who::Networks(networks[..1].to_vec())), "Only 192.0.2.7");
        assert_eq!(words(Who::Networks(networks.to_vec())), "Only 192.0.2.7, 10.0.0.0/8 and 1 more");
    }
}
