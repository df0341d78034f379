//! An instance that does not run, found by somebody who wants in.

use model::id::InstanceId;
use model::instance::DesiredState;
use model::phase::Phase;
use model::verb::Verb;
use planner::actor::Actor;
use planner::rollup::phase_of;
use planner::view::instance_view;
use tokio::time::timeout;
use verbs::told::starts_in;

use super::{Gateway, limits};

/// Returns when it runs; starts it if its owner allows that. Everything that `tell` is given is a line for the client;
/// so is the error.
pub(super) async fn wake<F>(
    gateway: &Gateway,
    actor: &Actor,
    id: InstanceId,
    mut tell: impl FnMut(String) -> F,
) -> Result<(), String>
where
    F: Future<Output = ()>,
{
    let world = gateway.core.world();
    let instance = world.instances.get(&id).ok_or("The instance is gone.")?;
    let (name, phase) = (instance.spec.name.clone(), phase_of(&world, instance, gateway.core.now()));
    if phase == Phase::Running {
        return Ok(());
    }
    if instance.desired == DesiredState::Stopped {
        if !instance.spec.start_on_connect {
            return Err(format!(
                "{name} is stopped. Start it on its page, or from the lobby with `start {name}`. Its page can also let a \
                 login start it."
            ));
        }
        tell(format!("{name} is stopped; starting it.")).await;
        gateway.instances.wish(actor, id, Verb::Start).await.map_err(|refusal| refusal.message)?;
    }
    match timeout(limits::START, until_running(gateway, id, tell)).await {
        Ok(done) => done,
        Err(_) => Err(format!("{name} does not run yet. Its page says what it waits for.")),
    }
}

/// Tells each step once.
async fn until_running<F>(gateway: &Gateway, id: InstanceId, mut tell: impl FnMut(String) -> F) -> Result<(), String>
where
    F: Future<Output = ()>,
{
    let mut worlds = gateway.core.orchestrator.watch();
    let mut told = String::new();
    loop {
        let world = worlds.borrow_and_update();
        let view = world.instances.get(&id).and_then(|instance| instance_view(&world, instance, gateway.core.now()));
        let view = view.ok_or("The instance is gone.")?;
        let name = &view.name;
        match view.phase {
            Phase::Running => return Ok(()),
            Phase::Paused
            | Phase::Error
            | Phase::Lost
            | Phase::Unknown
            | Phase::Stopped
            | Phase::Stopping
            | Phase::Deleting => {
                return Err(format!("{name} cannot be reached: {}. {}", view.phase.as_str(), view.message));
            }
            Phase::Pending | Phase::Creating | Phase::Restarting | Phase::Rebuilding => {
                // The word alone says nothing that the first line did not.
                if view.message != told && !view.message.is_empty() {
                    let waits = starts_in(&view, gateway.core.now().wall);
                    let waits = waits.map(|time| format!(" It starts again in {time}.")).unwrap_or_default();
                    tell(format!("{name}: {}{waits}", view.message)).await;
                    told.clone_from(&view.message);
                }
            }
        }
        if worlds.changed().await.is_err() {
            return Err("The server is stopping.".to_owned());
        }
    }
}
