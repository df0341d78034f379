//! By what an instance is known to SSH clients.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::name::{InstanceName, Username};

/// Below which instances are named for SSH clients. It is no domain of the world's, so trusting our authority for it
/// takes nothing away from anybody.
pub const DOMAIN: &str = "dockhost";

/// The name that an instance is certified for. Two people may have an instance of one name, so the owner is a part.
pub fn host_name(instance: &InstanceName, owner: &Username) -> String {
    format!("{instance}.{owner}.{DOMAIN}")
}

/// The host key of one instance. It is made with the instance and never changes, so that a client which has seen it
/// once is never asked again, and the gateway knows whom it must find.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostKey {
    /// Of an Ed25519 key pair: 32 bytes in hex. Whoever knows it can pass for the instance. Empty when the node alone has
    /// it, because the row was made again from the container.
    pub seed: String,
    /// `type base64`: the public half.
    pub public_key: String,
    /// The installation's certificate for it, as one line of a `-cert.pub` file.
    pub certificate: String,
}

/// On the wire a shared key looks like one.
pub mod shared {
    use std::sync::Arc;

    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use super::HostKey;

    pub fn serialize<S: Serializer>(key: &HostKey, to: S) -> Result<S::Ok, S::Error> {
        key.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<HostKey>, D::Error> {
        HostKey::deserialize(from).map(Arc::new)
    }
}

/// Without the seed, which must not get into a log.
impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostKey").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}
