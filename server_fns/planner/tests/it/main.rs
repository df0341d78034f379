//! The deciding core from outside: scenes for each promise, and random histories for all of them at once.

#![expect(clippy::unwrap_used, reason = "a scene that lacks what it is about has failed")]

mod account;
mod activity;
mod administer;
mod channel;
mod chatter;
mod credentials;
mod doors;
mod enrolment;
mod features;
mod forwards;
mod generated;
mod handover;
mod history;
mod hosts;
mod instance_keys;
mod instances;
mod keys;
mod link;
mod machine;
mod moves;
mod nodes;
mod people;
mod permissions;
mod proof;
mod recover;
mod removal;
mod repeats;
mod reset;
mod scene;
mod time;
mod tokens;
mod told_of_people;
mod urls;
mod view;
mod ways_out;
mod weight;
mod worker;
