//! The gateway's own login at an instance, on behalf of somebody whose key was proven.

use std::sync::{Arc, Mutex, PoisonError};

use model::id::InstanceId;
use model::port::ContainerPort;
use planner::guest::{ROOT, not_let_in};
use protocol::stream::Target;
use russh::client::{self, AuthResult, ChannelOpenHandle, Msg};
use russh::keys::{PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{Channel, ChannelId, Disconnect, server};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::bridge::Bridge;
use super::forward_requests::ForwardRequests;
use super::gauge::{Gauge, Gauges};
use super::{Gateway, limits, settings};
use crate::tunnel::Stream;

pub(super) type InnerGauges = Arc<Mutex<Gauges<ChannelId>>>;

/// One connection to the sshd of an instance.
pub(super) struct Inner {
    pub(super) connection: client::Handle<Instance>,
    gauges: InnerGauges,
}

impl Inner {
    /// The error is a sentence for the client.
    pub(super) async fn connect(
        gateway: &Gateway,
        (id, user): (InstanceId, &str),
        client: server::Handle,
        ended: watch::Receiver<Option<String>>,
        (outer_gauges, asked): (InnerGauges, ForwardRequests),
    ) -> Result<Self, String> {
        let world = gateway.core.world();
        let instance = world.instances.get(&id).ok_or("The instance is gone.")?;
        let name = instance.spec.name.to_string();
        let pinned = PublicKey::from_openssh(&instance.host_key.public_key)
            .map_err(|_| format!("{name} has no host key that this gateway could know it by."))?;
        let patience_ms = u64::try_from(limits::SSHD.as_millis()).unwrap_or(u64::MAX);
        let target = Target::Port { port: ContainerPort::SSH, patience_ms };
        let gauges = InnerGauges::default();
        let begun = Instant::now();
        let mut tries = 0;
        let login = loop {
            let stream = gateway.tunnels.open_stream(id, target.clone()).await;
            let stream = stream.map_err(|why| format!("{name} cannot be reached: {why}."))?;
            let (gauges, outer_gauges) = (Arc::clone(&gauges), Arc::clone(&outer_gauges));
            let (client, ended, asked) = (client.clone(), ended.clone(), asked.clone());
            let end = Instance { pinned: pinned.clone(), client, ended, asked, gauges, outer_gauges };
            let login = timeout(limits::LOGIN, log_in(gateway, user, stream, end)).await;
            // An sshd that many come to at once closes some connections before it says who it is.
            let again = matches!(&login, Ok(Err(error)) if has_hung_up(error)) && begun.elapsed() < limits::LOGIN;
            if !again || tries == limits::LOGIN_TRIES {
                break login;
            }
            sleep(limits::LOGIN_PAUSE * 2_u32.pow(tries)).await;
            tries += 1;
        };
        match login {
            Ok(Ok((connection, AuthResult::Success))) => Ok(Self { connection, gauges }),
            Ok(Ok((_, AuthResult::Failure { .. }))) if user != ROOT => Err(not_let_in(&name, user)),
            Ok(Ok((_, AuthResult::Failure { .. }))) => Err(format!(
                "{name} does not let the gateway in. Its sshd may be configured differently than DockHost left it; the \
                 web terminal opens it all the same."
            )),
            Ok(Err(russh::Error::UnknownKey)) => Err(format!(
                "{name} shows another host key than the one it was given. Restart it; if that does not help, somebody \
                 has changed it."
            )),
            Ok(Err(error)) => Err(format!("The sshd of {name} could not be talked to: {error}.")),
            Err(_) => Err(format!("The sshd of {name} does not answer.")),
        }
    }

    pub(super) fn gauge(&self, channel: &Channel<Msg>) -> Arc<Gauge> {
        open_gauge(&self.gauges, channel.id())
    }

    pub(super) async fn end(&self) {
        // It may be gone already.
        let _ = self.connection.disconnect(Disconnect::ByApplication, "", "").await;
    }

    /// Whether the instance listens for the client now. `port` may be 0, and is the number that was given.
    pub(super) async fn ask_port(&self, asked: &ForwardRequests, address: &str, port: &mut u32) -> bool {
        // Noted before, because a connection may come with the answer.
        if *port != 0 && !asked.port(*port) {
            return false;
        }
        match self.connection.tcpip_forward(address, *port).await {
            Err(_) => {
                asked.no_port(*port);
                false
            }
            Ok(given) if *port == 0 => {
                *port = given;
                asked.port(given)
            }
            Ok(_) => true,
        }
    }

    pub(super) async fn ask_socket(&self, asked: &ForwardRequests, path: &str) -> bool {
        let granted = asked.socket(path) && self.connection.streamlocal_forward(path).await.is_ok();
        if !granted {
            asked.no_socket(path);
        }
        granted
    }
}

async fn log_in(
    gateway: &Gateway,
    user: &str,
    stream: Stream,
    end: Instance,
) -> Result<(client::Handle<Instance>, AuthResult), russh::Error> {
    let mut connection = client::connect_stream(settings::inner(), stream, end).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::clone(&gateway.authority.login), None);
    let admitted = connection.authenticate_publickey(user, key).await?;
    Ok((connection, admitted))
}

/// Whether the other end merely ended the connection.
fn has_hung_up(error: &russh::Error) -> bool {
    matches!(error, russh::Error::Disconnect | russh::Error::HUP | russh::Error::IO(_))
}

pub(super) fn open_gauge(gauges: &InnerGauges, channel: ChannelId) -> Arc<Gauge> {
    gauges.lock().unwrap_or_else(PoisonError::into_inner).open(channel)
}

/// As [`open_gauge`], unless there are as many as one connection may have.
fn open_gauge_within(gauges: &InnerGauges, channel: ChannelId) -> Option<Arc<Gauge>> {
    let mut gauges = gauges.lock().unwrap_or_else(PoisonError::into_inner);
    (gauges.open_channels() < limits::CHANNELS).then(|| gauges.open(channel))
}

/// What the instance's sshd says on its own accord.
pub(super) struct Instance {
    /// The key that the instance was given: nothing else is the instance.
    pinned: PublicKey,
    client: server::Handle,
    ended: watch::Receiver<Option<String>>,
    asked: ForwardRequests,
    gauges: InnerGauges,
    outer_gauges: InnerGauges,
}

impl Instance {
    /// Joins a channel that the instance opened with the one that is opened for it at the client. Those that the client
    /// has not answered count, too, and so there are never more than a client may have by itself.
    async fn join(
        &self,
        was_asked: bool,
        inner: Channel<Msg>,
        reply: ChannelOpenHandle,
        outer: impl Future<Output = Result<Channel<server::Msg>, russh::Error>> + Send + 'static,
    ) -> Result<(), russh::Error> {
        if !was_asked {
            return forbid(reply).await;
        }
        let Some(waits_inner) = open_gauge_within(&self.gauges, inner.id()) else {
            reply.reject(russh::ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        };
        let (client, ended) = (self.client.clone(), self.ended.clone());
        let outer_gauges = Arc::clone(&self.outer_gauges);
        tokio::spawn(async move {
            let Ok(outer) = outer.await else { return reply.reject(russh::ChannelOpenFailure::ConnectFailed).await };
            let waits_outer = open_gauge(&outer_gauges, outer.id());
            reply.accept().await;
            let (from_outer, to_outer) = outer.split();
            let (is_session, pauses) = (false, None);
            let bridge =
                Bridge { from_outer, to_outer, waits_outer, inner, waits_inner, client, ended, is_session, pauses };
            bridge.carry().await;
        });
        Ok(())
    }
}

impl client::Handler for Instance {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.key_data() == self.pinned.key_data(),
            PublicKeyOrCertificate::Certificate(certificate) => certificate.public_key() == self.pinned.key_data(),
        })
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _: &mut client::Session) -> Result<(), Self::Error> {
        pause(&self.gauges, channel, data.len()).await;
        Ok(())
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        _: u32,
        data: &[u8],
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        pause(&self.gauges, channel, data.len()).await;
        Ok(())
    }

    fn adjust_window(&mut self, _: ChannelId, _: u32) -> u32 {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).window()
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        channel: Channel<Msg>,
        address: &str,
        port: u32,
        from: &str,
        from_port: u32,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        let (client, address, from) = (self.client.clone(), address.to_owned(), from.to_owned());
        let outer = async move { client.channel_open_forwarded_tcpip(address, port, from, from_port).await };
        self.join(self.asked.has_port(port), channel, reply, outer).await
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        let was_asked = self.asked.has_socket(path);
        let (client, path) = (self.client.clone(), path.to_owned());
        let outer = async move { client.channel_open_forwarded_streamlocal(path).await };
        self.join(was_asked, channel, reply, outer).await
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        let client = self.client.clone();
        self.join(self.asked.has_agent(), channel, reply, async move { client.channel_open_agent().await }).await
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        forbid(reply).await
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        forbid(reply).await
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        forbid(reply).await
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), Self::Error> {
        forbid(reply).await
    }
}

/// No sshd asks for these; an instance that does is up to something.
async fn forbid(reply: ChannelOpenHandle) -> Result<(), russh::Error> {
    reply.reject(russh::ChannelOpenFailure::AdministrativelyProhibited).await;
    Ok(())
}

/// Notes what has arrived, and holds up a sender that was told to wait.
pub(super) async fn pause(gauges: &InnerGauges, channel: ChannelId, bytes: usize) {
    let pause = gauges.lock().unwrap_or_else(PoisonError::into_inner).arrived(channel, bytes);
    if let Some(pause) = pause {
        tokio::time::sleep(pause).await;
    }
}
