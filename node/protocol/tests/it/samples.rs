//! The limits of frames, and what an older end does not say.

use model::node::NodeFacts;
use model::version::{Epoch, Generation};
use proptest::prelude::*;
use protocol::codec::{BadFrame, decode, encode};
use protocol::limits::{MAX_FRAME, MAX_INSTANCES};
use protocol::{ToNode, ToServer};

const WELCOME: &str = include_str!("../samples/1/to_node/welcome.json");
const REPORT: &str = include_str!("../samples/1/to_server/report.json");
const HEARTBEAT: &str = include_str!("../samples/1/to_server/heartbeat.json");
const HELLO: &str = include_str!("../samples/1/to_server/hello.json");

#[test]
fn frames_over_the_limit_are_refused_before_they_are_read() {
    let frame = format!("\"{}\"", "x".repeat(MAX_FRAME));
    assert!(matches!(decode::<ToServer>(&frame), Err(BadFrame::TooLong(_))));
}

#[test]
fn more_instances_than_the_limit_are_refused() {
    let ToNode::Welcome { epoch, mut assignment, .. } = decode(WELCOME).unwrap() else { panic!("not a welcome") };
    assignment.instances = vec![assignment.instances[0].clone(); MAX_INSTANCES + 1];
    let message = ToNode::Assign { epoch, assignment };
    assert_eq!(encode(&message), Err(BadFrame::TooMany(MAX_INSTANCES + 1)));
}

#[test]
fn a_heartbeat_of_a_newer_node_with_more_fields_still_reads() {
    let frame = encode(&ToServer::Heartbeat { epoch: Epoch(3), facts: NodeFacts::default(), counted: None }).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&frame).unwrap();
    value["facts"]["temperature"] = 40.into();
    assert!(decode::<ToServer>(&value.to_string()).is_ok());
}

#[test]
fn a_heartbeat_of_an_older_node_counts_nothing() {
    let mut value: serde_json::Value = serde_json::from_str(HEARTBEAT).unwrap();
    value.as_object_mut().unwrap().remove("counted");
    let ToServer::Heartbeat { counted, .. } = decode(&value.to_string()).unwrap() else { panic!("not a heartbeat") };
    assert_eq!(counted, None);
}

#[test]
fn what_an_older_end_does_not_say_is_as_it_was_before() {
    let without = |sample: &str, path: &[&str], field: &str| {
        let mut value: serde_json::Value = serde_json::from_str(sample).unwrap();
        let at = path.iter().fold(&mut value, |value, step| match step.parse::<usize>() {
            Ok(index) => &mut value[index],
            Err(_) => &mut value[*step],
        });
        assert!(at.as_object_mut().unwrap().remove(field).is_some(), "{field}");
        value.to_string()
    };
    let instance = ["assignment", "instances", "0"];
    let ToNode::Welcome { assignment, .. } = decode(&without(WELCOME, &instance, "closed")).unwrap() else { panic!() };
    assert!(assignment.instances[0].closed.is_empty(), "every host port is open");
    let ToNode::Welcome { assignment, .. } = decode(&without(WELCOME, &["assignment"], "kept")).unwrap() else {
        panic!()
    };
    assert!(assignment.kept.is_empty());
    let ToServer::Report(report) = decode(&without(REPORT, &["instances", "0"], "closed")).unwrap() else { panic!() };
    assert_eq!(report.instances[0].closed, None, "it closes none");
    let model::observed::Observed::Present(facts) = &report.instances[0].observed else { panic!() };
    assert!(!facts.paused, "it does not tell of pauses");
    let ToServer::Hello(hello) = decode(&without(HELLO, &["facts"], "reserved")).unwrap() else { panic!() };
    assert_eq!((hello.facts.reserved, hello.facts.network.as_str()), (model::reserved::Reserved::default(), ""));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn garbage_never_panics(text in "\\PC{0,200}") {
        prop_assert!(decode::<ToServer>(&text).is_err());
        prop_assert!(decode::<ToNode>(&text).is_err());
    }

    #[test]
    fn a_damaged_sample_reads_or_is_refused(at in 0usize..600, with in any::<char>()) {
        let mut sample: Vec<char> = REPORT.chars().collect();
        let place = at % sample.len();
        sample[place] = with;
        let damaged: String = sample.into_iter().collect();
        if let Ok(message) = decode::<ToServer>(&damaged) {
            prop_assert!(encode(&message).is_ok());
        }
    }

    #[test]
    fn generations_survive_the_wire(generation: u64) {
        let ToServer::Hello(mut hello) = decode(HELLO).unwrap() else { panic!("not a hello") };
        hello.generation = Generation(generation);
        let frame = encode(&ToServer::Hello(hello.clone())).unwrap();
        prop_assert_eq!(decode::<ToServer>(&frame).unwrap(), ToServer::Hello(hello));
    }
}
