//! What somebody is told whose name for an instance leads nowhere: what there is instead, and where the lobby is.

use model::instance::DesiredState;
use model::plain::plain;

use super::{LOBBY, Route, SHOWN, Visitor, manages, not_let_in, reaches};
use crate::limits::listed;
use crate::view::login;
use crate::world::World;

/// The sentence for a login that leads to no instance; `None` where it leads somewhere.
pub fn astray(world: &World, visitor: &Visitor) -> Option<String> {
    let who = &visitor.actor.username;
    let wrong = match &visitor.route {
        Route::Unknown(name) => format!("You are {who} here, and have no instance called {name}."),
        Route::NotAdmitted(name) => format!(
            "You are {who} here, and this SSH key may not log in to {name}: the page of {name} has the list, and can let \
             it in."
        ),
        Route::NoUser(name, user) => return Some(not_let_in(name.as_str(), user)),
        Route::Instance(_) | Route::Lobby | Route::Enrol => return None,
    };
    Some(format!("{wrong} {}", instead(world, visitor)))
}

/// The same for a jump to a host that is none of theirs, and does not exist or is somebody else's.
pub fn no_such_jump(world: &World, visitor: &Visitor, host: &str) -> String {
    let (who, host) = (&visitor.actor.username, plain(host, SHOWN));
    format!("You are {who} here, and this SSH key jumps to no instance called {host}. {}", instead(world, visitor))
}

/// Where this key leads.
fn instead(world: &World, visitor: &Visitor) -> String {
    let manages = manages(world, visitor.key);
    let own = world.live_instances_of(visitor.actor.person);
    let open = own
        .filter(|instance| instance.desired != DesiredState::Deleted && reaches(world, visitor.key, instance.id))
        .map(|instance| instance.spec.name.as_str());
    let open = match (manages, listed(open)) {
        (true, names) if names.is_empty() => "You have no instance yet.".to_owned(),
        (false, names) if names.is_empty() => "This SSH key opens no instance now.".to_owned(),
        (true, names) => format!("Your instances: {names}."),
        (false, names) => format!("This SSH key opens: {names}."),
    };
    match login(world, LOBBY) {
        lobby if manages && !lobby.is_empty() => format!("{open} The lobby, which takes commands: {lobby}"),
        _ => open,
    }
}
