//! What nodes say, made fit to be kept and shown: every text on one line, without what a terminal obeys, and no longer
//! than its field. A node is run by anybody who has an account, so nothing of it is taken as it is.

use model::engine::Component;
use model::event::InstanceEvent;
use model::forward::{Forward, Unopened};
use model::node::{EngineState, NodeFacts};
use model::observed::{InstanceReport, Observed, Problem};
use model::plain::make_plain;
use model::stranger::{Doors, Origin, RestOfRow, Stranger};

use crate::limits::{ROW_ENTRIES, UNOPENED, text};
use crate::message::{Hello, Report, ToServer};
use crate::stream::{Found, Opened, Put};

/// A message of a node's. There is one place where each comes in, and there it is made plain.
pub trait Plain {
    fn make_plain(&mut self);

    #[must_use]
    fn plain(mut self) -> Self
    where
        Self: Sized,
    {
        self.make_plain();
        self
    }
}

impl Plain for ToServer {
    fn make_plain(&mut self) {
        match self {
            // No name of a feature is read that is not plain.
            Self::Hello(Hello {
                version: _,
                versions: _,
                features: _,
                machine: _,
                cluster: _,
                era: _,
                generation: _,
                facts,
            }) => facts.make_plain(),
            Self::Heartbeat { epoch: _, facts, counted: _ } => facts.make_plain(),
            Self::Report(Report { epoch: _, sequence: _, assignment: _, instances, strangers }) => {
                instances.iter_mut().for_each(Plain::make_plain);
                strangers.iter_mut().for_each(Plain::make_plain);
            }
        }
    }
}

impl Plain for NodeFacts {
    fn make_plain(&mut self) {
        let Self { system, architecture, engine, node_version, components, network, without_systemd, .. } = self;
        make_plain(system, text::SYSTEM);
        make_plain(architecture, text::WORD);
        make_plain(node_version, text::WORD);
        make_plain(network, text::NAME);
        make_plain(without_systemd, text::SENTENCE);
        match engine {
            EngineState::Unknown => {}
            EngineState::Up { version, api } => {
                make_plain(version, text::VERSION);
                make_plain(api, text::WORD);
            }
            EngineState::Away { reason } | EngineState::Hung { reason } => make_plain(reason, text::SENTENCE),
        }
        components.truncate(text::COMPONENTS);
        for Component { name, version, build } in components {
            make_plain(name, text::WORD);
            make_plain(version, text::VERSION);
            make_plain(build, text::VERSION);
        }
    }
}

impl Plain for InstanceReport {
    fn make_plain(&mut self) {
        let Self { instance: _, generation: _, observed, activity: _, problem, unopened, closed } = self;
        observed.make_plain();
        if let Some(problem) = problem {
            problem.make_plain();
        }
        if let Some(closed) = closed {
            closed.truncate(UNOPENED);
        }
        unopened.truncate(UNOPENED);
        unopened.iter_mut().for_each(Plain::make_plain);
    }
}

impl Plain for Unopened {
    fn make_plain(&mut self) {
        make_plain(&mut self.reason, text::CLAUSE);
    }
}

impl Plain for Observed {
    fn make_plain(&mut self) {
        if let Self::Present(facts) = self {
            make_plain(&mut facts.container_id, text::NAME);
        }
    }
}

impl Plain for Problem {
    fn make_plain(&mut self) {
        make_plain(&mut self.message, text::SENTENCE);
    }
}

impl Plain for Stranger {
    fn make_plain(&mut self) {
        let Self { container, running: _, origin, object: _, unreadable } = self;
        make_plain(container, text::NAME);
        make_plain(unreadable, text::CLAUSE);
        let Some(Origin { instance: _, incarnation: _, row }) = origin else { return };
        make_plain(&mut row.host_key, text::KEY);
        if let Some(Doors { ssh_keys, closed, forwards }) = &mut row.doors {
            ssh_keys.truncate(ROW_ENTRIES);
            closed.truncate(ROW_ENTRIES);
            make_few(forwards);
            ssh_keys.iter_mut().for_each(|key| make_plain(key, text::SSH_KEY));
        }
        if let Some(RestOfRow { start_on_connect: _, ports, forwards, url_name, all_ssh_keys: _ }) = &mut row.rest {
            ports.truncate(ROW_ENTRIES);
            make_few(forwards);
            make_plain(url_name, text::WORD);
        }
    }
}

fn make_few(forwards: &mut Vec<Forward>) {
    forwards.truncate(ROW_ENTRIES);
    forwards.iter_mut().for_each(|forward| forward.allow.truncate(ROW_ENTRIES));
}

/// A timeline repeats what a node said.
impl Plain for InstanceEvent {
    fn make_plain(&mut self) {
        make_plain(&mut self.text, 2 * text::SENTENCE);
    }
}

impl Plain for Opened {
    fn make_plain(&mut self) {
        if let Self::No { why: _, message } = self {
            make_plain(message, text::SENTENCE);
        }
    }
}

impl Plain for Put {
    fn make_plain(&mut self) {
        if let Self::Failed { why } = self {
            make_plain(why, text::CLAUSE);
        }
    }
}

impl Plain for Found {
    fn make_plain(&mut self) {
        if let Self::Nothing { why } = self {
            make_plain(why, text::CLAUSE);
        }
    }
}
