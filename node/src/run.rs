//! Puts the parts of a node together.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::channel::{Channel, Dials, Introduction, OUTBOX, Timing};
use crate::config::Config;
use crate::docker::Engine;
use crate::event::Event;
use crate::event_loop::{EVENTS, Ends, EventLoop};
use crate::facts::Machine;
use crate::files::Files;
use crate::forward::Forwards;
use crate::ledger::Ledger;
use crate::shutdown;
use crate::terminal::Terminals;
use crate::tunnel::{Instances, Tunnel, WISHES};
use crate::worker::Tools;
use wire::meter::Meter;

/// How long the loop, then the channel may take to end.
const LAST_WRITE: Duration = Duration::from_millis(750);
const GOODBYE: Duration = Duration::from_millis(500);

/// Runs the node until a signal ends it.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal().context("signals cannot be received")?;
    let ledger = Ledger::open(&config.data_dir)?;
    // Two providers are compiled in, so one has to be named. A second call in one process changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if config.server.is_exposed() {
        tracing::warn!(server = %config.server, "--insecure-server: the API key travels unencrypted, and whoever reads it can be this node");
    }
    let mut machine = Machine::new(&config.data_dir, config.images, config.reserved).bound_to(config.bind);
    let standing = Introduction { facts: machine.read(), ..Introduction::default() };
    let (standing, stands) = watch::channel(standing);
    let (events, happened) = mpsc::channel(EVENTS);
    let (outbox, sent) = mpsc::channel(OUTBOX);
    let tools = Tools {
        engine: Engine::connect(&config.docker_socket),
        builds: Arc::default(),
        forwards: Forwards::new(config.bind),
        files: Files::new(&config.data_dir),
        stop_grace: config.stop_grace,
        started: Instant::now(),
    };
    let (assigned, knows) = watch::channel(None);
    let (epoch, epochs) = watch::channel(None);
    let (wanted, wishes) = mpsc::channel(WISHES);
    let meter = Meter::default();
    let tunnel = Tunnel {
        server: config.server.clone(),
        api_key: config.api_key.clone(),
        epoch: epochs,
        wanted: wishes,
        instances: Instances {
            engine: tools.engine.clone(),
            forwards: tools.forwards.clone(),
            files: tools.files.clone(),
            terminals: Terminals::new(tools.engine.clone(), config.terminal_kept),
            assigned: knows,
        },
        meter: meter.clone(),
        shutdown: shutdown.clone(),
    };
    let ends = Ends { events: events.clone(), outbox, standing, assigned };
    let node = EventLoop::new(tools, ledger, ends, config.name);
    let channel = Channel {
        server: config.server,
        api_key: config.api_key,
        timing: Timing::default(),
        standing: stands,
        outbox: sent,
        events: events.clone(),
        dials: Dials { epoch, wanted },
        meter,
        shutdown: shutdown.clone(),
    };
    tokio::spawn(tunnel.run());
    tokio::spawn(tick(machine, events.clone()));
    tokio::spawn(end(shutdown.clone(), events));
    let channel = tokio::spawn(channel.run());
    tokio::select! {
        () = node.run(happened) => {}
        () = overdue(&shutdown) => tracing::warn!("the ledger could not be written in time"),
    }
    shutdown.cancel();
    // A peer that does not say goodbye is left without one.
    let _ = timeout(GOODBYE, channel).await;
    Ok(())
}

async fn tick(mut machine: Machine, events: mpsc::Sender<Event>) {
    let mut every = interval(Timing::default().heartbeat);
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let reading = tokio::task::spawn_blocking(move || {
            let facts = machine.read();
            (machine, facts)
        });
        let Ok((read, facts)) = reading.await else { return };
        machine = read;
        if events.send(Event::Tick(facts)).await.is_err() {
            return;
        }
    }
}

async fn end(shutdown: CancellationToken, events: mpsc::Sender<Event>) {
    shutdown.cancelled().await;
    // Without a loop there is nothing left to end.
    let _ = events.send(Event::Shutdown).await;
}

async fn overdue(shutdown: &CancellationToken) {
    shutdown.cancelled().await;
    sleep(LAST_WRITE).await;
}
