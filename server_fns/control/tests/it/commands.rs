//! What people ask for, through the handle.

use std::time::Instant;

use model::refusal::RefusalCode;
use model::request::{AddSshKey, CreateInstance, CreateToken, RegisterNode, SignIn, SignUp};
use model::verb::Verb;
use planner::actor::Actor;

use crate::fake_node::FakeNode;
use crate::harness::{PASSWORD, Server, in_memory, on_disk, peer, run};

pub(crate) fn ask(name: &str) -> CreateInstance {
    CreateInstance { name: name.to_owned(), ..CreateInstance::default() }
}

/// With the key of one request of theirs.
fn once(actor: &Actor, key: &str) -> Actor {
    Actor { once: Some(key.to_owned()), ..actor.clone() }
}

#[test]
fn a_repeated_idempotency_key_makes_one_instance() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let handle = &server.handle;
        let again = once(&ada, "k");
        let both = tokio::join!(handle.create_instance(&again, ask("web")), handle.create_instance(&again, ask("web")));
        assert_eq!(both.0.unwrap().id, both.1.unwrap().id);
        assert_eq!(handle.instances(&ada).unwrap().len(), 1);
        let other = handle.create_instance(&again, ask("other")).await;
        assert_eq!(other.unwrap_err().code, RefusalCode::Conflict);
        // A secret is not kept, so a repetition cannot show it; and it makes no second token.
        let program = once(&ada, "t");
        let token = CreateToken { name: "backup".to_owned() };
        handle.create_token(&program, token.clone()).await.unwrap();
        let repeated = handle.create_token(&program, token).await.unwrap_err();
        assert!(repeated.message.contains("its secret was shown then, once"), "{repeated}");
        assert_eq!(handle.tokens(&ada).unwrap().len(), 1);
        server.stop().await;
    });
}

#[test]
fn what_is_somebody_elses_is_not_there() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let (bob, eve) = (server.sign_up("bob").await, server.sign_up("eve").await);
        let handle = &server.handle;
        let made = handle.create_instance(&bob, ask("web")).await.unwrap();
        let key = handle.ssh_keys(&bob).unwrap().remove(0);
        let token = handle.create_token(&bob, CreateToken { name: "t".to_owned() }).await.unwrap();
        let session = handle.sessions(&bob).unwrap()[0].id;
        let codes = [
            handle.instance(&eve, made.id).unwrap_err().code,
            handle.instance_events(&eve, made.id).unwrap_err().code,
            handle.wish(&eve, made.id, Verb::Start).await.unwrap_err().code,
            handle.wish(&eve, made.id, Verb::Stop).await.unwrap_err().code,
            handle.wish(&eve, made.id, Verb::Restart).await.unwrap_err().code,
            handle.wish(&eve, made.id, Verb::Delete).await.unwrap_err().code,
            handle.remove_ssh_key(&eve, key.id).await.unwrap_err().code,
            handle.remove_token(&eve, token.view.id).await.unwrap_err().code,
            handle.revoke_session(&eve, session).await.unwrap_err().code,
        ];
        assert_eq!(codes, [RefusalCode::NotFound; 9]);
        assert!(handle.instances(&eve).unwrap().is_empty() && handle.tokens(&eve).unwrap().is_empty());
        assert_eq!(handle.settings(&eve).unwrap_err().code, RefusalCode::Forbidden);
        server.stop().await;
    });
}

#[test]
fn two_hundred_creates_at_once_never_pass_the_quota() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let mut node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let bob = server.sign_up("bob").await;
        let begin = Instant::now();
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..200 {
            let (handle, bob) = (server.handle.clone(), bob.clone());
            asked.spawn(async move { handle.create_instance(&bob, ask(&format!("web-{n}"))).await });
        }
        let answers = asked.join_all().await;
        let passed = begin.elapsed();
        let made = answers.iter().filter(|answer| answer.is_ok()).count();
        let refused =
            answers.iter().filter(|answer| matches!(answer, Err(no) if no.code == RefusalCode::QuotaExceeded)).count();
        assert_eq!((made, refused), (5, 195));
        node.assigned(|assignment| assignment.instances.len() == 5).await;
        let mut ports: Vec<_> = node.assignment.instances.iter().map(|instance| instance.host_ports).collect();
        ports.dedup();
        assert_eq!(ports.len(), 5);
        figure(&format!("200 creates at once, 5 of them made: {passed:?}"));
        let begin = Instant::now();
        let made = server.handle.create_instance(&ada, ask("mine")).await.unwrap();
        figure(&format!("one create, durable: {:?}", begin.elapsed()));
        assert_eq!(server.handle.instance(&ada, made.id).unwrap().id, made.id);
        server.stop().await;
    });
}

/// The figure is what the run is for; the harness shows it with `--nocapture`.
#[expect(clippy::print_stderr, reason = "a measurement for whoever runs the test")]
fn figure(line: &str) {
    eprintln!("{line}");
}

#[test]
fn text_is_never_a_query() {
    const TEXTS: [&str; 6] = [
        "'; DELETE person; --",
        "\"}; REMOVE TABLE person; {\"",
        "$writer",
        "person:ada",
        "`⟩`; THROW 'x'",
        "type::record('person', 'x')",
    ];
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _node = FakeNode::connect(server.address, &key, TEXTS[0]).await.unwrap();
        let handle = &server.handle;
        for (n, text) in TEXTS.into_iter().enumerate() {
            let token = handle.create_token(&ada, CreateToken { name: text.to_owned() }).await.unwrap();
            assert_eq!(token.view.name.as_str(), text);
            let asked =
                RegisterNode { name: format!("node-{n}"), lab: Some(text.to_owned()), ..RegisterNode::default() };
            handle.register_node(&ada, asked).await.unwrap();
            let peer = control::Peer { agent: text.to_owned(), ..peer() };
            handle
                .sign_in(
                    SignIn { username: "ada".to_owned(), password: PASSWORD.to_owned(), ..SignIn::default() },
                    peer.clone(),
                )
                .await
                .unwrap();
            let wrong = SignIn { username: text.to_owned(), password: text.to_owned(), ..SignIn::default() };
            assert_eq!(handle.sign_in(wrong, peer.clone()).await.unwrap_err().code, RefusalCode::Unauthenticated);
            let bad = SignUp {
                username: text.to_owned(),
                email: text.to_owned(),
                password: PASSWORD.to_owned(),
                ..SignUp::default()
            };
            assert!(handle.sign_up(bad, peer).await.is_err());
            assert_eq!(handle.create_instance(&ada, ask(text)).await.unwrap_err().code, RefusalCode::Invalid);
            let add = AddSshKey { name: text.to_owned(), public_key: text.to_owned(), ..AddSshKey::default() };
            assert_eq!(handle.add_ssh_key(&ada, add).await.unwrap_err().code, RefusalCode::Invalid);
        }
        handle.create_instance(&once(&ada, "';DELETE/**/person;--"), ask("web")).await.unwrap();
        let (tokens, nodes) = (handle.tokens(&ada).unwrap(), handle.nodes(&ada).unwrap().len());
        server.stop().await;
        let server = Server::start(on_disk(dir.path())).await;
        assert_eq!(server.handle.tokens(&ada).unwrap(), tokens);
        assert_eq!(server.handle.nodes(&ada).unwrap().len(), nodes);
        assert_eq!(server.handle.instances(&ada).unwrap().len(), 1);
        server.stop().await;
    });
}
