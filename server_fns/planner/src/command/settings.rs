//! What administrators settle for everybody.

use model::refusal::Refusal;
use model::request::Settings;

use crate::command::Decision;
use crate::limits::MAX_QUOTA;
use crate::world::{Change, World};

pub fn change(world: &World, settings: Settings) -> Result<Decision<()>, Refusal> {
    if settings.quota > MAX_QUOTA {
        return Err(Refusal::field("quota", format!("The quota must not be more than {MAX_QUOTA} instances.")));
    }
    if settings == world.settings {
        return Ok(Decision::unchanged(()));
    }
    Ok(Decision::new(vec![Change::PutSettings(settings)], ()))
}
