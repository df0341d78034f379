//! What the page and the script that moves files say to each other. The script has the files, which only a browser may
//! read; the page has the list.

use model::id::InstanceId;
use serde::{Deserialize, Serialize};

use super::{Transfers, Way};
use crate::script::{Module, Script};

const CARRY: Module = Module { path: "/terminal/files.mjs", function: "serve", broken: r#""broken""# };

#[derive(Serialize)]
#[serde(tag = "hear", rename_all = "snake_case")]
pub(super) enum Heard {
    Cancel {
        id: u64,
    },
    Way {
        id: u64,
        #[serde(flatten)]
        way: Option<Way>,
        refusal: Option<String>,
    },
    Close,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    Added {
        id: u64,
        instance: InstanceId,
        name: String,
        path: String,
        size: u64,
    },
    /// It is the file's turn.
    Ask {
        id: u64,
        instance: InstanceId,
    },
    Sent {
        id: u64,
        bytes: u64,
    },
    Done {
        id: u64,
    },
    Failed {
        id: u64,
        reason: String,
    },
    Broken,
}

/// Starts the script; it lives until it is told to close.
pub(super) fn begin() -> Script {
    Script::begin(&CARRY)
}

pub(super) async fn listen(transfers: Transfers, script: Script) {
    while let Some(said) = script.recv::<Said>().await {
        transfers.hear(said);
    }
}
