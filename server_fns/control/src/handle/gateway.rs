//! What people need to know of the SSH gateway.

use model::refusal::{Refusal, RefusalCode};
use model::view::GatewayView;
use planner::actor::Actor;

use super::Handle;
use crate::access::authority::BadSecret;

impl Handle {
    pub fn gateway(&self, _: &Actor) -> Result<GatewayView, Refusal> {
        let off = || Refusal::new(RefusalCode::Unavailable, "This installation has no SSH gateway.");
        let world = self.world();
        let address = world.identity.ssh_address.clone();
        let (host, port) = address.rsplit_once(':').ok_or_else(off)?;
        let port = port.parse().map_err(|_| off())?;
        let broken = |error: BadSecret| Refusal::new(RefusalCode::Internal, format!("{error}."));
        let known_hosts = self.authority.known_hosts(host, port).map_err(broken)?;
        let host_key = self.authority.gateway_key().map_err(broken)?;
        let host_ports = world.identity.gateway_ports.as_ref().map(|ports| ports.range);
        let fingerprint = self.authority.fingerprint();
        Ok(GatewayView { fingerprint, known_hosts, host_key, address: address.clone(), host_ports })
    }
}
