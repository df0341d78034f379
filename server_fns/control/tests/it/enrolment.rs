//! A machine changes its code for the node's key.

use control::{Credential, Peer};
use model::enrolment::Enrol;
use model::node::Liveness;
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateToken, RegisterNode};

use crate::fake_node::{FakeNode, dial};
use crate::harness::{Server, in_memory, on_disk, peer, run};

fn show(code: &str) -> Enrol {
    Enrol { code: code.to_owned() }
}

async fn refused(server: &Server, code: &str) -> Refusal {
    let refusal = server.api.nodes.enrol(show(code), &peer()).await.err().unwrap();
    assert_eq!(refusal.code, RefusalCode::Forbidden, "{refusal}");
    refusal
}

#[test]
fn a_code_outlives_a_restart_and_is_worth_one_key() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let token = server
            .api
            .tokens
            .create(&ada, CreateToken { name: "ci".to_owned(), ..CreateToken::default() })
            .await
            .unwrap()
            .secret;
        let asked = RegisterNode { name: "lab-1".to_owned(), ..RegisterNode::default() };
        let made = server.api.nodes.register(&ada, asked).await.unwrap();
        let gone = server.api.nodes.issue_code(&ada, made.id).await.unwrap();
        assert!(refused(&server, &made.code.secret).await.message.contains("opens nothing"));
        server.stop().await;

        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.api.credentials.authenticate(Credential::Bearer(token), None).await.unwrap();
        let machine = Peer { address: [192, 0, 2, 7].into(), ..peer() };
        let enrolled = server.api.nodes.enrol(show(&format!(" {}\n", gone.secret)), &machine).await.ok().unwrap();
        assert_eq!(enrolled.name.as_str(), "lab-1");
        assert!(refused(&server, &gone.secret).await.message.contains("from 192.0.2.7"));
        assert!(dial(server.address, &made.secret).await.is_err(), "the key of before");
        let _node = FakeNode::connect(server.address, &enrolled.api_key, "m1").await.unwrap();
        assert_eq!(server.api.nodes.get(&ada, made.id).unwrap().liveness, Liveness::Online);
        server.stop().await;
    });
}

#[test]
fn a_code_opens_nothing_else_and_nothing_else_is_a_code() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let asked = RegisterNode { name: "lab-1".to_owned(), ..RegisterNode::default() };
        let made = server.api.nodes.register(&ada, asked).await.unwrap();
        let code = &made.code.secret;
        assert!(dial(server.address, code).await.is_err());
        assert!(server.api.credentials.authenticate(Credential::Bearer(code.clone()), None).await.is_err());
        for other in ["", "dhe_", &made.secret, &code[..code.len() - 1], &format!("{code}0")] {
            assert!(refused(&server, other).await.message.contains("opens nothing"), "{other}");
        }
        assert!(server.api.nodes.enrol(show(code), &peer()).await.is_ok());
        server.stop().await;
    });
}
