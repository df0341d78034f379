//! What either end makes of frames that come late, twice or too early.

use model::node::NodeFacts;
use model::version::{Epoch, Generation};
use protocol::codec::decode;
use protocol::limits::{HEARTBEAT, HEARTBEAT_MAX};
use protocol::message::{RefusedReason, Report, ToNode, ToServer};
use protocol::session::{FromNode, FromServer, NodeSession, ServerSession};

const WELCOME: &str = include_str!("../samples/1/to_node/welcome.json");

fn report(epoch: u64, sequence: u64) -> ToServer {
    ToServer::Report(Report {
        epoch: Epoch(epoch),
        sequence,
        assignment: Generation(1),
        instances: Vec::new(),
        strangers: Vec::new(),
    })
}

#[test]
fn a_node_acts_on_its_own_epoch_only() {
    let ToNode::Welcome { assignment, epoch, .. } = decode(WELCOME).unwrap() else { panic!("not a welcome") };
    let mut session = NodeSession::default();
    let assign = |epoch| ToNode::Assign { epoch, assignment: assignment.clone() };
    assert!(matches!(session.handle(assign(epoch)), FromServer::Broken(_)), "before the welcome");
    assert!(matches!(session.handle(decode(WELCOME).unwrap()), FromServer::Welcomed { .. }));
    assert!(matches!(session.handle(decode(WELCOME).unwrap()), FromServer::Broken(_)), "twice");
    assert_eq!(session.handle(assign(Epoch(epoch.0 - 1))), FromServer::Stale);
    assert_eq!(session.handle(assign(epoch.next())), FromServer::Stale);
    assert_eq!(session.handle(assign(epoch)), FromServer::Assigned(assignment.clone()));
}

#[test]
fn no_server_makes_a_node_beat_faster_or_hardly_ever() {
    let ToNode::Welcome { epoch, .. } = decode(WELCOME).unwrap() else { panic!("not a welcome") };
    let mut session = NodeSession::default();
    session.handle(decode(WELCOME).unwrap());
    for (asked, beat) in [(0, HEARTBEAT), (10_000, 2 * HEARTBEAT), (u64::MAX, HEARTBEAT_MAX)] {
        let heard = session.handle(ToNode::Heard { epoch, heartbeat_ms: asked });
        assert_eq!(heard, FromServer::Heard { heartbeat: beat });
    }
}

#[test]
fn an_assignment_for_somebody_else_is_refused() {
    let mut message = decode(WELCOME).unwrap();
    let ToNode::Welcome { node, .. } = &mut message else { panic!("not a welcome") };
    *node = model::id::NodeId::from_bits(99);
    assert!(matches!(NodeSession::default().handle(message), FromServer::Broken(_)));
}

#[test]
fn the_server_drops_old_epochs_and_old_sequences() {
    let mut session = ServerSession::default();
    assert!(matches!(session.handle(Ok(report(4, 1))), FromNode::Broken(RefusedReason::Protocol, _)));
    let hello: ToServer = decode(include_str!("../samples/1/to_server/hello.json")).unwrap();
    assert!(matches!(session.handle(Ok(hello.clone())), FromNode::Greeted(_)));
    session.welcome(Epoch(4));
    assert!(matches!(session.handle(Ok(hello)), FromNode::Broken(RefusedReason::Protocol, _)));
    assert!(matches!(session.handle(Ok(report(4, 1))), FromNode::Reported(_)));
    assert_eq!(session.handle(Ok(report(4, 1))), FromNode::Stale, "twice");
    assert_eq!(session.handle(Ok(report(3, 2))), FromNode::Stale, "of an older connection");
    let heartbeat = ToServer::Heartbeat { epoch: Epoch(5), facts: NodeFacts::default(), counted: None };
    assert_eq!(session.handle(Ok(heartbeat)), FromNode::Stale, "of another connection");
    assert!(matches!(session.handle(Ok(report(4, 2))), FromNode::Reported(_)));
}
