//! What administrators settle for everybody.

use model::event::EventKind;
use model::refusal::Refusal;
use model::request::ChangeSettings;

use crate::command::Decision;
use crate::limits::{EVENT_DAYS, MAX_QUOTA};
use crate::world::{Change, World};

pub fn change(world: &World, asked: ChangeSettings) -> Result<Decision<()>, Refusal> {
    let settings = asked.of(world.settings);
    if settings.quota > MAX_QUOTA {
        return Err(Refusal::field("quota", format!("The quota must not be more than {MAX_QUOTA} instances.")));
    }
    if !EVENT_DAYS.contains(&settings.keep_events_days) {
        let (first, last) = (EVENT_DAYS.start(), EVENT_DAYS.end());
        return Err(Refusal::field("keep_events_days", format!("Activity can be kept for {first} to {last} days.")));
    }
    if settings == world.settings {
        return Ok(Decision::unchanged(()));
    }
    let kind = EventKind::SettingsChanged { from: world.settings, to: settings };
    Ok(Decision::new(vec![Change::PutSettings(settings)], ()).leaves(kind))
}
