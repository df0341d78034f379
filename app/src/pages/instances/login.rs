//! What to type to log in.

use model::phase::Phase;
use model::view::InstanceView;

/// It is stopped, and a login through the gateway starts it.
pub(crate) fn wakes(view: &InstanceView) -> bool {
    view.phase == Phase::Stopped && view.start_on_connect && !view.gateway_command.is_empty()
}

/// The command that leads in now, if a key opens it: through the gateway where there is one, because that works wherever the node is.
pub(super) fn login(view: &InstanceView) -> Option<&str> {
    if view.ssh_keys.is_empty() {
        return None;
    }
    if wakes(view) {
        return Some(&view.gateway_command);
    }
    let reachable = matches!(view.phase, Phase::Running | Phase::Paused | Phase::Restarting | Phase::Unknown);
    [&view.gateway_command, &view.ssh_command]
        .into_iter()
        .find(|command| reachable && !command.is_empty())
        .map(String::as_str)
}
