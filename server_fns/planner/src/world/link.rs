//! What this process learns of the nodes' connections. Not stored: a restart begins with none.

use std::sync::Arc;
use std::time::Duration;

use model::assignment::Assignment;
use model::id::NodeId;
use model::link::{Counted, Measurement};
use model::node::NodeFacts;
use model::stranger::Stranger;
use model::version::Epoch;

use super::looked_after::LookedAfter;
use crate::clock::Now;
use crate::meter::{Meter, Reading};
use crate::telemetry::Pulse;
use crate::world::{Link, World};

impl World {
    /// A connection was welcomed. It replaces an earlier one, and the node is sent its assignment anew.
    pub fn link_up(&mut self, node: NodeId, epoch: Epoch, facts: NodeFacts, now: Now) {
        let measurement = self.links.get(&node).and_then(|link| link.measurement);
        let link = Link { epoch, connected: true, since: now.wall, strangers: Vec::new(), measurement };
        self.links.insert(node, link);
        let (last_heard, last_heard_at, meter) = (now.mono, now.wall, Meter::default());
        self.telemetry.insert(node, Pulse { last_heard, last_heard_at, facts, round_trip: None, meter });
        self.alarms.remove(&node);
        self.published.remove(&node);
    }

    /// The connection of that epoch ended. The end of one that was replaced meanwhile changes nothing.
    pub fn link_down(&mut self, node: NodeId, epoch: Epoch) {
        if let Some(link) = self.links.get_mut(&node)
            && link.epoch == epoch
        {
            link.connected = false;
            self.published.remove(&node);
        }
    }

    /// A heartbeat renews the lease.
    pub fn heard(&mut self, node: NodeId, facts: NodeFacts, now: Now) {
        self.telemetry.change(node, |pulse| {
            pulse.last_heard = now.mono;
            pulse.last_heard_at = now.wall;
            pulse.facts = facts;
        });
    }

    /// How long a word to the node and back took.
    pub fn measured(&mut self, node: NodeId, round_trip: Duration) {
        self.telemetry.change(node, |pulse| pulse.round_trip = Some(round_trip));
    }

    /// What both ends had counted on the link when the node was heard.
    pub fn counted(&mut self, node: NodeId, here: Option<Counted>, there: Option<Counted>, now: Now) {
        self.telemetry.change(node, |pulse| pulse.meter.note(Reading { at: now.mono, here, there }));
    }

    /// What the link carried when a person had it measured.
    pub fn carried(&mut self, node: NodeId, measurement: Measurement) {
        if let Some(link) = self.links.get_mut(&node) {
            link.measurement = Some(measurement);
        }
    }

    /// Containers with our label that the node was not assigned.
    pub fn strangers(&mut self, node: NodeId, strangers: Vec<Stranger>) {
        if let Some(link) = self.links.get_mut(&node) {
            link.strangers = strangers;
        }
    }

    /// What the node's owner is to be shown until its next connection.
    pub fn raise_alarm(&mut self, node: NodeId, sentence: String) {
        if self.nodes.contains_key(&node) {
            self.alarms.insert(node, sentence);
        }
    }

    /// Every assignment of the last plan was handed over, and its changes are in the rows: only what changes from here on
    /// can make another assignment.
    pub fn handed_over(&mut self) {
        self.looked_after = LookedAfter::at(self);
    }

    /// From here the node's connection takes the assignment and sends it.
    pub fn publish(&mut self, node: NodeId, assignment: Arc<Assignment>) {
        self.published.insert(node, assignment);
    }
}
