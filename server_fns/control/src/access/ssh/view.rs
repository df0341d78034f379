//! What people need to know of the SSH gateway.

use model::refusal::{Refusal, RefusalCode};
use model::view::{GatewayView, HostKeyView};
use planner::actor::Actor;

use super::Gateway;
use crate::authority::BadSecret;

impl Gateway {
    pub fn view(&self, _: &Actor) -> Result<GatewayView, Refusal> {
        let off = || Refusal::new(RefusalCode::Unavailable, "This installation has no SSH gateway.");
        let world = self.core.world();
        let address = world.identity.ssh_address.clone();
        let (host, port) = address.rsplit_once(':').ok_or_else(off)?;
        let port = port.parse().map_err(|_| off())?;
        let broken = |error: BadSecret| Refusal::new(RefusalCode::Internal, format!("{error}."));
        let known_hosts = self.authority.known_hosts(host, port).map_err(broken)?;
        let mut keys = self.authority.gateway_keys().map_err(broken)?.into_iter();
        let HostKeyView { fingerprint, host_key } = keys.next().ok_or_else(off)?;
        let host_ports = world.identity.server_ports.as_ref().map(|ports| ports.range);
        Ok(GatewayView {
            fingerprint,
            known_hosts,
            host_key,
            further_host_keys: keys.collect(),
            address: address.clone(),
            host_ports,
        })
    }
}
