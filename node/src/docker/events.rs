//! Hints from the engine that something about a container of ours changed.

use std::collections::HashMap;

use agent::facts::LABEL_CLUSTER;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::{Stream, StreamExt, stream};
use model::id::ClusterId;

use super::Engine;

impl Engine {
    /// The names of containers of our cluster, each time the engine did something to one. Only hints: look
    /// before acting, and look now and then without one, because what happens between two streams is not
    /// told. The stream ends when the engine goes away.
    pub fn events(&self, cluster: ClusterId) -> impl Stream<Item = String> + Send + use<> {
        let engine = self.clone();
        let told = async move {
            let filters = HashMap::from([
                ("type", vec!["container".to_owned()]),
                ("label", vec![format!("{LABEL_CLUSTER}={cluster}")]),
            ]);
            let options = EventsOptionsBuilder::new().filters(&filters).build();
            engine.link().await.ok().map(|link| link.docker.events(Some(options)))
        };
        stream::once(told)
            .filter_map(std::future::ready)
            .flatten()
            .take_while(|event| std::future::ready(event.is_ok()))
            .filter_map(|event| {
                let name = event.ok().and_then(|event| event.actor?.attributes?.remove("name"));
                std::future::ready(name)
            })
    }
}
