//! What becomes of each thing that a client of the gateway asks for.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use planner::guest::{guest, no_such_jump};
use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, PublicKeyOffer, Session as Connection, VerifiedPublicKey};
use russh::{Channel, ChannelId, ChannelOpenFailure, Disconnect, Pty};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::client::Session;
use super::entry::{Entry, enter, note, prove, say_words};
use super::inner::{Inner, pause};
use super::lobby::Lobby;
use super::refusal::{PROHIBITED, refused};
use super::way::{Destination, Way};
use super::{jump, limits, watch as watching};
use crate::auth::ssh_key::fingerprint;

impl Handler for Session {
    type Error = russh::Error;

    /// Only says whether a signature by this key would help; who it is, is settled when there is one.
    /// So anybody can find out whether a public key was added here, and by an account that they name: to hide it, each
    /// client would have to sign with each of its keys, and a key that wants to be touched would want it in vain.
    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Self::Error> {
        if guest(&self.gateway.core.world(), user, &fingerprint(offer.public_key)).is_some() {
            return Ok(Auth::Accept);
        }
        // However many keys an agent holds, it is one try.
        let first = !self.tried.swap(true, Ordering::Relaxed);
        if first && self.from.pace.wrong_key(self.from.address, self.gateway.core.now().mono) {
            sleep(limits::WRONG_KEY).await;
        }
        Ok(Auth::reject())
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        self.entry = enter(&self.gateway, user, &fingerprint(key.public_key), self.from.peer).await;
        Ok(if self.entry.is_some() { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_succeeded(&mut self, connection: &mut Connection) -> Result<(), Self::Error> {
        let entry = self.entry.clone().ok_or(russh::Error::NotAuthenticated)?;
        self.entered.cancel();
        let (ended, cut, client) = (self.ended.clone(), self.cut.clone(), connection.handle());
        let visitor = match entry {
            Entry::Visitor(visitor) => visitor,
            // There is nothing to stay for. Whoever opens no session, as with `-N`, is told when the connection ends.
            Entry::Words { text, .. } => {
                tokio::spawn(async move {
                    tokio::select! {
                        () = sleep(limits::WORDS) => {}
                        () = cut.cancelled() => return,
                    }
                    let _ = client.disconnect(Disconnect::ByApplication, text, String::new()).await;
                    sleep(limits::LAST_WORDS).await;
                    cut.cancel();
                });
                return Ok(());
            }
        };
        let (peer, person, user) = (self.from.peer, &visitor.actor.username, &visitor.user);
        tracing::info!(%peer, %person, route = ?visitor.route, %user, proves = visitor.proves, "logged in over SSH");
        self.note = note(&self.gateway, &visitor);
        let over = watching::over(self.gateway.core.orchestrator.watch(), visitor);
        tokio::spawn(async move {
            let why = tokio::select! {
                why = over => why,
                () = cut.cancelled() => return,
            };
            ended.send_replace(Some(why.clone()));
            // Every session has its last words, then the connection goes, whether or not the client listens.
            sleep(limits::LAST_WORDS).await;
            let _ = client.disconnect(Disconnect::ByApplication, why, String::new()).await;
            sleep(limits::LAST_WORDS).await;
            cut.cancel();
        });
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        let Some(waits) = self.take(channel.id()) else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        };
        prove(&self.gateway, &mut self.entry).await;
        reply.accept().await;
        let note = self.note.take();
        match (self.way(connection), self.entry.clone()) {
            (Some(way), _) => drop(tokio::spawn(way.session(channel, waits, note))),
            (None, Some(Entry::Visitor(visitor))) => {
                let lobby = Lobby::new(self.gateway.clone(), visitor, connection.handle(), self.ended.subscribe());
                tokio::spawn(lobby.serve(channel, waits, note));
            }
            (None, Some(Entry::Words { text, status })) => drop(tokio::spawn(say_words(channel, text, status))),
            (None, None) => return Err(russh::Error::NotAuthenticated),
        }
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        from: &str,
        from_port: u32,
        reply: ChannelOpenHandle,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        let Some(waits) = self.take(channel.id()) else {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        };
        if self.jump(host, port).is_some() {
            prove(&self.gateway, &mut self.entry).await;
        }
        if let Some(way) = self.proved_way(connection).await {
            let wanted = Destination::Tcp { host: host.to_owned(), port, from: from.to_owned(), from_port };
            tokio::spawn(way.forward(channel, waits, reply, wanted));
        } else if let Some((to, port)) = self.jump(host, port) {
            let ended = self.ended.subscribe();
            let by = self.visitor().map(|visitor| (visitor.actor.clone(), visitor.key));
            let jump = jump::Jump { gateway: self.gateway.clone(), by, to, port, ended };
            tokio::spawn(jump.carry(channel, waits, reply));
        } else if let Some(visitor) = self.visitor() {
            let reason = no_such_jump(&self.gateway.core.world(), visitor, host);
            reply.reject(refused(PROHIBITED, reason)).await;
        } else {
            reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
            // A jump has no standard error: what there is to say ends the connection.
            if let Some(Entry::Words { text, .. }) = &self.entry {
                connection.disconnect(Disconnect::ByApplication, text, "")?;
            }
        }
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        channel: Channel<Msg>,
        path: &str,
        reply: ChannelOpenHandle,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        match (self.proved_way(connection).await, self.take(channel.id())) {
            (Some(way), Some(waits)) => {
                tokio::spawn(way.forward(channel, waits, reply, Destination::Socket { path: path.to_owned() }));
            }
            (Some(_) | None, _) => reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await,
        }
        Ok(())
    }

    async fn channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        Ok(())
    }

    async fn channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        reply: ChannelOpenHandle,
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        reply.reject(ChannelOpenFailure::AdministrativelyProhibited).await;
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _: &mut Connection) -> Result<(), Self::Error> {
        pause(&self.gauges, channel, data.len()).await;
        Ok(())
    }

    async fn extended_data(
        &mut self,
        channel: ChannelId,
        _: u32,
        data: &[u8],
        _: &mut Connection,
    ) -> Result<(), Self::Error> {
        pause(&self.gauges, channel, data.len()).await;
        Ok(())
    }

    fn adjust_window(&mut self, _: ChannelId, _: u32) -> u32 {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).window()
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: &str,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    async fn shell_request(&mut self, channel: ChannelId, connection: &mut Connection) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        _: u32,
        _: u32,
        _: u32,
        _: u32,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_success(channel)
    }

    /// The lobby has no use for an agent.
    async fn agent_request(&mut self, _: ChannelId, connection: &mut Connection) -> Result<bool, Self::Error> {
        let granted = self.way(connection).is_some();
        if granted {
            self.asked.agent();
        }
        Ok(granted)
    }

    /// Instances have no screen.
    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        connection: &mut Connection,
    ) -> Result<(), Self::Error> {
        connection.channel_failure(channel)
    }

    async fn tcpip_forward(
        &mut self,
        address: &str,
        port: &mut u32,
        connection: &mut Connection,
    ) -> Result<bool, Self::Error> {
        let Some(way) = self.proved_way(connection).await else { return Ok(false) };
        let Some(inner) = listener(&way, self.cut.clone(), connection).await? else { return Ok(false) };
        Ok(inner.ask_port(&self.asked, address, port).await)
    }

    async fn cancel_tcpip_forward(
        &mut self,
        address: &str,
        port: u32,
        _: &mut Connection,
    ) -> Result<bool, Self::Error> {
        let Some(inner) = self.inner.get() else { return Ok(false) };
        self.asked.no_port(port);
        Ok(inner.connection.cancel_tcpip_forward(address, port).await.is_ok())
    }

    async fn streamlocal_forward(&mut self, path: &str, connection: &mut Connection) -> Result<bool, Self::Error> {
        let Some(way) = self.proved_way(connection).await else { return Ok(false) };
        let Some(inner) = listener(&way, self.cut.clone(), connection).await? else { return Ok(false) };
        Ok(inner.ask_socket(&self.asked, path).await)
    }

    async fn cancel_streamlocal_forward(&mut self, path: &str, _: &mut Connection) -> Result<bool, Self::Error> {
        let Some(inner) = self.inner.get() else { return Ok(false) };
        self.asked.no_socket(path);
        Ok(inner.connection.cancel_streamlocal_forward(path).await.is_ok())
    }
}

/// The instance's end for what it is to listen on. Where there is none, the connection ends in words: the answer to such a
/// request has none, and whatever else is asked on the connection would fail for the same reason.
async fn listener<'w>(
    way: &'w Way,
    cut: CancellationToken,
    connection: &mut Connection,
) -> Result<Option<&'w Inner>, russh::Error> {
    let reached = tokio::select! {
        reached = way.reached() => reached,
        () = cut.cancelled() => return Ok(None),
    };
    match reached {
        Ok(inner) => Ok(Some(inner)),
        Err(words) => {
            connection.disconnect(Disconnect::ByApplication, &words, "")?;
            Ok(None)
        }
    }
}
