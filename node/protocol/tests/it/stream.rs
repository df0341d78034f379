//! What stands before the bytes of a data socket.

use model::id::InstanceId;
use model::port::ContainerPort;
use model::version::{Epoch, Generation, Incarnation};
use proptest::prelude::*;
use protocol::path::FilePath;
use protocol::stream::{Ask, LENGTH, Measuring, Opening, Target, Way, decode, encode};

const PORT: &str = r#"{"epoch":4,"instance":"INSTANCE","incarnation":2,"generation":9,"target":{"target":"port","port":22,"patience_ms":0}}"#;

fn opening() -> Opening {
    let target = Target::Port { port: ContainerPort(22), patience_ms: 0 };
    let instance = InstanceId::from_bits(7);
    Opening {
        epoch: Epoch(4),
        instance,
        incarnation: Incarnation(2),
        generation: Generation(9),
        target,
        handover: None,
    }
}

fn text(ask: &Ask) -> String {
    let head = encode(ask).unwrap_or_default();
    String::from_utf8_lossy(head.get(LENGTH..).unwrap_or_default()).into_owned()
}

#[test]
fn a_stream_is_asked_for_as_nodes_have_always_read_it() {
    let sample = PORT.replace("INSTANCE", &InstanceId::from_bits(7).to_string());
    assert_eq!(text(&Ask::Stream(opening())), sample);
    assert_eq!(decode::<Ask>(sample.as_bytes()), Ok(Ask::Stream(opening())));
    assert_eq!(decode::<Opening>(sample.as_bytes()), Ok(opening()));
}

#[test]
fn a_file_is_asked_for_as_nodes_have_always_read_it_where_its_path_is_text_and_its_length_known() {
    let written = |target: Target| serde_json::to_string(&target).unwrap_or_default();
    let path = |bytes: &[u8]| FilePath::new(bytes.to_vec());
    let put = |bytes: &[u8], length| written(Target::PutFile { path: path(bytes), bytes: length });
    assert_eq!(put(b"/root/a", Some(7)), r#"{"target":"put_file","path":"/root/a","bytes":7}"#);
    assert_eq!(put(b"/\xff", None), r#"{"target":"put_file","path":{"hex":"2fff"},"bytes":null}"#);
    assert_eq!(written(Target::GetFile { path: path(b"/a") }), r#"{"target":"get_file","path":"/a"}"#);
    for target in [
        Target::PutFile { path: path(b"/root/a"), bytes: Some(7) },
        Target::PutFile { path: path(b"/\xff\n"), bytes: None },
        Target::GetFile { path: path(b"/\n") },
    ] {
        let ask = Ask::Stream(Opening { target, ..opening() });
        assert_eq!(decode::<Ask>(text(&ask).as_bytes()), Ok(ask));
    }
}

#[test]
fn a_measurement_names_no_instance_and_is_no_stream() {
    let ask = Ask::Measure(Measuring { epoch: Epoch(4), measure: Way::FromNode });
    assert_eq!(text(&ask), r#"{"epoch":4,"measure":"from_node"}"#);
    assert_eq!(decode::<Ask>(text(&ask).as_bytes()), Ok(ask.clone()));
    assert!(decode::<Opening>(text(&ask).as_bytes()).is_err(), "a node that cannot measure closes the socket");
    assert!(decode::<Ask>(br#"{"epoch":4}"#).is_err());
    assert!(decode::<Ask>(br#"{"epoch":4,"measure":"sideways"}"#).is_err());
}

proptest! {
    #[test]
    fn garbage_is_no_ask(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode::<Ask>(&bytes).is_err());
    }
}
