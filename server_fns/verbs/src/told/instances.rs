//! Instances: one, many, and why one is as it is.

use model::Timestamp;
use model::explain::Explanation;
use model::name::Username;
use model::phase::Phase;
use model::view::InstanceView;

use super::table::table;

/// How long it is still to its next start, if it ended by itself and its node pauses.
pub fn starts_in(view: &InstanceView, now: Timestamp) -> Option<String> {
    let left = (view.starts_at? - now).num_milliseconds().max(0);
    Some(format!("{} s", (left + 999) / 1_000))
}

/// How it is. `enter` is what one types to log in to it.
pub fn line(view: &InstanceView, enter: &str, now: Timestamp) -> String {
    let message = if view.message.is_empty() { String::new() } else { format!(": {}", view.message) };
    let command = if view.phase == Phase::Running { format!("\n  {enter}") } else { String::new() };
    let waits =
        starts_in(view, now).map(|time| format!(" It starts again in {time}; `start {}` starts it now.", view.name));
    format!("{} is {}{message}{}{command}\n", view.name, view.phase.as_str(), waits.unwrap_or_default())
}

/// Somebody else's have their owner before the name, because names are each owner's own.
pub fn list(views: &[InstanceView], viewer: &Username, now: Timestamp) -> String {
    if views.is_empty() {
        return "You have no instances. `new NAME` creates one.\n".to_owned();
    }
    let heading = ["NAME", "STATE", "IMAGE", "NODE"].map(str::to_owned).to_vec();
    let rows = views.iter().map(|view| {
        let state = match starts_in(view, now) {
            Some(time) => format!("{}, starts in {time}", view.phase.as_str()),
            None => view.phase.as_str().to_owned(),
        };
        vec![view.called(viewer), state, view.image.to_string(), view.node.name.to_string()]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// Why it is so.
pub fn explained(told: &Explanation, view: &InstanceView, now: Timestamp) -> String {
    let evidence = told.evidence.iter().map(|line| format!("  {}\n", line.text)).collect::<String>();
    let waits = starts_in(view, now).map(|time| format!("It starts again in {time}.\n")).unwrap_or_default();
    format!("{}\n{evidence}{waits}{}\n", told.cause, told.next_step)
}
