//! What the node remembers when it is killed: the assignment it acts on, and what was done of it.
//!
//! A node acts on nothing that does not stand here first.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use agent::local::Memory;
use agent::node::Page;
use model::assignment::Assignment;
use model::id::InstanceId;
use serde::{Deserialize, Serialize};

use crate::disk;

const VERSION: u32 = 1;
const FILE: &str = "ledger.json";
const MODE: u32 = 0o600;

/// The ledger of one data directory, held against a second node for as long as it lives.
#[derive(Debug)]
pub struct Ledger {
    file: PathBuf,
    _lock: std::fs::File,
    written: Content,
}

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Content {
    version: u32,
    /// Random, made once per data directory.
    machine: String,
    assignment: Option<Assignment>,
    instances: BTreeMap<InstanceId, Memory>,
}

/// Why the ledger cannot be used. The node does not start: to forget what it holds would double instances.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error(
        "the data directory {dir} cannot be used: {why}; choose another one with --data-dir, or run as a user that may write there"
    )]
    Directory { dir: String, why: io::Error },
    #[error("another dockhost-node uses the data directory {0}: end it first, or choose another one with --data-dir")]
    InUse(String),
    #[error("the ledger {file} cannot be read: {why}")]
    Read { file: String, why: io::Error },
    #[error(
        "the ledger {file} is damaged ({why}): restore it from a copy; or, if no instance lives on this machine, \
         remove it"
    )]
    Damaged { file: String, why: String },
    #[error("the ledger {file} was written by a newer dockhost-node (version {version}): install that one again")]
    Newer { file: String, version: u32 },
    #[error("the ledger {file} cannot be written: {why}")]
    Write { file: String, why: io::Error },
}

impl Ledger {
    /// Opens the ledger of the data directory, and makes both if they are missing.
    pub fn open(data_dir: &Path) -> Result<Self, LedgerError> {
        let directory = |why| LedgerError::Directory { dir: data_dir.display().to_string(), why };
        disk::make_dir(data_dir).map_err(directory)?;
        let lock = disk::lock(data_dir)
            .map_err(directory)?
            .ok_or_else(|| LedgerError::InUse(data_dir.display().to_string()))?;
        let file = data_dir.join(FILE);
        let name = file.display().to_string();
        let found = match std::fs::read(&file) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(why) => return Err(LedgerError::Read { file: name, why }),
        };
        if let Some(bytes) = found {
            return Ok(Self { file, _lock: lock, written: parse(name, &bytes)? });
        }
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| directory(io::Error::other(error.to_string())))?;
        let machine = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let first = Content { version: VERSION, machine, assignment: None, instances: BTreeMap::new() };
        disk::replace(&file, &json(&first), MODE).map_err(|why| LedgerError::Write { file: name, why })?;
        Ok(Self { file, _lock: lock, written: first })
    }

    /// Who this machine is.
    pub fn machine(&self) -> &str {
        &self.written.machine
    }

    /// What is on the disk.
    pub fn page(&self) -> Page {
        let Content { assignment, instances, .. } = self.written.clone();
        Page { assignment, memories: instances }
    }

    /// Writes the page. When this returns `Ok`, it survives a power cut; when not, the one before counts.
    pub async fn write(&mut self, page: Page) -> Result<(), LedgerError> {
        let Page { assignment, memories } = page;
        let content = Content { assignment, instances: memories, ..self.written.clone() };
        if content == self.written {
            return Ok(());
        }
        let (file, bytes) = (self.file.clone(), json(&content));
        let failed = |why| LedgerError::Write { file: self.file.display().to_string(), why };
        let written = tokio::task::spawn_blocking(move || disk::replace(&file, &bytes, MODE)).await;
        written.map_err(|error| failed(io::Error::other(error)))?.map_err(failed)?;
        self.written = content;
        Ok(())
    }
}

fn parse(file: String, bytes: &[u8]) -> Result<Content, LedgerError> {
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    let damaged = |error: serde_json::Error| LedgerError::Damaged { file: file.clone(), why: error.to_string() };
    let Head { version } = serde_json::from_slice(bytes).map_err(damaged)?;
    if version > VERSION {
        return Err(LedgerError::Newer { file, version });
    }
    serde_json::from_slice(bytes).map_err(damaged)
}

fn json(page: &Content) -> Vec<u8> {
    serde_json::to_vec_pretty(page).expect("ids are texts and every other field is plain data")
}

#[cfg(test)]
mod tests;
