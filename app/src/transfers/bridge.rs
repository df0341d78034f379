//! What the page and the script that moves files say to each other. The script has the files, which only a browser may
//! read; the page has the list.

use dioxus::document::Eval;
use dioxus::prelude::*;
use model::id::InstanceId;
use serde::{Deserialize, Serialize};

use super::Transfers;

const CARRY: &str = "
    try {
        const { serve } = await import(new URL('/terminal/files.mjs', document.baseURI).href);
        await serve(dioxus);
    } catch {
        dioxus.send({ say: 'broken' });
    }";
const DOWNLOAD: &str = "
    const [instance, path] = await dioxus.recv();
    try {
        const { download } = await import(new URL('/terminal/files.mjs', document.baseURI).href);
        return await download(instance, path);
    } catch {
        return 'The download could not be begun. Check the connection and try again.';
    }";

#[derive(Serialize)]
#[serde(tag = "hear", rename_all = "snake_case")]
pub(super) enum Heard {
    Cancel { id: u64 },
    Close,
}

#[derive(Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum Said {
    Added { id: u64, instance: InstanceId, name: String, path: String, size: u64 },
    Sent { id: u64, bytes: u64 },
    Done { id: u64 },
    Failed { id: u64, reason: String },
    Broken,
}

/// Starts the script; it lives until it is told to close.
pub(super) fn begin() -> Eval {
    document::eval(CARRY)
}

/// A script that is gone hears nothing, which is what was wanted of it.
pub(super) fn tell(script: Eval, what: &Heard) {
    drop(script.send(what));
}

pub(super) async fn listen(transfers: Transfers, mut script: Eval) {
    while let Ok(said) = script.recv::<Said>().await {
        transfers.hear(said);
    }
}

/// Opens a path of the instance as a download; the error is a sentence.
pub(crate) async fn download(instance: InstanceId, path: String) -> Result<(), String> {
    let script = document::eval(DOWNLOAD);
    let failed = |_| "The download could not be begun.".to_owned();
    script.send((instance, path)).map_err(failed)?;
    script.join::<Option<String>>().await.map_err(failed)?.map_or(Ok(()), Err)
}
