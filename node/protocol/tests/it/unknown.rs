//! What one end does not know is ignored, counted and told of, and what it knows is still refused when it is malformed.

use protocol::codec::{BadFrame, decode};
use protocol::limits::UNKNOWN_FIELDS;
use protocol::message::{RefusedReason, ToNode, ToServer};
use protocol::session::{FromNode, FromServer, NodeSession, ServerSession};
use protocol::unknown::Ignored;

const HELLO: &str = include_str!("../samples/later/to_server/hello.json");
const REPORT: &str = include_str!("../samples/later/to_server/report.json");
const WELCOME: &str = include_str!("../samples/later/to_node/welcome.json");

fn told(ignored: Vec<Ignored>) -> Vec<String> {
    ignored.iter().map(ToString::to_string).collect()
}

#[test]
fn a_frame_of_an_unknown_type_is_ignored_in_both_directions_at_any_time() {
    let frame = include_str!("../samples/later/to_server/snapshot.json");
    let mut server = ServerSession::default();
    assert_eq!(server.read(frame), FromNode::Unknown, "before the hello");
    assert!(matches!(server.read(HELLO), FromNode::Greeted(_)));
    server.welcome(model::version::Epoch(4));
    assert_eq!(server.read(frame), FromNode::Unknown);
    assert!(matches!(server.read(REPORT), FromNode::Reported(_)), "the connection goes on");
    let frame = include_str!("../samples/later/to_node/snapshot.json");
    let mut node = NodeSession::default();
    assert_eq!(node.read(frame), FromServer::Unknown, "before the welcome");
    assert!(matches!(node.read(WELCOME), FromServer::Welcomed { .. }));
    assert_eq!(node.read(frame), FromServer::Unknown);
    assert!(told(node.ignored()).contains(&"a frame of the type snapshot (frames so far: 2)".to_owned()));
    assert!(node.ignored().is_empty(), "each is told once");
}

#[test]
fn a_flood_of_unknown_frames_leaves_few_lines_and_all_are_counted() {
    let mut session = NodeSession::default();
    let mut lines = Vec::new();
    for _ in 0..100_000 {
        session.read("{\"type\":\"gossip\"}");
        lines.extend(session.ignored());
    }
    assert_eq!(lines.len(), 17);
    assert_eq!(lines.last(), Some(&Ignored::Frame { kind: "gossip".to_owned(), count: 1 << 16 }));
}

#[test]
fn unknown_fields_are_named_wherever_they_are() {
    let mut server = ServerSession::default();
    assert!(matches!(server.read(HELLO), FromNode::Greeted(_)));
    server.welcome(model::version::Epoch(4));
    assert!(matches!(server.read(REPORT), FromNode::Reported(_)));
    let expected = [
        "the field hello.facts.temperature (fields so far: 1)",
        "the field hello.locale (fields so far: 2)",
        "the field report.instances.snapshots (fields so far: 3)",
        "the field report.volumes (fields so far: 4)",
    ];
    assert_eq!(told(server.ignored()), expected);
    let mut node = NodeSession::default();
    assert!(matches!(node.read(WELCOME), FromServer::Welcomed { .. }));
    let expected = [
        "the field welcome.assignment.instances.volumes (fields so far: 1)",
        "the field welcome.assignment.quota (fields so far: 2)",
    ];
    assert_eq!(told(node.ignored()), expected);
}

#[test]
fn nothing_of_today_or_of_before_is_called_unknown() {
    for (hello, report) in [
        (include_str!("../samples/1/to_server/hello.json"), include_str!("../samples/1/to_server/report.json")),
        (
            include_str!("../samples/c7ae5ab/to_server/hello.json"),
            include_str!("../samples/c7ae5ab/to_server/report.json"),
        ),
    ] {
        let mut server = ServerSession::default();
        assert!(matches!(server.read(hello), FromNode::Greeted(_)));
        server.welcome(model::version::Epoch(4));
        assert!(matches!(server.read(report), FromNode::Reported(_)));
        assert_eq!(told(server.ignored()), [""; 0]);
    }
    for welcome in
        [include_str!("../samples/1/to_node/welcome.json"), include_str!("../samples/c7ae5ab/to_node/welcome.json")]
    {
        let mut node = NodeSession::default();
        assert!(matches!(node.read(welcome), FromServer::Welcomed { .. }));
        assert_eq!(told(node.ignored()), [""; 0]);
    }
}

#[test]
fn nobody_fills_the_memory_or_the_log_with_names_of_fields() {
    let mut hello: serde_json::Value = serde_json::from_str(HELLO).unwrap();
    for number in 0..3_000 {
        hello[format!("\u{1b}[31m{number}{}", "x".repeat(200))] = 1.into();
    }
    let mut server = ServerSession::default();
    assert!(matches!(server.read(&hello.to_string()), FromNode::Greeted(_)));
    let lines = told(server.ignored());
    assert_eq!(lines.len(), UNKNOWN_FIELDS);
    assert!(lines.iter().all(|line| line.len() < 200 && !line.contains('\u{1b}')));
}

#[test]
fn a_known_frame_that_is_malformed_is_refused() {
    for frame in ["{}", "{\"type\":7}", "{\"type\":\"report\"}", "{\"type\":\"hello\",\"version\":\"one\"}", "[]", "7"]
    {
        assert!(matches!(decode::<ToServer>(frame), Err(BadFrame::Unreadable(_))), "{frame}");
        let broken = ServerSession::default().read(frame);
        assert!(matches!(broken, FromNode::Broken(RefusedReason::Protocol, _)), "{frame}");
    }
    for frame in ["{}", "{\"type\":\"heard\"}", "{\"type\":\"assign\",\"epoch\":1}"] {
        assert!(matches!(NodeSession::default().read(frame), FromServer::Broken(_)), "{frame}");
    }
}

#[test]
fn a_reason_that_is_not_known_is_told_all_the_same() {
    let frame = include_str!("../samples/later/to_node/refused.json");
    let FromServer::Refused { reason, message } = NodeSession::default().read(frame) else { panic!("not a refusal") };
    assert_eq!((reason, message.as_str()), (RefusedReason::Unknown, "Renew the licence of this node."));
    assert!(!reason.may_pass());
    assert!(matches!(decode::<ToNode>(frame), Ok(ToNode::Refused { .. })));
}
