//! The deciding core against a model of a container engine.

#[cfg(test)]
mod accept;
#[cfg(test)]
mod adopt;
#[cfg(test)]
mod converge;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod forwards;
#[cfg(test)]
mod handshake;
#[cfg(test)]
mod node;
#[cfg(test)]
mod report;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod script;
