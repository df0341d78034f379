//! Host ports that somebody asked for by number and that a program has which is not ours.

use model::forward::Forward;
use model::instance::DesiredState;

use super::forwards::{is_taken, note};
use crate::clock::Now;
use crate::event::EventKind;
use crate::reconcile::Moved;
use crate::world::{Instance, World};

/// Nobody waits for such a number: whoever did would have it as soon as that program is started anew, and be taken for
/// it. It stays the instance's, so that no other gets it, until somebody asks for it again.
pub(super) fn give_up(world: &World, moved: &mut Moved, now: Now) {
    let lost = |instance: &Instance, forward: &Forward| {
        !forward.automatic && !forward.given_up && is_taken(world, instance, forward)
    };
    for instance in world.troubled().filter(|instance| instance.desired != DesiredState::Deleted) {
        let keys: Vec<_> = instance.spec.forwards.iter().filter(|forward| lost(instance, forward)).collect();
        if keys.is_empty() {
            continue;
        }
        let mut new = moved.get(&instance.id).map_or(&**instance, |(row, _)| row).clone();
        let keys: Vec<_> = keys.into_iter().map(Forward::key).collect();
        let mut kinds = Vec::new();
        for forward in new.spec.forwards.iter_mut().filter(|forward| keys.contains(&forward.key())) {
            forward.given_up = true;
            kinds.push(EventKind::ForwardGivenUp { protocol: forward.protocol, host: forward.host });
        }
        note(moved, instance, new, kinds, now);
    }
}
