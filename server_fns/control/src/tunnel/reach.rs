//! Whether one gets through to an instance's own sshd now.

use std::time::Duration;

use model::id::InstanceId;
use model::port::ContainerPort;
use model::reach::Reach;
use model::refusal::Refusal;
use planner::actor::Actor;
use planner::permission::Action;
use protocol::stream::Target;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;

use super::{NoStream, Stream, Tunnels};

/// An sshd greets as soon as somebody has connected.
const PATIENCE: Duration = Duration::from_secs(5);
/// By RFC 4253, section 4.2.
const GREETING: [u8; 4] = *b"SSH-";

impl Tunnels {
    /// Connects to the instance's sshd by its node, as a login through the gateway does, and hears how it greets.
    pub async fn reach(&self, actor: &Actor, id: InstanceId) -> Result<Reach, Refusal> {
        actor.instance(&self.core.world(), Action::SeeInstance, id)?;
        let target = Target::Port { port: ContainerPort::SSH, patience_ms: 0 };
        Ok(match self.open_stream(id, target).await {
            Ok(stream) => {
                if greets(stream).await {
                    Reach::good()
                } else {
                    Reach::without_sshd(
                        "A program listens on its port 22 and does not greet as an sshd does. Look at it in a terminal."
                            .to_owned(),
                    )
                }
            }
            Err(NoStream::NotListening(_)) => Reach::without_sshd(
                "Nothing listens on its port 22, so its sshd does not run. Restart it, or look at it in a terminal."
                    .to_owned(),
            ),
            Err(why @ (NoStream::NotRunning(_) | NoStream::Paused(_) | NoStream::Undeclared(_))) => {
                Reach::without_sshd(format!("It cannot be reached: {why}."))
            }
            Err(why @ NoStream::NodeAway(_)) => Reach::without_node(format!("It cannot be reached: {why}.")),
        })
    }
}

async fn greets(mut stream: Stream) -> bool {
    let mut greeting = [0; GREETING.len()];
    let heard = timeout(PATIENCE, stream.read_exact(&mut greeting)).await;
    matches!(heard, Ok(Ok(_))) && greeting == GREETING
}
