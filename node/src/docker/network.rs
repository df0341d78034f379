//! The one network that instances share.
//!
//! Instances on it cannot reach each other (`enable_icc=false`), only the node and the world. It is one and not one
//! per instance, because the engine has about 31 subnets to give and each new network adds to the time of a start.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;
use bollard::query_parameters::ListNetworksOptionsBuilder;
use model::id::ClusterId;

use super::{Engine, EngineError, limits};

pub(super) const NAME: &str = "dockhost";
/// Looks at the list of networks before a node gives up for this time.
const LOOKS: usize = 8;
const ISOLATED: &str = "com.docker.network.bridge.enable_icc";

impl Engine {
    /// Sees to it that there is exactly one network of its name.
    ///
    /// The engine makes a second of the same name without a word, so two node processes of one machine that begin
    /// together can make two, and then no container starts. Both look again after they made theirs and remove the
    /// newest: they agree which that is, and the engine refuses to remove one that a running container is on.
    pub(super) async fn ensure_network(&self, cluster: ClusterId) -> Result<(), EngineError> {
        let _one_at_a_time = self.shared.network.lock().await;
        let docker = self.link().await?.docker;
        for _ in 0..LOOKS {
            let ours = self.networks().await?;
            match ours.as_slice() {
                [_] => return Ok(()),
                [] => match self.within(limits::CREATE, docker.create_network(request(cluster))).await {
                    // Newer engines refuse the second name.
                    Ok(_) | Err(EngineError::Conflict(_)) => {}
                    Err(error) => return Err(error),
                },
                several => self.remove_newest(several).await?,
            }
        }
        Err(EngineError::Unknown(format!("the network {NAME} keeps changing under this node")))
    }

    /// The ids of the networks of our name, the newest first.
    pub(crate) async fn networks(&self) -> Result<Vec<String>, EngineError> {
        let docker = self.link().await?.docker;
        // The engine takes the filter as a part of the name.
        let filters = HashMap::from([("name", vec![NAME])]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let mut networks = self.within(limits::ASK, docker.list_networks(Some(options))).await?;
        networks.retain(|network| network.name.as_deref() == Some(NAME));
        networks.sort_by(|a, b| (&b.created, &b.id).cmp(&(&a.created, &a.id)));
        Ok(networks.into_iter().filter_map(|network| network.id).collect())
    }

    /// Removes the newest that nothing runs on.
    async fn remove_newest(&self, newest_first: &[String]) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let mut refusal = EngineError::NotFound;
        for id in newest_first {
            match self.within(limits::REMOVE, docker.remove_network(id)).await {
                Ok(()) => {
                    tracing::warn!(network = NAME, id, "removed a second network of the same name");
                    return Ok(());
                }
                Err(EngineError::Refused(reason)) if reason.contains("active endpoints") => {
                    refusal = EngineError::Refused(reason);
                }
                // The other node process was quicker.
                Err(EngineError::NotFound) => return Ok(()),
                Err(EngineError::Refused(reason)) if reason.ends_with("not found") => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Err(refusal)
    }
}

/// Whether a start failed because our network is doubled, or gone (`docker network prune` takes it while every
/// instance is stopped).
pub(super) fn is_amiss(error: &EngineError) -> bool {
    let (EngineError::Refused(reason) | EngineError::Unknown(reason)) = error else { return false };
    reason.starts_with("network ") && (reason.contains(" is ambiguous") || reason.ends_with(" not found"))
}

fn request(cluster: ClusterId) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: NAME.to_owned(),
        driver: Some("bridge".to_owned()),
        options: Some(HashMap::from([(ISOLATED.to_owned(), "false".to_owned())])),
        labels: Some(HashMap::from([(agent::facts::LABEL_CLUSTER.to_owned(), cluster.to_string())])),
        ..NetworkCreateRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_a_network_is_mended_as_one() {
        let mended = ["network dockhost is ambiguous (2 matches found on name)", "network dockhost not found"];
        for reason in mended {
            assert!(is_amiss(&EngineError::Refused(reason.to_owned())), "{reason}");
        }
        for reason in ["image not found", "network dockhost has active endpoints"] {
            assert!(!is_amiss(&EngineError::Refused(reason.to_owned())), "{reason}");
        }
    }

    #[test]
    fn instances_on_it_do_not_see_each_other() {
        let request = request(ClusterId::from_bits(1));
        assert_eq!(request.options.unwrap().get(ISOLATED).map(String::as_str), Some("false"));
        assert_eq!(request.driver.as_deref(), Some("bridge"));
    }
}
