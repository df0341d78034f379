//! The workers: one for each assigned instance.

use std::collections::BTreeMap;
use std::sync::Arc;

use agent::facts::container_name;
use agent::local::Local;
use agent::worker::Order;
use model::id::InstanceId;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::event::Event;
use crate::worker::{Tools, Worker};

pub(super) struct Crew {
    tools: Tools,
    events: mpsc::Sender<Event>,
    members: BTreeMap<InstanceId, Member>,
}

struct Member {
    orders: watch::Sender<Order>,
    nudge: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Crew {
    pub(super) fn new(tools: Tools, events: mpsc::Sender<Event>) -> Self {
        Self { tools, events, members: BTreeMap::new() }
    }

    /// Gives the order to the instance's worker, and begins one where there is none.
    pub(super) fn order(&mut self, order: Order, local: Local) {
        let id = order.assigned.id;
        if let Some(member) = self.members.get(&id) {
            member.orders.send_if_modified(|old| {
                let changed = *old != order;
                *old = order;
                changed
            });
            return;
        }
        let (orders, heard) = watch::channel(order);
        let nudge = Arc::new(Notify::new());
        let worker = Worker::new(self.tools.clone(), heard, Arc::clone(&nudge), self.events.clone(), local);
        let task = tokio::spawn(worker.run());
        self.members.insert(id, Member { orders, nudge, task });
    }

    /// Ends the worker of an instance that is no longer assigned, and gives its host ports back. What runs is
    /// left alone.
    pub(super) async fn dismiss(&mut self, id: InstanceId) {
        let Some(member) = self.members.remove(&id) else { return };
        member.task.abort();
        // It ends at its next pause; its ports must not be opened again after they were closed here.
        let _ = member.task.await;
        self.tools.forwards.close(id);
    }

    pub(super) fn nudge(&self, id: InstanceId) {
        if let Some(member) = self.members.get(&id) {
            member.nudge.notify_one();
        }
    }

    pub(super) fn nudge_all(&self) {
        self.members.values().for_each(|member| member.nudge.notify_one());
    }

    /// Passes a hint about the container of this name on.
    pub(super) fn nudge_named(&self, name: &str) {
        let named = |member: &&Member| {
            let order = member.orders.borrow();
            container_name(order.assigned.id, order.assigned.incarnation) == name
        };
        if let Some(member) = self.members.values().find(named) {
            member.nudge.notify_one();
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.members.values().for_each(|member| member.task.abort());
    }
}
