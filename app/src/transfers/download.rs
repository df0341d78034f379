//! A path of an instance as a download of the browser's.

use dioxus::prelude::*;
use model::id::InstanceId;

const SCRIPT: &str = "
    const [instance, path] = await dioxus.recv();
    try {
        const { download } = await import(new URL('/terminal/files.mjs', document.baseURI).href);
        return await download(instance, path);
    } catch {
        return 'The download could not be begun. Check the connection and try again.';
    }";

/// Begins it; the browser has it from then on. The error is a sentence.
pub(crate) async fn download(
    instance: InstanceId,
    path: String,
    _progress: impl FnMut(String),
) -> Result<Option<String>, String> {
    let script = document::eval(SCRIPT);
    let failed = |_| "The download could not be begun.".to_owned();
    script.send((instance, path)).map_err(failed)?;
    script.join::<Option<String>>().await.map_err(failed)?.map_or(Ok(None), Err)
}
