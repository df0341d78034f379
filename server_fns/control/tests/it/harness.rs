//! A server in this process, with people and a way to wait for a condition.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use control::auth::attempts::{AttemptLimits, Rate};
use control::http::Door;
use control::{Api, Config, Control, Credential, Peer, Running, SessionSecrets};
use model::request::{AddSshKey, RegisterNode, SignUp};
use planner::actor::Actor;
use tokio::task::JoinHandle;

/// No condition of these tests needs longer, even on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Runs a test on threads like those of the server.
pub(crate) fn run<F: Future<Output = ()> + Send + 'static>(test: F) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        builder.worker_threads(4).thread_stack_size(control::limits::WORKER_STACK).enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(test).await.unwrap() });
}

pub(crate) struct Server {
    pub(crate) api: Arc<Api>,
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
    door: JoinHandle<()>,
}

pub(crate) fn in_memory() -> Config {
    Config { database: Some("mem://".to_owned()), ..Config::default() }
}

pub(crate) fn on_disk(dir: &Path) -> Config {
    Config { data_dir: dir.to_owned(), ..Config::default() }
}

/// What the page of a signed-in browser sends.
pub(crate) fn shows(secrets: &SessionSecrets) -> Credential {
    let (cookie, key) = (secrets.cookie.expose().to_owned(), secrets.key.expose().to_owned());
    Credential::Session { cookies: vec![cookie], key }
}

/// As many accounts and attempts as a test makes.
fn generous() -> AttemptLimits {
    let rate = Rate { burst: 10_000, ..AttemptLimits::default().sign_in_per_address };
    AttemptLimits {
        sign_in_per_address: rate,
        sign_in_per_account: rate,
        sign_in_where_known: rate,
        sign_in_per_known_address: rate,
        sign_up_per_address: rate,
        password_change_per_account: rate,
        enrolment_per_address: rate,
    }
}

impl Server {
    pub(crate) async fn start(config: Config) -> Self {
        let (api, running) = Control::open(config).await.unwrap().with_attempts(generous()).run();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let door = tokio::spawn(Door::plain(listener).serve(api.router(), std::future::pending()));
        Self { api, running, address, door }
    }

    pub(crate) async fn stop(self) {
        let Self { api, running, address: _, door } = self;
        // Its routes hold the log, and with it the database.
        door.abort();
        assert!(door.await.is_err_and(|ended| ended.is_cancelled()), "the listener ended by itself");
        drop(api);
        running.stop().await;
    }

    /// Somebody with an SSH key; the first one becomes the administrator.
    pub(crate) async fn sign_up(&self, username: &str) -> Actor {
        let asked = SignUp {
            username: username.to_owned(),
            email: format!("{username}@example.org"),
            password: PASSWORD.to_owned(),
            setup: self.api.accounts.setup_token(),
            invite: None,
        };
        let (_, secrets) = self.api.accounts.sign_up(asked, peer()).await.unwrap();
        let actor = self.api.credentials.authenticate(shows(&secrets), None).await.unwrap();
        let key = AddSshKey { name: "laptop".to_owned(), public_key: KEY.to_owned(), ..AddSshKey::default() };
        self.api.ssh_keys.add(&actor, key).await.unwrap();
        actor
    }

    /// Registers a node and gives its API key.
    pub(crate) async fn node(&self, owner: &Actor, name: &str) -> String {
        let asked = RegisterNode { name: name.to_owned(), max_instances: Some(400), ..RegisterNode::default() };
        self.api.nodes.register(owner, asked).await.unwrap().secret
    }
}

pub(crate) const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop";

pub(crate) const PASSWORD: &str = "seven otters paddle upstream";

pub(crate) fn peer() -> Peer {
    Peer { address: [127, 0, 0, 1].into(), agent: "a test".to_owned() }
}

/// Waits until the condition gives something.
pub(crate) async fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
