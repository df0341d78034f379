//! An instance for tests.

use model::assignment::AssignedInstance;
use model::host_key::HostKey;
use model::id::{InstanceId, PersonId};
use model::image::ImageRef;
use model::instance::{DesiredState, Limits};
use model::port::PortBlock;
use model::version::{Generation, Incarnation, Restarts};

pub(crate) fn assigned(bits: u64) -> AssignedInstance {
    AssignedInstance {
        id: InstanceId::from_bits(bits),
        name: "web".parse().unwrap(),
        owner: PersonId::from_bits(9),
        generation: Generation(1),
        incarnation: Incarnation(1),
        may_create: true,
        desired: DesiredState::Running,
        wished_at: Some(model::Timestamp::UNIX_EPOCH),
        restarts: Restarts(0),
        image: ImageRef::default(),
        limits: Limits::default(),
        host_ports: PortBlock::starting_at(1024),
        ports: Vec::new(),
        datagram_ports: Vec::new(),
        closed: Vec::new(),
        forwards: Vec::new(),
        host_key: HostKey { seed: "11".repeat(32), ..HostKey::default() }.into(),
        rest: None,
        authorized_keys: Vec::new(),
    }
}
