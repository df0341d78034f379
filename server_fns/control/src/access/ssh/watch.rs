//! What ends a connection from here: its instance no longer runs, its key no longer opens it, or somebody's account is
//! suspended.

use model::id::{InstanceId, SshKeyId};
use model::instance::DesiredState;
use planner::command::ssh_keys::CONTESTED;
use planner::credentials::check_account;
use planner::event::text;
use planner::guest::{Route, Visitor, reaches};
use planner::keys::{opens, standing};
use planner::rollup::{PAUSED, is_paused};
use planner::world::World;
use tokio::sync::watch;

use crate::orchestrator::Worlds;
use crate::tunnel::is_carried;

/// Waits until the visitor may no longer be where they are, and says why.
pub(super) async fn over(mut worlds: Worlds, visitor: Visitor) -> String {
    // Somebody who came to start it must not be sent away because it is stopped.
    let mut ran = false;
    loop {
        let world = worlds.borrow_and_update();
        if let Some(why) = reason(&world, &visitor, &mut ran) {
            return why;
        }
        if worlds.changed().await.is_err() {
            return "The server is stopping.".to_owned();
        }
    }
}

/// Tells of each pause of the instance's container, and of its end: whoever types meanwhile hears nothing otherwise.
pub(super) async fn pauses<F>(mut worlds: Worlds, id: InstanceId, mut tell: impl FnMut(String) -> F)
where
    F: Future<Output = ()>,
{
    let mut was = false;
    loop {
        let world = worlds.borrow_and_update();
        let Some(instance) = world.instances.get(&id) else { return };
        let (name, is) = (&instance.spec.name, is_paused(&instance.report.observed));
        if is != was {
            was = is;
            let line = if is { format!("{name} is paused. {PAUSED}") } else { format!("{name} goes on.") };
            tell(line).await;
        }
        if worlds.changed().await.is_err() {
            return;
        }
    }
}

/// Waits until the connection is ended from here, and says why.
pub(super) async fn told(ended: &mut watch::Receiver<Option<String>>) -> String {
    match ended.wait_for(Option::is_some).await {
        Ok(why) => why.clone().unwrap_or_default(),
        // The connection is gone with whoever would have told.
        Err(_) => String::new(),
    }
}

/// Waits until the key may no longer open anything on that instance.
pub(super) async fn out_of_reach(mut worlds: Worlds, key: Option<SshKeyId>, to: InstanceId) {
    while key.is_some_and(|key| reaches(&worlds.borrow_and_update(), key, to)) {
        if worlds.changed().await.is_err() {
            return;
        }
    }
}

fn reason(world: &World, visitor: &Visitor, ran: &mut bool) -> Option<String> {
    let Some(key) = world.ssh_keys.get(&visitor.key) else {
        return Some("This SSH key was removed from the account.".to_owned());
    };
    if let Err(refusal) = check_account(world, key.person) {
        return Some(refusal.message);
    }
    if !opens(standing(world, key)) {
        return Some(CONTESTED.to_owned());
    }
    let Route::Instance(id) = visitor.route else { return None };
    let Some(instance) = world.instances.get(&id) else { return Some("The instance was deleted.".to_owned()) };
    let name = &instance.spec.name;
    if !instance.spec.ssh_keys.contains(&visitor.key) {
        return Some(format!("This SSH key may no longer log in to {name}."));
    }
    if !is_carried(world, instance) {
        return Some(format!("The account of whoever has the node of {name} is suspended. Ask an administrator."));
    }
    // The log says who wished it.
    let wish = world.log.of_instance(id).rev().find(|event| event.at == instance.wished_at);
    let by = wish.map(|event| format!(" ({})", text(&event.happening).trim_end_matches('.'))).unwrap_or_default();
    match instance.desired {
        DesiredState::Running => {
            *ran = true;
            None
        }
        DesiredState::Stopped if !*ran => None,
        DesiredState::Stopped => Some(format!("{name} is being stopped{by}.")),
        DesiredState::Deleted => Some(format!("{name} is being deleted{by}.")),
    }
}
