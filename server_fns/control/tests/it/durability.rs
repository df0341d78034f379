//! What was acknowledged is there after an end of any kind.

use control::console::{ConsoleAnswer, ConsoleRequest};
use control::operator::call;
use control::{Control, Credential, OpenError};
use model::id::InstanceId;
use model::request::{CreateToken, Settings, SignUpMode};

use crate::commands::ask;
use crate::commands::once;
use crate::fake_node::FakeNode;
use crate::harness::{Server, on_disk, run};

/// None of it is a new installation's, but that a node which tells no version of its engine takes instances.
const SETTINGS: Settings = Settings {
    sign_up: SignUpMode::Invite,
    quota: 7,
    web_ports_closed: true,
    refuse_faulty: false,
    keep_events_days: 30,
};

#[test]
fn a_restart_keeps_everything() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let token = server
            .api
            .tokens
            .create(&ada, CreateToken { name: "ci".to_owned(), ..CreateToken::default() })
            .await
            .unwrap()
            .secret;
        server.api.installation.change_settings(&ada, SETTINGS.into()).await.unwrap();
        server.api.installation.create_invite(&ada).await.unwrap();
        let made = server.api.instances.create(&once(&ada, "k"), ask("web")).await.unwrap();
        let before = (
            server.api.ssh_keys.list(&ada).unwrap(),
            server.api.installation.invites(&ada).unwrap(),
            server.api.activity.timeline(&ada, made.id).await.unwrap(),
        );
        server.stop().await;

        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.api.credentials.authenticate(Credential::Bearer(token), None).await.unwrap();
        let after = (
            server.api.ssh_keys.list(&ada).unwrap(),
            server.api.installation.invites(&ada).unwrap(),
            server.api.activity.timeline(&ada, made.id).await.unwrap(),
        );
        assert_eq!(before, after);
        assert_eq!(server.api.installation.settings(&ada).unwrap(), SETTINGS);
        let again = server.api.instances.get(&ada, made.id).unwrap();
        assert_eq!((again.name, again.ports, again.created_at), (made.name, made.ports, made.created_at));
        let same = server.api.instances.create(&once(&ada, "k"), ask("web")).await.unwrap();
        assert_eq!(same.id, made.id, "the idempotency key outlives the restart");
        server.stop().await;
    });
}

/// The test runs itself as a second process, which ends without any orderly step right after the answer.
#[test]
fn an_acknowledged_create_survives_an_abort() {
    const DIR: &str = "CONTROL_TEST_ABORT_DIR";
    if let Ok(dir) = std::env::var(DIR) {
        return run(async move {
            let server = Server::start(on_disk(dir.as_ref())).await;
            let ada = server.sign_up("ada").await;
            let key = server.node(&ada, "lab-1").await;
            let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
            let made = server.api.instances.create(&ada, ask("web")).await.unwrap();
            std::fs::write(std::path::Path::new(&dir).join("answer"), made.id.to_string()).unwrap();
            std::process::abort();
        });
    }
    let dir = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    let test = "durability::an_acknowledged_create_survives_an_abort";
    let ended = child.args([test, "--exact"]).env(DIR, dir.path()).output().unwrap();
    assert!(!ended.status.success(), "the child was to abort");
    let answer = std::fs::read_to_string(dir.path().join("answer")).unwrap();
    let id: InstanceId = answer.parse().unwrap();
    run(async move {
        let server = Server::start(on_disk(dir.path())).await;
        let asked = ConsoleRequest::CreateToken { username: "ada".to_owned(), name: "after".to_owned() };
        let Ok(ConsoleAnswer::Secret(token)) = call(on_disk(dir.path()), asked).await else { panic!("no token") };
        let ada = server.api.credentials.authenticate(Credential::Bearer(token), None).await.unwrap();
        assert_eq!(server.api.instances.list(&ada).unwrap().iter().map(|view| view.id).collect::<Vec<_>>(), [id]);
        server.stop().await;
    });
}

#[test]
fn one_directory_has_one_server() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let second = Control::open(on_disk(dir.path())).await.err();
        assert!(matches!(second, Some(OpenError::InUse { .. })), "{second:?}");
        server.api.ready().await.unwrap();
        server.stop().await;
        let server = Server::start(on_disk(dir.path())).await;
        server.stop().await;
    });
}

#[test]
fn the_console_works_with_and_without_a_server() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let config = on_disk(dir.path());
        let enrol = || ConsoleRequest::EnrolNode { name: "local".to_owned(), address: None };
        let Ok(ConsoleAnswer::Secret(_)) = call(config.clone(), enrol()).await else { panic!("no key") };
        let server = Server::start(config.clone()).await;
        let Ok(ConsoleAnswer::Secret(key)) = call(config.clone(), enrol()).await else { panic!("no second key") };
        let _node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let ada = server.sign_up("ada").await;
        let Ok(ConsoleAnswer::Nodes(listed)) = call(config, ConsoleRequest::ListNodes).await else { panic!("no list") };
        assert!(listed.len() == 1 && listed[0].liveness == model::node::Liveness::Online);
        let nodes = server.api.nodes.list(&ada).unwrap();
        assert!(nodes.len() == 1 && nodes[0].owner.is_none() && nodes[0].shared && nodes[0].manageable);
        server.stop().await;
    });
}
