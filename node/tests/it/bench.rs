//! What every test here stands on: an engine, a cluster of its own, one instance and a person with a key.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use agent::facts::container_name;
use agent::first::First;
use futures_util::FutureExt as _;
use model::assignment::AssignedInstance;
use model::host_key::HostKey;
use model::id::{ClusterId, InstanceId, NodeId};
use model::image::ImageName;
use model::instance::{DesiredState, Limits};
use model::observed::Init;
use model::port::PortBlock;
use model::version::{Generation, Incarnation, Restarts};
use node::docker::Engine;
use node::files::Files;
use node::forward::Forwards;
use node::handshake;
use node::images::Builds;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

const VARIABLE: &str = "DOCKHOST_TEST_DOCKER";
/// The engine of a busy machine may take a while; a test that waits longer has failed.
pub(crate) const SOON: Duration = Duration::from_secs(30);
pub(crate) const GRACE: Duration = Duration::from_secs(5);
/// The one whose base `scripts/base-image.sh` can put together where no registry is reached.
pub(crate) const IMAGE: ImageName = ImageName::Debian12;
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) struct Bench {
    pub(crate) engine: Engine,
    pub(crate) cluster: ClusterId,
    pub(crate) node: NodeId,
    pub(crate) instance: AssignedInstance,
    pub(crate) files: Files,
    pub(crate) forwards: Forwards,
    person: PathBuf,
    _data: TempDir,
}

pub(crate) fn socket() -> Option<PathBuf> {
    let socket = std::env::var_os(VARIABLE).map(PathBuf::from);
    if socket.is_none() {
        eprintln!("SKIPPED: set {VARIABLE} to the socket of a Docker engine to run this test");
    }
    socket
}

pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_be_bytes(bytes)
}

/// `None` when no engine is named; a named one that is of no use fails the test.
pub(crate) async fn bench() -> Option<Bench> {
    let engine = Engine::connect(&socket()?);
    let state = engine.check().await;
    assert!(state.is_up(), "{VARIABLE} names an engine that cannot be used: {state:?}");
    let data = tempfile::tempdir().unwrap();
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    let key = PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), "ada").unwrap();
    let person = data.path().join("id_ed25519");
    key.write_openssh_file(&person, LineEnding::LF).unwrap();
    let mut host_seed = [0; 32];
    getrandom::fill(&mut host_seed).unwrap();
    let instance = AssignedInstance {
        id: InstanceId::from_bits(random()),
        name: "web".parse().unwrap(),
        owner: model::id::PersonId::from_bits(random()),
        generation: Generation(1),
        incarnation: Incarnation(1),
        may_create: true,
        desired: DesiredState::Running,
        wished_at: Some(model::Timestamp::UNIX_EPOCH),
        restarts: Restarts(0),
        image: IMAGE.into(),
        limits: Limits { cpu_millis: Some(500), memory_bytes: Some(256 << 20) },
        host_ports: PortBlock::starting_at(1024),
        ports: Vec::new(),
        datagram_ports: Vec::new(),
        closed: Vec::new(),
        forwards: Vec::new(),
        host_key: HostKey { seed: hex::encode(host_seed), ..HostKey::default() }.into(),
        authorized_keys: vec![key.public_key().to_openssh().unwrap()],
        rest: None,
    };
    Some(Bench {
        engine,
        cluster: ClusterId::from_bits(random()),
        node: NodeId::from_bits(random()),
        instance,
        files: Files::new(data.path()),
        forwards: Forwards::new(LOCAL),
        person,
        _data: data,
    })
}

impl Bench {
    pub(crate) fn name(&self) -> String {
        container_name(self.instance.id, self.instance.incarnation)
    }

    /// Makes the container; it is not started yet.
    pub(crate) async fn create(&self) {
        let tag = node::images::ensure(&self.engine, &Builds::default(), &IMAGE.into(), |_| {}).await.unwrap();
        let dir = self.files.write(&self.instance).unwrap();
        self.engine.create(&self.instance, self.cluster, self.node, &tag, &dir).await.unwrap();
    }

    pub(crate) async fn start(&self) {
        self.engine.start(&self.name(), self.cluster).await.unwrap();
        self.let_go().await;
        let address = self.engine.address(&self.name()).await.unwrap().expect("a running container has an address");
        self.forwards.set_target(self.instance.id, Some(address));
    }

    /// To the small init: systemd needs the helper, which is the node's own program and not this one.
    async fn let_go(&self) {
        let (view, pid) = self.engine.examine(&self.name()).await.unwrap().expect("it was started");
        let dir = self.files.dir(self.instance.id);
        if matches!(handshake::look(&dir, &view, pid), First::Runs(_)) {
            return;
        }
        let told = move || handshake::let_go(&dir, &view, pid, Init::Small, Duration::from_secs(10));
        assert!(tokio::task::spawn_blocking(told).await.unwrap().unwrap(), "its first process waits");
    }

    /// Opens a block that nobody holds and returns where SSH is reached.
    pub(crate) async fn open(&self) -> SocketAddr {
        for first in (31_000..32_700).step_by(3) {
            if self.forwards.open(self.instance.id, PortBlock::starting_at(first), &[]).await.is_ok() {
                return SocketAddr::new(LOCAL, first);
            }
        }
        panic!("no free block of host ports");
    }

    /// Runs a command in the instance as its owner would.
    pub(crate) async fn ssh(&self, at: SocketAddr, command: &str) -> Output {
        let mut ssh = Command::new("ssh");
        ssh.args(["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20", "-F", "none"])
            .args(["-p", &at.port().to_string(), "-i"])
            .arg(&self.person)
            .args(["root@127.0.0.1", command]);
        tokio::task::spawn_blocking(move || ssh.output().expect("the ssh client is installed")).await.unwrap()
    }

    pub(crate) async fn ssh_ok(&self, at: SocketAddr, command: &str) -> String {
        let output = self.ssh(at, command).await;
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs a test and removes its container whatever it ends in.
    pub(crate) async fn run(self, test: impl AsyncFnOnce(&Self)) {
        let outcome = AssertUnwindSafe(test(&self)).catch_unwind().await;
        self.engine.remove(&self.name()).await.unwrap();
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    }
}

/// The first bytes that a server at this address sends.
pub(crate) async fn banner(at: SocketAddr) -> String {
    let mut bytes = [0; 8];
    let read = async { TcpStream::connect(at).await?.read_exact(&mut bytes).await };
    timeout(SOON, read).await.expect("a banner in time").unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) fn nowhere() -> &'static Path {
    Path::new("/nonexistent/dockhost.sock")
}
