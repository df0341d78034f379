//! What a key that may not manage finds here: a sentence.

use model::refusal::{Refusal, RefusalCode};
use planner::guest::{manages, reaches};
use verbs::Command;

use super::Lobby;

impl Lobby {
    /// Refuses everything but help. It is asked for each command, because a person may change it meanwhile.
    pub(super) fn must_manage(&self, command: &Command) -> Result<(), Refusal> {
        let harmless = matches!(command, Command::Nothing | Command::Help);
        if harmless || manages(&self.gateway.core.world(), self.visitor.key) {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::Forbidden, self.opens()))
    }

    /// Where the key leads instead.
    pub(super) fn opens(&self) -> String {
        let world = self.gateway.core.world();
        let own = world.live_instances_of(self.visitor.actor.person);
        let open: Vec<&str> = own
            .filter(|instance| reaches(&world, self.visitor.key, instance.id))
            .map(|instance| instance.spec.name.as_str())
            .collect();
        let open = if open.is_empty() { "no instance now".to_owned() } else { open.join(", ") };
        format!("This SSH key logs in to {open}, and may not manage. *SSH keys* in the console can let it.")
    }
}
