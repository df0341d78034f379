//! A path of an instance as a download of the browser's.

use model::id::InstanceId;

use super::way;
use crate::script;

/// Begins it; the browser has it from then on. The error is a sentence.
pub(crate) async fn download(
    instance: InstanceId,
    path: String,
    _progress: impl FnMut(String),
) -> Result<Option<String>, String> {
    // One to find out whether it is refused, one for the link.
    let tickets = [way(instance).await?.ticket, way(instance).await?.ticket];
    script::download(instance.to_string(), path, tickets).await.map_or(Ok(None), Err)
}
