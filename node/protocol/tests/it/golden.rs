//! Every kind of message as it stands on the wire, in each version and in both directions. A sample that no longer reads
//! is a broken contract with programs that are out there.

use protocol::codec::{BadFrame, Message, decode, encode};
use protocol::{ToNode, ToServer};
use serde_json::Value;

macro_rules! samples {
    ($($path:literal)*) => { [$(($path, include_str!(concat!("../samples/", $path, ".json")))),*] };
}

/// As the programs of today write them.
const TO_NODE: [(&str, &str); 5] =
    samples!["1/to_node/welcome" "1/to_node/assign" "1/to_node/heard" "1/to_node/dial" "1/to_node/refused"];
const TO_SERVER: [(&str, &str); 3] = samples!["1/to_server/hello" "1/to_server/heartbeat" "1/to_server/report"];
/// As those of that commit wrote them, before there were ranges of versions and features.
const OLD_TO_NODE: [(&str, &str); 5] = samples!["c7ae5ab/to_node/welcome" "c7ae5ab/to_node/assign" "c7ae5ab/to_node/heard" "c7ae5ab/to_node/dial" "c7ae5ab/to_node/refused"];
const OLD_TO_SERVER: [(&str, &str); 3] =
    samples!["c7ae5ab/to_server/hello" "c7ae5ab/to_server/heartbeat" "c7ae5ab/to_server/report"];
/// As those of a later version may write them.
const LATER_TO_NODE: [(&str, &str); 3] =
    samples!["later/to_node/welcome" "later/to_node/refused" "later/to_node/snapshot"];
const LATER_TO_SERVER: [(&str, &str); 3] =
    samples!["later/to_server/hello" "later/to_server/report" "later/to_server/snapshot"];

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a sample is JSON")
}

fn read<M: Message>(sample: &str) -> M {
    decode(sample).expect("a sample reads")
}

fn written<M: Message>(sample: &str) -> Value {
    json(&encode(&read::<M>(sample)).expect("it fits into a frame"))
}

/// Whatever stands in `part` stands in `whole` as well: who reads the one reads the other.
fn holds(whole: &Value, part: &Value) -> Result<(), String> {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => part.iter().try_for_each(|(name, part)| match whole.get(name) {
            Some(whole) => holds(whole, part).map_err(|why| format!("{name}.{why}")),
            None => Err(format!("{name} is missing")),
        }),
        (Value::Array(whole), Value::Array(part)) if whole.len() == part.len() => {
            whole.iter().zip(part).try_for_each(|(whole, part)| holds(whole, part))
        }
        (whole, part) if whole == part => Ok(()),
        (whole, part) => Err(format!("{part} became {whole}")),
    }
}

fn read_and_write_back<M: Message>(samples: &[(&str, &str)]) {
    for (path, sample) in samples {
        assert_eq!(written::<M>(sample), json(sample), "{path}: a field was renamed, added or lost");
        assert!(path.ends_with(read::<M>(sample).kind()), "{path}");
    }
    let sampled: Vec<&str> = samples.iter().map(|(_, sample)| read::<M>(sample).kind()).collect();
    assert_eq!(sampled, M::TYPES, "each type has a sample, and each is known by its name");
}

#[test]
fn each_type_of_today_reads_and_is_written_back() {
    read_and_write_back::<ToNode>(&TO_NODE);
    read_and_write_back::<ToServer>(&TO_SERVER);
}

/// An older program is written to as it has always been: it finds each field that it reads, where it looks for it.
fn read_and_written_for_the_old<M: Message>(old: &[(&str, &str)], new: &[(&str, &str)]) {
    for ((path, old), (_, new)) in old.iter().zip(new) {
        holds(&written::<M>(old), &json(old)).unwrap_or_else(|why| panic!("{path}: {why}"));
        let shape = |value: &Value| paths(value);
        let missing: Vec<_> = shape(&json(old)).into_iter().filter(|path| !shape(&json(new)).contains(path)).collect();
        assert!(missing.is_empty(), "{path}: the sample of today has no {missing:?}");
    }
}

/// Of each field that there is.
fn paths(value: &Value) -> Vec<String> {
    match value {
        Value::Object(all) => all
            .iter()
            .flat_map(|(name, inner)| {
                let below = paths(inner).into_iter().map(|path| format!("{name}.{path}")).collect::<Vec<_>>();
                std::iter::once(name.clone()).chain(below)
            })
            .collect(),
        Value::Array(all) => all.iter().flat_map(paths).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[test]
fn an_older_node_is_read_and_an_older_server_written_to() {
    read_and_written_for_the_old::<ToServer>(&OLD_TO_SERVER, &TO_SERVER);
}

#[test]
fn an_older_server_is_read_and_an_older_node_written_to() {
    read_and_written_for_the_old::<ToNode>(&OLD_TO_NODE, &TO_NODE);
}

/// What the other end does not know is left out, and the rest means what it says.
fn reads_or_is_ignored<M: Message>(samples: &[(&str, &str)]) {
    for (path, sample) in samples {
        match decode::<M>(sample) {
            Ok(message) => assert!(M::TYPES.contains(&message.kind()), "{path}"),
            Err(error) => assert_eq!(error, BadFrame::Unknown("snapshot".to_owned()), "{path}"),
        }
    }
}

#[test]
fn a_later_program_is_read_as_far_as_it_is_known() {
    reads_or_is_ignored::<ToNode>(&LATER_TO_NODE);
    reads_or_is_ignored::<ToServer>(&LATER_TO_SERVER);
}
