//! Which version two programs speak with each other, and what is said where there is none.

use model::feature::{Feature, Features};
use protocol::codec::decode;
use protocol::message::{Hello, RefusedReason, ToNode, ToServer};
use protocol::session::{FromNode, FromServer, NodeSession, ServerSession};
use protocol::{VERSIONS, Versions};

const OLD_HELLO: &str = include_str!("../samples/c7ae5ab/to_server/hello.json");

fn hello(least: u32, most: u32) -> ToServer {
    let sample = decode(include_str!("../samples/1/to_server/hello.json"));
    let Ok(ToServer::Hello(hello)) = sample else { panic!("not a hello") };
    ToServer::Hello(Hello { version: least, versions: Some(Versions { least, most }), ..hello })
}

/// The version in which a server that speaks those goes on with a node that speaks those.
fn agreed(server: (u32, u32), node: (u32, u32)) -> Result<u32, String> {
    let mut session = ServerSession::speaking(Versions { least: server.0, most: server.1 });
    match session.handle(Ok(hello(node.0, node.1))) {
        FromNode::Greeted(_) => Ok(session.spoken().0),
        FromNode::Broken(RefusedReason::Version, why) => Err(why),
        other @ (FromNode::Broken(..)
        | FromNode::Heartbeat(..)
        | FromNode::Reported(_)
        | FromNode::Stale
        | FromNode::Unknown) => panic!("{other:?}"),
    }
}

#[test]
fn the_highest_common_version_is_spoken() {
    for (server, node, version) in
        [((1, 1), (1, 1), 1), ((1, 3), (1, 1), 1), ((1, 1), (1, 3), 1), ((2, 4), (1, 3), 3), ((3, 3), (1, 9), 3)]
    {
        assert_eq!(agreed(server, node), Ok(version), "{server:?} {node:?}");
    }
}

#[test]
fn where_there_is_none_one_sentence_says_which_program_to_update() {
    let too_old = agreed((2, 3), (1, 1)).unwrap_err();
    assert_eq!(
        too_old,
        "The node's program dockhost-node 0.1.0 speaks version 1 of the channel, and the server versions 2 to 3. \
         Update dockhost-node on the node's computer."
    );
    let too_new = agreed((1, 1), (2, 4)).unwrap_err();
    assert!(too_new.ends_with("Update dockhost on the server's computer."), "{too_new}");
    assert!(agreed((1, 3), (3, 2)).is_err(), "a range that is none");
}

#[test]
fn a_node_of_before_speaks_its_one_version_and_has_no_features() {
    let ToServer::Hello(old) = decode(OLD_HELLO).unwrap() else { panic!("not a hello") };
    assert_eq!((old.spoken(), old.features.is_empty()), (Versions::only(1), true));
    assert!(matches!(ServerSession::default().read(OLD_HELLO), FromNode::Greeted(_)));
    let second = Hello { version: 2, ..old };
    let refused = ServerSession::default().handle(Ok(ToServer::Hello(second)));
    assert!(matches!(refused, FromNode::Broken(RefusedReason::Version, _)), "as that of a range");
}

#[test]
fn a_server_of_before_is_understood_and_one_that_speaks_what_nobody_asked_for_is_not() {
    let welcome = include_str!("../samples/c7ae5ab/to_node/welcome.json");
    let FromServer::Welcomed { features, .. } = NodeSession::default().read(welcome) else { panic!("not welcomed") };
    assert_eq!(features, Features::default());
    let mut later: ToNode = decode(welcome).unwrap();
    let ToNode::Welcome { version, .. } = &mut later else { panic!("not a welcome") };
    *version = VERSIONS.most + 1;
    let FromServer::Broken(why) = NodeSession::default().handle(later) else { panic!("it was believed") };
    assert!(why.contains("update dockhost-node"), "{why}");
}

/// A server of c7ae5ab compares `version` with its own and looks at nothing else.
#[test]
fn an_older_server_takes_the_hello_of_today_for_one_of_its_own() {
    let ToServer::Hello(ours) = decode(include_str!("../samples/1/to_server/hello.json")).unwrap() else {
        panic!("not a hello")
    };
    assert_eq!(ours.versions, Some(VERSIONS), "the sample is of today");
    assert_eq!((ours.version, VERSIONS.least), (1, 1));
    assert!(Feature::ALL.into_iter().all(|feature| ours.features.has(feature)), "the sample has all of today");
}
