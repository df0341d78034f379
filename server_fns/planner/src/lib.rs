//! The deciding core of the main server. Every function is pure: the world and the time go in, changes,
//! a plan or a refusal come out. `control` commits and executes what is decided here.

pub mod actor;
pub mod channel;
pub mod clock;
pub mod command;
pub mod credentials;
pub mod deadline;
pub mod decision;
pub mod draw;
pub mod event;
pub mod explain;
pub mod feature;
pub mod guest;
pub mod hosts;
pub mod invariants;
pub mod keys;
pub mod limits;
pub mod liveness;
pub mod meter;
pub mod permission;
pub mod placement;
pub mod ports;
pub mod reconcile;
pub mod rollup;
pub mod telemetry;
pub mod urls;
pub mod view;
pub mod weight;
pub mod world;
