//! The deciding core against a model of a container engine.

mod accept;
mod adopt;
mod converge;
mod engine;
mod sample;
mod script;
