//! What people ask for, through the rooms of the server.

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
pub(crate) fn once(actor: &Actor, key: &str) -> Actor {
    Actor { once: Some(key.to_owned()), ..actor.clone() }
}

#[test]
fn a_repeated_idempotency_key_makes_one_instance() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let api = &server.api;
        let again = once(&ada, "k");
        let both = tokio::join!(api.instances.create(&again, ask("web")), api.instances.create(&again, ask("web")));
        assert_eq!(both.0.unwrap().id, both.1.unwrap().id);
        assert_eq!(api.instances.list(&ada).unwrap().len(), 1);
        let other = api.instances.create(&again, ask("other")).await;
        assert_eq!(other.unwrap_err().code, RefusalCode::Conflict);
        // A secret is not kept, so a repetition cannot show it; and it makes no second token.
        let program = once(&ada, "t");
        let token = CreateToken { name: "backup".to_owned(), ..CreateToken::default() };
        api.tokens.create(&program, token.clone()).await.unwrap();
        let repeated = api.tokens.create(&program, token).await.err().unwrap();
        assert!(repeated.message.contains("its secret was shown then, once"), "{repeated}");
        assert_eq!(api.tokens.list(&ada).unwrap().len(), 1);
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
        let api = &server.api;
        let made = api.instances.create(&bob, ask("web")).await.unwrap();
        let key = api.ssh_keys.list(&bob).unwrap().remove(0);
        let token =
            api.tokens.create(&bob, CreateToken { name: "t".to_owned(), ..CreateToken::default() }).await.unwrap();
        let session = api.accounts.sessions(&bob).unwrap()[0].id;
        let codes = [
            api.instances.get(&eve, made.id).unwrap_err().code,
            api.activity.timeline(&eve, made.id).await.unwrap_err().code,
            api.instances.wish(&eve, made.id, Verb::Start).await.unwrap_err().code,
            api.instances.wish(&eve, made.id, Verb::Stop).await.unwrap_err().code,
            api.instances.wish(&eve, made.id, Verb::Restart).await.unwrap_err().code,
            api.instances.wish(&eve, made.id, Verb::Delete).await.unwrap_err().code,
            api.ssh_keys.remove(&eve, key.id).await.unwrap_err().code,
            api.tokens.remove(&eve, token.view.id).await.unwrap_err().code,
            api.accounts.revoke_session(&eve, session).await.unwrap_err().code,
        ];
        assert_eq!(codes, [RefusalCode::NotFound; 9]);
        assert!(api.instances.list(&eve).unwrap().is_empty() && api.tokens.list(&eve).unwrap().is_empty());
        assert_eq!(api.installation.settings(&eve).unwrap_err().code, RefusalCode::Forbidden);
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
            let (api, bob) = (server.api.clone(), bob.clone());
            asked.spawn(async move { api.instances.create(&bob, ask(&format!("web-{n}"))).await });
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
        let made = server.api.instances.create(&ada, ask("mine")).await.unwrap();
        figure(&format!("one create, durable: {:?}", begin.elapsed()));
        assert_eq!(server.api.instances.get(&ada, made.id).unwrap().id, made.id);
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
        let api = &server.api;
        for (n, text) in TEXTS.into_iter().enumerate() {
            let token =
                api.tokens.create(&ada, CreateToken { name: text.to_owned(), ..CreateToken::default() }).await.unwrap();
            assert_eq!(token.view.name.as_str(), text);
            let asked =
                RegisterNode { name: format!("node-{n}"), lab: Some(text.to_owned()), ..RegisterNode::default() };
            api.nodes.register(&ada, asked).await.unwrap();
            let peer = control::Peer { agent: text.to_owned(), ..peer() };
            api.accounts
                .sign_in(
                    SignIn { username: "ada".to_owned(), password: PASSWORD.to_owned(), ..SignIn::default() },
                    peer.clone(),
                )
                .await
                .unwrap();
            let wrong = SignIn { username: text.to_owned(), password: text.to_owned(), ..SignIn::default() };
            assert_eq!(api.accounts.sign_in(wrong, peer.clone()).await.unwrap_err().code, RefusalCode::Unauthenticated);
            let bad = SignUp {
                username: text.to_owned(),
                email: text.to_owned(),
                password: PASSWORD.to_owned(),
                ..SignUp::default()
            };
            assert!(api.accounts.sign_up(bad, peer).await.is_err());
            assert_eq!(api.instances.create(&ada, ask(text)).await.unwrap_err().code, RefusalCode::Invalid);
            let add = AddSshKey { name: text.to_owned(), public_key: text.to_owned(), ..AddSshKey::default() };
            assert_eq!(api.ssh_keys.add(&ada, add).await.unwrap_err().code, RefusalCode::Invalid);
        }
        api.instances.create(&once(&ada, "';DELETE/**/person;--"), ask("web")).await.unwrap();
        let (tokens, nodes) = (api.tokens.list(&ada).unwrap(), api.nodes.list(&ada).unwrap().len());
        server.stop().await;
        let server = Server::start(on_disk(dir.path())).await;
        assert_eq!(server.api.tokens.list(&ada).unwrap(), tokens);
        assert_eq!(server.api.nodes.list(&ada).unwrap().len(), nodes);
        assert_eq!(server.api.instances.list(&ada).unwrap().len(), 1);
        server.stop().await;
    });
}
