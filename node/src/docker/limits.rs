//! How long each call to the engine may take before nobody knows what became of it.

use std::time::Duration;

/// Of a health check: ping, version, agreement on the API.
pub(super) const CHECK: Duration = Duration::from_secs(5);
/// Of a question: listing, inspection.
pub(super) const ASK: Duration = Duration::from_secs(15);
/// Of making a container or a network.
pub(super) const CREATE: Duration = Duration::from_secs(60);
pub(super) const START: Duration = Duration::from_secs(60);
/// What a stop may take beyond the grace that the instance is given.
pub(super) const STOP_SLACK: Duration = Duration::from_secs(15);
/// Deleting the files of a large instance takes a while.
pub(super) const REMOVE: Duration = Duration::from_secs(120);
/// How long a build or a pull may be silent.
pub(super) const SILENCE: Duration = Duration::from_secs(300);
/// How long a build or a pull may take in all.
pub(super) const BUILD: Duration = Duration::from_secs(1_800);
/// Above all of them: the bound inside the client, which ours are to come before.
pub(super) const LONGEST: Duration = Duration::from_secs(3_600);
/// Containers that are inspected at the same time.
pub(super) const INSPECTIONS: usize = 8;
