//! The parts of the node that need the world: here, a real container engine.
//!
//! Set `DOCKHOST_TEST_DOCKER` to the socket of an engine to run them; `scripts/engine.sh private DIR` starts one
//! that may be broken.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod hosts;
#[cfg(test)]
mod images;
#[cfg(test)]
mod network;
