//! Somebody who was let in to an app, and whether they still would be.

use model::id::InstanceId;
use model::instance::DesiredState;
use model::port::ContainerPort;
use model::version::Generation;
use planner::clock::Now;
use planner::urls::{App, may_open};
use planner::world::World;

use super::visit::Visit;
use crate::tunnel::is_carried;

#[derive(Debug, Clone)]
pub(super) struct Admitted {
    instance: InstanceId,
    port: ContainerPort,
    opened: Generation,
    /// `None` where everybody is let in.
    visit: Option<Visit>,
}

impl Admitted {
    pub(super) fn new(app: App<'_>, visit: Option<Visit>) -> Self {
        Self { instance: app.instance.id, port: app.port.port, opened: app.port.opened, visit }
    }

    pub(super) const fn instance(&self) -> InstanceId {
        self.instance
    }

    pub(super) const fn port(&self) -> ContainerPort {
        self.port
    }

    /// Whether a cookie let them in.
    pub(super) const fn is_visit(&self) -> bool {
        self.visit.is_some()
    }

    /// Whether they may still be there: they would be let in again, the instance is to run, and its node carries streams.
    pub(super) fn holds(&self, world: &World, now: Now) -> bool {
        let Some(instance) = world.instances.get(&self.instance) else { return false };
        if instance.desired != DesiredState::Running || !is_carried(world, instance) {
            return false;
        }
        let Some(port) = instance.spec.open_port(self.port) else { return false };
        let pass = self.visit.and_then(|visit| visit.pass(world, now));
        port.opened == self.opened && may_open(world, App { instance, port }, pass.as_ref())
    }
}
