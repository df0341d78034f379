//! Containers: looked at, made, started, stopped, removed. Always by name, never by kind.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use agent::facts::{ContainerView, LABEL_CLUSTER, container_name};
use bollard::errors::Error;
use bollard::models::ContainerInspectResponse;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    StopContainerOptionsBuilder,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use model::assignment::AssignedInstance;
use model::id::{ClusterId, NodeId};
use tokio::time::timeout;

use super::{Engine, EngineError, limits, meaning, network, spec, view};

impl Engine {
    /// Every container that carries our cluster's label, also the stopped ones. All or nothing: a partial
    /// answer is an error.
    pub async fn list(&self, cluster: ClusterId) -> Result<Vec<ContainerView>, EngineError> {
        let docker = self.link().await?.docker;
        let filters = HashMap::from([("label", vec![format!("{LABEL_CLUSTER}={cluster}")])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = self.within(limits::ASK, docker.list_containers(Some(options))).await?;
        let ids = listed.into_iter().map(|summary| {
            summary.id.ok_or_else(|| EngineError::Unknown("the listing names a container without an id".to_owned()))
        });
        // The listing leaves out exit codes and start times. One that is gone by now was removed meanwhile.
        stream::iter(ids)
            .map(|id| async move { self.inspect(&id?).await })
            .buffered(limits::INSPECTIONS)
            .try_filter_map(|view| std::future::ready(Ok(view)))
            .try_collect()
            .await
    }

    /// `None` only if the engine says that there is no container of this name.
    pub async fn inspect(&self, name: &str) -> Result<Option<ContainerView>, EngineError> {
        Ok(self.examine(name).await?.map(|(view, _)| view))
    }

    /// The same, and the number of its first process while it runs.
    pub async fn examine(&self, name: &str) -> Result<Option<(ContainerView, Option<i32>)>, EngineError> {
        match self.look(name).await {
            Ok(found) => {
                let pid = found.state.as_ref().and_then(|state| state.pid);
                let pid = pid.and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 1);
                Ok(Some((view::container(found)?, pid)))
            }
            Err(EngineError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the container of this incarnation and does not start it. `Conflict` means that one of its name
    /// exists: inspect and adopt it.
    pub async fn create(
        &self,
        assigned: &AssignedInstance,
        cluster: ClusterId,
        node: NodeId,
        image_tag: &str,
        files_dir: &Path,
    ) -> Result<(), EngineError> {
        self.ensure_network(cluster).await?;
        let link = self.link().await?;
        let place = spec::Place { cluster, node, image_tag, files_dir, cpus: link.cpus };
        let name = container_name(assigned.id, assigned.incarnation);
        let options = CreateContainerOptionsBuilder::new().name(&name).build();
        let made = link.docker.create_container(Some(options), spec::body(assigned, &place));
        let made = self.within(limits::CREATE, made).await?;
        for warning in made.warnings {
            tracing::debug!(name, warning, "the engine warns about a new container");
        }
        Ok(())
    }

    /// Starting a container that runs is a success. A network that is gone or doubled is put right on the way.
    pub async fn start(&self, name: &str, cluster: ClusterId) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        match self.within(limits::START, docker.start_container(name, None)).await {
            Err(error) if network::is_amiss(&error) => {
                self.ensure_network(cluster).await?;
                self.within(limits::START, docker.start_container(name, None)).await
            }
            answer => answer,
        }
    }

    /// The stop signal of its image, and SIGKILL after `grace`. Stopping a container that is stopped is a success.
    pub async fn stop(&self, name: &str, grace: Duration) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::new().t(seconds).build();
        self.within(grace + limits::STOP_SLACK, docker.stop_container(name, Some(options))).await
    }

    /// Removes the container, running or not, with its anonymous volumes. None of this name is a success.
    pub async fn remove(&self, name: &str) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let options = RemoveContainerOptionsBuilder::new().v(true).force(true).build();
        match self.within(limits::REMOVE, docker.remove_container(name, Some(options))).await {
            Err(EngineError::NotFound) => Ok(()),
            other => other,
        }
    }

    /// Where the container is reached on our network; `None` while it does not run.
    pub async fn address(&self, name: &str) -> Result<Option<IpAddr>, EngineError> {
        Ok(address_of(&self.look(name).await?))
    }

    /// The container of this name and where it is reached, from one look: both are true of the same container.
    pub async fn reach(&self, name: &str) -> Result<(Option<ContainerView>, Option<IpAddr>), EngineError> {
        match self.look(name).await {
            Ok(found) => {
                let address = address_of(&found);
                Ok((Some(view::container(found)?), address))
            }
            Err(EngineError::NotFound) => Ok((None, None)),
            Err(error) => Err(error),
        }
    }

    async fn look(&self, name: &str) -> Result<ContainerInspectResponse, EngineError> {
        let docker = self.link().await?.docker;
        self.within(limits::ASK, docker.inspect_container(name, None)).await
    }

    /// One call with its limit; what it ends in gets its meaning here.
    pub(super) async fn within<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, EngineError> {
        match timeout(limit, call).await {
            Ok(answer) => answer.map_err(|error| meaning::meaning(&self.shared.socket, &error)),
            Err(_) => Err(EngineError::Unknown(format!("no answer within {} s", limit.as_secs()))),
        }
    }
}

fn address_of(found: &ContainerInspectResponse) -> Option<IpAddr> {
    let networks = found.network_settings.as_ref()?.networks.as_ref()?;
    networks.get(network::NAME)?.ip_address.as_deref()?.parse().ok()
}
