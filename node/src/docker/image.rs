//! Images: looked for, pulled, built.

use std::collections::HashMap;
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::CreateImageInfo;
use bollard::query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Engine, EngineError, limits, meaning};

impl Engine {
    pub(crate) async fn has_image(&self, tag: &str) -> Result<bool, EngineError> {
        let docker = self.link().await?.docker;
        match self.within(limits::ASK, docker.inspect_image(tag)).await {
            Ok(_) => Ok(true),
            Err(EngineError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Pulls `name:version` from its registry. `on` hears of each layer: its id, how many bytes of how many.
    pub(crate) async fn pull(&self, image: &str, mut on: impl FnMut(&str, u64, u64)) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let options = CreateImageOptionsBuilder::new().from_image(image).build();
        self.listen(docker.create_image(Some(options), None, None), |told: CreateImageInfo| {
            let progress = told.progress_detail.and_then(|detail| Some((detail.current?, detail.total?)));
            // Unpacking counts the same bytes again.
            let downloading = told.status.as_deref() == Some("Downloading");
            if let (Some(layer), Some((done, of)), true) = (told.id, progress, downloading) {
                on(&layer, u64::try_from(done).unwrap_or(0), u64::try_from(of).unwrap_or(0));
            }
        })
        .await
    }

    /// Builds a folder, given as a tar archive, and tags the result. `on` hears each line that the engine writes.
    pub(crate) async fn build(&self, context: Bytes, tag: &str, mut on: impl FnMut(&str)) -> Result<(), EngineError> {
        let docker = self.link().await?.docker;
        let labels = HashMap::from([("dockhost.image", "true")]);
        let options = BuildImageOptionsBuilder::new().t(tag).rm(true).forcerm(true).labels(&labels).build();
        let built = docker.build_image(options, None, Some(bollard::body_full(context)));
        self.listen(built, |told| {
            for line in told.stream.iter().flat_map(|text| text.lines()) {
                on(line);
            }
        })
        .await
    }

    async fn listen<T>(
        &self,
        told: impl Stream<Item = Result<T, Error>>,
        mut on: impl FnMut(T),
    ) -> Result<(), EngineError> {
        let silent = |limit: Duration| EngineError::Unknown(format!("nothing was heard for {} s", limit.as_secs()));
        let deadline = Instant::now() + limits::BUILD;
        let mut told = std::pin::pin!(told);
        loop {
            let next = timeout_at(deadline, timeout(limits::SILENCE, told.next()));
            match next.await {
                Ok(Ok(Some(Ok(item)))) => on(item),
                Ok(Ok(Some(Err(error)))) => return Err(meaning::meaning(&self.shared.socket, &error)),
                Ok(Ok(None)) => return Ok(()),
                Ok(Err(_)) => return Err(silent(limits::SILENCE)),
                Err(_) => return Err(EngineError::Unknown(format!("not done in {} s", limits::BUILD.as_secs()))),
            }
        }
    }
}
