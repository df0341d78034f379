//! Why an instance is as it is: the same shape for every phase.

use model::explain::Explanation;
use model::instance::DesiredState;
use model::node::{EngineState, Liveness};
use model::phase::Phase;

use crate::clock::Now;
use crate::deadline::is_overdue;
use crate::feature::{lacks, withheld};
use crate::liveness::{is_present, liveness};
use crate::rollup::{PAUSED, rollup};
use crate::world::{Instance, Node, World};

mod evidence;
mod link;
mod ways_out;

/// `None` if its node is no longer there.
pub fn explain(world: &World, instance: &Instance, now: Now) -> Option<Explanation> {
    let node = world.nodes.get(&instance.node)?;
    let liveness = liveness(world, node.id, now.mono);
    let told = rollup(instance, liveness);
    let phase = told.phase;
    let overdue = is_overdue(world, instance, phase, now);
    let waits = told.starts_at.is_some();
    let seat = Seat { world, instance, node, liveness, phase, overdue, waits };
    Some(Explanation {
        phase,
        cause: if told.message.is_empty() { seat.cause() } else { told.message },
        evidence: evidence::evidence(&seat),
        next_step: seat.next_step(),
        overdue,
        ways_out: ways_out::ways_out(&seat),
    })
}

/// Everything that an answer is read from.
struct Seat<'w> {
    world: &'w World,
    instance: &'w Instance,
    node: &'w Node,
    liveness: Liveness,
    phase: Phase,
    overdue: bool,
    /// It ended by itself, and its node pauses before it starts it again.
    waits: bool,
}

impl Seat<'_> {
    fn name(&self) -> &str {
        self.node.settings.name.as_str()
    }

    fn engine_away(&self) -> bool {
        let down = |engine: &EngineState| matches!(engine, EngineState::Away { .. } | EngineState::Hung { .. });
        self.world.node_facts(self.node).is_some_and(|facts| down(&facts.engine))
    }

    /// Why its node was not told of it, if it was not.
    fn withheld(&self) -> Option<String> {
        let feature = withheld(self.world, self.node, self.instance)?;
        Some(lacks(self.world, self.node, feature))
    }

    /// Where the phase has no sentence of its own.
    fn cause(&self) -> String {
        let node = self.name();
        match self.phase {
            Phase::Pending if self.engine_away() => format!("The container engine of {node} does not answer."),
            Phase::Pending if let Some(why) = self.withheld() => {
                format!("{node} {why}, so it was not told to make it.")
            }
            Phase::Pending => format!("{node} was told to run it and has not begun yet."),
            Phase::Creating => format!("{node} is making its container."),
            Phase::Running => "It runs, as it was asked to.".to_owned(),
            Phase::Paused => PAUSED.to_owned(),
            Phase::Stopping => format!("{node} was told to stop it."),
            Phase::Stopped => "It is stopped, as it was asked to be.".to_owned(),
            Phase::Restarting => "It is being started again.".to_owned(),
            Phase::Rebuilding => "It is being made anew.".to_owned(),
            Phase::Deleting => format!("{node} was told to delete it and has not confirmed that yet."),
            Phase::Error => format!("{node} could not do what was asked."),
            Phase::Unknown => format!("{node} has not said how it is."),
            Phase::Lost => "Its container vanished.".to_owned(),
        }
    }

    fn next_step(&self) -> String {
        let node = self.name();
        match self.phase {
            _ if self.is_waiting() && !is_present(self.liveness) => {
                format!(
                    "{node} acts when it is connected again. See that its computer is on and that dockhost-node runs."
                )
            }
            _ if self.is_waiting() && self.engine_away() => {
                format!("{node} acts when its container engine answers again. See that Docker runs there.")
            }
            Phase::Pending if self.withheld().is_some() => {
                format!("{node} makes it when its program can. Update dockhost-node there, or delete the instance.")
            }
            Phase::Running if self.instance.spec.ssh_keys.is_empty() => {
                "The console lets in no SSH key: only a key in the file of an account inside opens it. Tick one on its page, or \
                 say `keys` with its name."
                    .to_owned()
            }
            Phase::Running if self.node.address().is_empty() => {
                format!("Nobody can reach it yet: set the address of {node}.")
            }
            Phase::Running => {
                format!("Log in. If that does not work, see that the host ports are open in the firewall of {node}.")
            }
            Phase::Paused => format!(
                "`docker unpause` on {node} lets its programs go on where they stood. A restart ends them and begins \
                 anew."
            ),
            Phase::Restarting if self.waits => {
                format!(
                    "{node} starts it again by itself after a pause, which grows with each such end. Start it to wait \
                     no longer."
                )
            }
            Phase::Stopped if self.instance.desired == DesiredState::Stopped => "Start it when you need it.".to_owned(),
            Phase::Unknown => format!("Nothing is moved or stopped. It is shown again when {node} is back."),
            Phase::Error => "Do what the sentence above says, then start it to try again.".to_owned(),
            Phase::Lost => format!(
                "Delete it; then you can create one with its name, image and limits. To spare instances that are stopped, \
                 prune Docker on {node} with `--filter label!=dockhost.cluster`."
            ),
            _ if self.overdue => "It takes longer than it should. Wait, or take one of the ways out.".to_owned(),
            Phase::Pending
            | Phase::Creating
            | Phase::Stopping
            | Phase::Stopped
            | Phase::Restarting
            | Phase::Rebuilding
            | Phase::Deleting => "Wait: it goes on by itself.".to_owned(),
        }
    }

    /// Something was wished that the node has yet to do.
    const fn is_waiting(&self) -> bool {
        self.phase.is_busy()
    }
}
