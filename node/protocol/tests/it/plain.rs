//! Whatever a node says is plain and short once it has come in, in every field.

use model::plain::is_hidden;
use protocol::codec::decode;
use protocol::limits::{UNOPENED, text};
use protocol::message::{RefusedReason, ToServer};
use protocol::plain::Plain as _;
use protocol::session::{FromNode, FromServer, NodeSession, ServerSession};
use protocol::stream::{Found, NotOpened, Opened, Put};
use protocol::{ToNode, codec};

const EVIL: &str = "\u{1b}]0;OWNED\u{7}\u{1b}]52;c;cm0=\u{1b}\\\u{9b}2J\u{202e}gpj\u{200b}\u{e0041}\r\nroot@server:~# ";

/// The sample with every text in it replaced; those that are ids, names or kinds would not read any more.
fn lying(sample: &str, texts: &[&str], length: usize) -> String {
    let mut lie: String = EVIL.chars().chain("x".repeat(length).chars()).collect();
    lie = lie.escape_default().to_string().replace("\\u{1b}", "\\u001b").replace("\\u{7}", "\\u0007");
    lie = lie
        .replace("\\u{9b}", "\\u009b")
        .replace("\\u{202e}", "\\u202e")
        .replace("\\u{200b}", "\\u200b")
        .replace("\\u{e0041}", "\\udb40\\udc41");
    texts.iter().fold(sample.to_owned(), |sample, text| {
        assert!(sample.contains(text), "{text} is not in the sample");
        sample.replace(text, &format!("\"{lie}\""))
    })
}

fn said(message: &ToServer) -> String {
    let written = codec::encode(message).expect("it fits into a frame");
    assert!(written.contains("OWNED"), "the lie did not come in, so this shows nothing");
    written
}

fn is_plain(written: &str) -> bool {
    // JSON writes control characters as escapes.
    !written.chars().any(is_hidden) && !written.contains("\\u") && !written.contains("\\n") && !written.contains("\\r")
}

#[test]
fn nothing_that_a_node_says_is_obeyed_or_long() {
    let hello = include_str!("../samples/1/to_server/hello.json");
    let heartbeat = include_str!("../samples/1/to_server/heartbeat.json");
    let report = include_str!("../samples/1/to_server/report.json");
    let of_machine = ["\"Debian GNU/Linux 12 (bookworm)\"", "\"x86_64\"", "\"0.1.0\""];
    for (sample, texts) in [
        (hello, [&of_machine[..], &["\"20.10.24\"", "\"1.41\""]].concat()),
        (
            heartbeat,
            [&of_machine[..], &["\"28.0.1\"", "\"1.48\"", "\"00000000-0000-4000-8000-000000000000 net:[4026531840]\""]]
                .concat(),
        ),
        (
            report,
            vec![
                "\"0123456789ab\"",
                "\"Port 1024 is taken by another program.\"",
                "\"Address already in use\"",
                "\"dockhost-i-0000000000000099-1\"",
                "\"dockhost-forged\"",
                "\"ssh-ed25519 AAAA\"",
            ],
        ),
    ] {
        for length in [0, 100_000] {
            let frame = lying(sample, &texts, length);
            let message: ToServer = decode(&frame).unwrap();
            assert!(!is_plain(&said(&message)), "the lie is none");
            let written = said(&message.plain());
            assert!(is_plain(&written), "{written}");
            assert!(written.len() < 8 * text::SENTENCE + text::SSH_KEY, "{} bytes are kept", written.len());
        }
    }
}

#[test]
fn an_engine_that_is_away_and_programs_without_end() {
    let heartbeat = include_str!("../samples/1/to_server/heartbeat.json");
    for state in ["away", "hung"] {
        let engine = format!("{{ \"engine\": \"{state}\", \"reason\": \"why\" }}");
        let sample = heartbeat.replace("{ \"engine\": \"up\", \"version\": \"28.0.1\", \"api\": \"1.48\" }", &engine);
        let message: ToServer = decode(&lying(&sample, &["\"why\""], 100_000)).unwrap();
        assert!(is_plain(&said(&message.plain())));
    }
    let many = format!(
        "\"components\": [{}], \"images\"",
        vec!["{\"name\":\"a\",\"version\":\"b\",\"build\":\"c\"}"; 5_000].join(",")
    );
    let message: ToServer = decode(&heartbeat.replacen("\"images\"", &many, 1)).unwrap();
    let ToServer::Heartbeat { facts, .. } = message.plain() else { panic!("a heartbeat") };
    assert_eq!(facts.components.len(), text::COMPONENTS);
    let report = include_str!("../samples/1/to_server/report.json");
    let one = "{ \"key\": { \"place\": \"node\", \"protocol\": \"udp\", \"host\": 31000 }, \"reason\": \"Address already in use\", \"taken\": true }";
    let message: ToServer = decode(&report.replace(one, &vec![one; 5_000].join(","))).unwrap();
    let ToServer::Report(report) = message.plain() else { panic!("a report") };
    assert_eq!(report.instances[0].unopened.len(), UNOPENED);
}

#[test]
fn the_answers_on_a_data_socket_too() {
    let evil = || EVIL.repeat(1_000);
    let Opened::No { message, .. } = (Opened::No { why: NotOpened::Engine, message: evil() }).plain() else { panic!() };
    let Put::Failed { why } = (Put::Failed { why: evil() }).plain() else { panic!() };
    let Found::Nothing { why: nothing } = (Found::Nothing { why: evil() }).plain() else { panic!() };
    for (said, most) in [(message, text::SENTENCE), (why, text::CLAUSE), (nothing, text::CLAUSE)] {
        assert!(said.contains("OWNED") && !said.chars().any(is_hidden) && !said.contains('\n'), "{said:?}");
        assert!(said.chars().count() <= most);
    }
}

#[test]
fn a_machine_is_named_plainly_or_not_at_all_and_a_frame_that_does_not_read_is_not_echoed() {
    let hello = include_str!("../samples/1/to_server/hello.json");
    for (machine, welcome) in [("5f2a9c", true), ("\\u001b[31m", false), ("a\\nb", false), (&"m".repeat(129), false)] {
        let frame = hello.replace("\"5f2a9c\"", &format!("\"{machine}\""));
        let met = ServerSession::default().handle(decode(&frame));
        assert_eq!(matches!(met, FromNode::Greeted(_)), welcome, "{machine}");
    }
    let frame = hello.replace("\"cpus\": 2", "\"cpus\": \"\\u001b]0;OWNED\\u0007\"");
    let FromNode::Broken(RefusedReason::Protocol, why) = ServerSession::default().handle(decode(&frame)) else {
        panic!("it reads");
    };
    assert!(why.contains("OWNED") && !why.chars().any(is_hidden), "{why:?}");
}

#[test]
fn what_a_server_says_is_plain_in_the_nodes_log() {
    let message = EVIL.repeat(1_000);
    let refused = NodeSession::default().handle(ToNode::Refused { reason: RefusedReason::Older, message });
    let FromServer::Refused { message, .. } = refused else { panic!("a refusal") };
    assert!(message.contains("OWNED") && !message.chars().any(is_hidden) && message.chars().count() <= text::SENTENCE);
}
