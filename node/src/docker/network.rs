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
const ISOLATED: &str = "com.docker.network.bridge.enable_icc";

impl Engine {
    /// Makes the network unless there is one of its name.
    pub(super) async fn ensure_network(&self, cluster: ClusterId) -> Result<(), EngineError> {
        let _one_at_a_time = self.shared.network.lock().await;
        if self.has_network().await? {
            return Ok(());
        }
        let docker = self.link().await?.docker;
        match self.within(limits::CREATE, docker.create_network(request(cluster))).await {
            Ok(_) => Ok(()),
            // Another node process of this machine was quicker.
            Err(EngineError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn has_network(&self) -> Result<bool, EngineError> {
        let docker = self.link().await?.docker;
        // The engine takes the filter as a part of the name.
        let filters = HashMap::from([("name", vec![NAME])]);
        let options = ListNetworksOptionsBuilder::new().filters(&filters).build();
        let networks = self.within(limits::ASK, docker.list_networks(Some(options))).await?;
        Ok(networks.iter().any(|network| network.name.as_deref() == Some(NAME)))
    }
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
    fn instances_on_it_do_not_see_each_other() {
        let request = request(ClusterId::from_bits(1));
        assert_eq!(request.options.unwrap().get(ISOLATED).map(String::as_str), Some("false"));
        assert_eq!(request.driver.as_deref(), Some("bridge"));
    }
}
