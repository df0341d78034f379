//! The server's own host ports for instances: what comes in on them goes through the tunnel as it is.

mod carry;

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

use model::forward::{Forward, ForwardKey, Place, Unopened};
use model::id::InstanceId;
use model::instance::DesiredState;
use planner::world::World;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use wire::listen::Listening;
use wire::newcomers::Newcomers;

use crate::core::Core;
use crate::limits::{CONNECTIONS_PER_INSTANCE, LISTEN_AGAIN};
use crate::tunnel::Tunnels;

type Wanted = BTreeMap<(InstanceId, ForwardKey), Forward>;
type Refused = BTreeMap<InstanceId, Vec<Unopened>>;

/// Follows what is wished until the server stops. `bind` is where the operator lets instances listen.
pub(crate) async fn serve(core: Core, tunnels: Arc<Tunnels>, bind: IpAddr) {
    let mut worlds = core.orchestrator.watch();
    let mut ports = HostPorts { tunnels, bind, open: BTreeMap::new(), shared: HashMap::new() };
    let mut told = Refused::new();
    loop {
        let wanted = wanted(&worlds.borrow_and_update());
        let refused = ports.set(&wanted).await;
        if refused != told && note(&core, refused.clone()).await {
            told = refused.clone();
        }
        tokio::select! {
            () = core.stopping.cancelled() => return,
            other = worlds.wait_for(|world| self::wanted(world) != wanted) => if other.is_err() { return },
            () = sleep(LISTEN_AGAIN), if refused != Refused::new() || refused != told => {}
        }
    }
}

fn wanted(world: &World) -> Wanted {
    let instances = world.instances.values().filter(|instance| instance.desired != DesiredState::Deleted);
    let forwards = instances.flat_map(|instance| instance.spec.forwards.iter().map(|forward| (instance.id, forward)));
    let own = forwards.filter(|(_, forward)| forward.place == Place::Server && !forward.given_up);
    own.map(|(id, forward)| ((id, forward.key()), forward.clone())).collect()
}

/// What cannot be listened on is told to its owner. False if that must be tried again.
async fn note(core: &Core, refused: Refused) -> bool {
    for (instance, unopened) in &refused {
        for Unopened { key, reason, .. } in unopened {
            tracing::warn!(%instance, port = key.host.0, reason, "a host port of the server cannot be opened");
        }
    }
    core.orchestrator.note_unopened(refused).await.is_ok()
}

struct HostPorts {
    tunnels: Arc<Tunnels>,
    bind: IpAddr,
    open: BTreeMap<(InstanceId, ForwardKey), (Forward, Listening)>,
    /// How much an instance may hold at once, on all of these host ports together, and who has just come to its sshd.
    shared: HashMap<InstanceId, (Arc<Semaphore>, Newcomers)>,
}

impl HostPorts {
    /// Listens on these and no others; those that are as they were are left alone.
    async fn set(&mut self, wanted: &Wanted) -> Refused {
        let ended =
            |key: &(InstanceId, ForwardKey), (forward, _): &mut (Forward, Listening)| wanted.get(key) != Some(forward);
        let closed: Vec<_> = self.open.extract_if(.., ended).collect();
        for (_, (_, listening)) in closed {
            listening.ended().await;
        }
        self.shared.retain(|id, _| wanted.keys().any(|(instance, _)| instance == id));
        let mut refused = Refused::new();
        for (place, forward) in wanted {
            if self.open.contains_key(place) {
                continue;
            }
            match self.listen(place.0, forward) {
                Ok(listening) => drop(self.open.insert(*place, (forward.clone(), listening))),
                Err(why) => refused.entry(place.0).or_default().push(why),
            }
        }
        refused
    }

    fn listen(&mut self, id: InstanceId, forward: &Forward) -> Result<Listening, Unopened> {
        let of_none = || (Arc::new(Semaphore::new(CONNECTIONS_PER_INSTANCE)), Newcomers::default());
        let (places, newcomers) = self.shared.entry(id).or_insert_with(of_none).clone();
        let (tunnels, port) = (Arc::clone(&self.tunnels), forward.container);
        let of_datagrams = Arc::clone(&tunnels);
        let connection = move |client| carry::connection(Arc::clone(&tunnels), id, port, client, newcomers.clone());
        let datagrams = move |flow| carry::datagrams(Arc::clone(&of_datagrams), id, port, flow);
        wire::forward::open(forward, self.bind, places, connection, datagrams)
    }
}
