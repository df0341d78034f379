//! The hops on the way to the server, tried one after the other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use hyper::Method;
use hyper::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HeaderValue, UPGRADE};
use protocol::stream::EPOCH_HEADER;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::answer::{Answer, Broken};
use super::check::{Fault, Hop, Log, Outcome, Reached, Verdict};
use super::name::Unnamed;
use super::target::Target;
use super::tcp::Missed;
use super::wire::{self, Door};
use super::{Subject, certificate, front, health, name, pace, proxies, settings, tcp, upgrade};
use crate::server::ApiKey;

/// How long a look-up may take; the system's own limit may be much longer.
const LOOK_UP: Duration = Duration::from_secs(10);

pub(super) async fn walk(subject: &Subject, log: &mut Log<'_>) {
    let target = log.step(Hop::Address, Ok(()), async |()| settings::address(subject)).await;
    let key = log.step(Hop::ApiKey, Ok(()), async |()| settings::key(subject)).await;
    let named = log.step(Hop::Name, target, look_up).await;
    let door = knock(log, named).await;
    let door = shake_hands(log, door).await;
    let http = log.step(Hop::Http, door, healthz).await;
    let both = http.clone().and_then(|door| key.map(|key| (door, key)));
    let channel = log.step(Hop::Channel, both, dial_channel).await;
    // What fails for the channel would fail here for the same reason.
    let _streams = log.step(Hop::DataSockets, channel, dial_stream).await;
    match &http {
        Ok(door) => stand_before(door, log).await,
        Err(before) => log.skip(Hop::ProxyInFront, *before),
    }
    let set = proxies::set(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    log.add(Hop::ProxySettings, Duration::ZERO, proxies::judge(&set, &http).into());
    let date = log.step(Hop::RoundTrip, http, there_and_back).await;
    let now = chrono::Utc::now;
    let _agreed = log.step(Hop::Clock, date, async |date| with((), pace::clock(date.as_deref(), now()))).await;
}

fn with<T>(reached: T, verdict: Verdict) -> Result<(String, T), Fault> {
    verdict.map(|says| (says, reached))
}

async fn look_up(target: Target) -> Result<(String, (Target, Vec<SocketAddr>)), Fault> {
    let looked = async {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        found.map(Iterator::collect::<Vec<_>>).map_err(|error| Unnamed::Error(error.to_string()))
    };
    let found = timeout(LOOK_UP, looked).await.unwrap_or(Err(Unnamed::Late));
    let addresses = found.clone().map(|found| found.iter().map(SocketAddr::ip).collect());
    let verdict = name::judge(&target.host, &addresses);
    with((target, found.unwrap_or_default()), verdict)
}

/// Every address gets its line; the first that is open is the one that the node would use.
async fn knock(log: &mut Log<'_>, named: Reached<(Target, Vec<SocketAddr>)>) -> Reached<Door> {
    let (target, addresses) = named.inspect_err(|before| log.skip(Hop::Tcp, *before))?;
    let tries = addresses.iter().map(|at| async move {
        let begun = Instant::now();
        let tried = wire::tcp(*at).await.map(drop).map_err(Missed::from);
        (*at, begun.elapsed(), tried)
    });
    let tries = join_all(tries).await;
    let open = tries.iter().find(|(_, _, tried)| tried.is_ok()).map(|(at, _, _)| *at);
    for (at, took, tried) in &tries {
        log.add(Hop::Tcp, *took, tcp::judge(*at, tried, open.is_some()));
    }
    open.map(|at| Door { target, at }).ok_or(Hop::Tcp)
}

async fn shake_hands(log: &mut Log<'_>, door: Reached<Door>) -> Reached<Door> {
    if let Ok(door) = &door
        && !door.target.secure
    {
        let says = "the address is http://, so nothing is encrypted".to_owned();
        log.add(Hop::Tls, Duration::ZERO, Outcome::Skipped(says));
        return Ok(door.clone());
    }
    let shake = async |door: Door| match door.connect().await {
        Ok(wire) => Ok((settings::tls(&door.target, &wire), door)),
        Err(error) => Err(certificate::judge(&door.target, &error)),
    };
    log.step(Hop::Tls, door, shake).await
}

async fn healthz(door: Door) -> Result<(String, Door), Fault> {
    let came = match door.get(health::PATH) {
        Ok(request) => door.ask(request).await,
        Err(broken) => Err(broken),
    };
    let verdict = health::judge(&door.target, &door.target.path(health::PATH), &came);
    with(door, verdict)
}

/// The channel's own request, closed before a hello: whichever node has this key keeps its connection.
async fn dial_channel((door, key): (Door, ApiKey)) -> Result<(String, (Door, ApiKey)), Fault> {
    let word = generate_key();
    let more = [
        ("sec-websocket-version", HeaderValue::from_static("13")),
        ("sec-websocket-key", HeaderValue::from_str(&word).unwrap_or(HeaderValue::from_static(""))),
    ];
    let came = switch(&door, &key, protocol::PATH, "websocket", more).await;
    let accept = derive_accept_key(word.as_bytes());
    let verdict = upgrade::channel(&door.target, &door.target.path(protocol::PATH), &accept, &came);
    with((door, key), verdict)
}

/// No channel has the epoch 0, so the server refuses it, once it has read everything else.
async fn dial_stream((door, key): (Door, ApiKey)) -> Result<(String, ()), Fault> {
    let path = protocol::stream::PATH;
    let more = [(EPOCH_HEADER, HeaderValue::from_static("0"))];
    let came = switch(&door, &key, path, protocol::stream::UPGRADE, more).await;
    with((), upgrade::stream(&door.target, &door.target.path(path), &came))
}

async fn switch(
    door: &Door,
    key: &ApiKey,
    path: &str,
    to: &'static str,
    more: impl IntoIterator<Item = (&'static str, HeaderValue)>,
) -> Result<Answer, Broken> {
    let mut request = door.get(path)?;
    let headers = request.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(to));
    headers.insert(AUTHORIZATION, key.header());
    headers.extend(more.into_iter().map(|(name, value)| (hyper::header::HeaderName::from_static(name), value)));
    door.ask(request).await
}

/// A large file is announced by nobody for no instance: DockHost refuses it in its own words, if it hears of it.
async fn stand_before(door: &Door, log: &mut Log<'_>) {
    let begun = Instant::now();
    let seen = match door.get(health::PATH) {
        Ok(request) => door.ask(request).await,
        Err(broken) => Err(broken),
    };
    let large = match door.get(front::UPLOAD) {
        Ok(mut request) => {
            *request.method_mut() = Method::PUT;
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(front::LARGE));
            timeout(front::REFUSAL, door.ask(request)).await.unwrap_or(Err(Broken::Late))
        }
        Err(broken) => Err(broken),
    };
    log.add(Hop::ProxyInFront, begun.elapsed(), front::judge(&seen, &large));
}

/// Answers with the time that the server told.
async fn there_and_back(door: Door) -> Result<(String, Option<String>), Fault> {
    let mut rounds = Vec::new();
    let mut date = None;
    let last = rounds_on(&door, &mut rounds, &mut date).await;
    with(date, pace::judge(&door.target, &door.target.path(health::PATH), &rounds, &last))
}

async fn rounds_on(door: &Door, rounds: &mut Vec<Duration>, date: &mut Option<String>) -> Result<(), Broken> {
    let mut line = door.open().await?;
    for _ in 0..pace::ROUNDS {
        let begun = Instant::now();
        let answer = line.ask(door.get(health::PATH)?).await?;
        rounds.push(begun.elapsed());
        *date = answer.header("date");
    }
    Ok(())
}
