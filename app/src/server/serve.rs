//! Opens `control`, mounts everything on one router, and serves until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use axum::Extension;
use control::http::tls::Keeper;
use control::http::{Door, Exposure, Origins};
use control::machine::Room;
use control::{AppsDomain, Config, ConsoleHosts, Control, SshConfig};
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::Serve;
use super::exposed::Exposed;
use super::{description, pages};

pub(super) async fn serve(data_dir: PathBuf, database: Option<String>, serve: Serve) -> anyhow::Result<()> {
    let pages = pages::router()?;
    let room = Room::taken();
    let listener = Door::bind(serve.listen)
        .with_context(|| format!("cannot listen on {}; is another server running there?", serve.listen))?;
    let listen = listener.local_addr().context("cannot tell the address that was bound")?;
    let exposed = Exposed::decide(&serve, listen, &data_dir)?;
    let exposure = exposed.exposure;
    let origins = Origins::new(listen, exposure, &serve.public_urls)?.also_known_as(exposed.names.iter().cloned());
    let ssh = ssh(&serve, listen)?;
    let apps = apps(&serve, listen, exposure)?;
    if apps.is_none() {
        tracing::info!("no port has a public URL: they need a domain of their own, which DOCKHOST_APPS_DOMAIN names");
    }
    let forwards = serve.forward_listen.0;
    let sign_up = serve.sign_up.map(Into::into);
    let hosts: Vec<String> = serve.public_urls.iter().filter_map(|url| host_of(url)).collect();
    let hosts = ConsoleHosts::of(listen.ip(), hosts.iter().map(String::as_str));
    let config = Config {
        data_dir,
        database,
        sign_up,
        ssh,
        forwards,
        apps,
        hosts,
        exposure,
        listens: vec![listen],
        unnamed_proxy: exposed.is_unnamed(),
        server_fingerprint: exposed.fingerprint(),
        server_key_pin: exposed.key_pin(),
        server_certificate: exposed.certificate()?,
        programs: std::env::current_exe().ok().and_then(|own| own.parent().map(PathBuf::from)),
        ..Config::default()
    };
    let (control, running) = Control::open(config).await?.run();

    let router = control.router().merge(pages).merge(description::router()).layer(Extension(control.clone()));
    let router = control.around(control::http::layers(router, origins));

    exposed.tell();
    tracing::info!(address = exposed.address, "DockHost is ready");
    if let Some(token) = control.accounts.setup_token() {
        let link = format!("{}/set-up?token={token}", exposed.address.trim_end_matches('/'));
        tracing::info!(link, "open this link to become the administrator");
    }
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let door = Door::new(listener, exposed.keeper.clone(), exposed.proxies.clone(), room.http);
    let door = door.behind_unnamed(exposed.is_unnamed());
    let server = tokio::spawn(door.serve(router, async move { drop(stopped.wait_for(|told| *told).await) }));
    tokio::select! {
        told = told_to_stop() => told?,
        () = keep(exposed.keeper.as_deref()) => {}
    }
    tracing::info!("stopping; instances keep running");
    stop.send_replace(true);
    server.await.context("the listener failed")?;
    running.stop().await;
    Ok(())
}

/// Keeps up with the files of the certificate: when they change, and when SIGHUP says that they have.
async fn keep(keeper: Option<&Keeper>) {
    let told = async {
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return std::future::pending().await };
        while hangup.recv().await.is_some() {
            if let Some(keeper) = keeper {
                keeper.look();
            }
        }
    };
    let reading = async {
        match keeper {
            Some(keeper) => keeper.keep().await,
            None => std::future::pending().await,
        }
    };
    tokio::join!(told, reading);
}

fn apps(serve: &Serve, listen: SocketAddr, exposure: Exposure) -> anyhow::Result<Option<AppsDomain>> {
    let (url, domain) = (serve.public_urls.first().cloned(), serve.apps_domain.clone());
    let own = || {
        let host = if listen.ip().is_loopback() { format!("localhost:{}", listen.port()) } else { listen.to_string() };
        format!("{}://{host}", exposure.scheme())
    };
    // On loopback apps have a domain by themselves, with TLS or without.
    let local = (url.is_none() && listen.ip().is_loopback()).then(|| "apps.localhost".to_owned());
    let url = url.unwrap_or_else(own);
    Ok(AppsDomain::new(listen, Some(&url), domain.or(local).as_deref())?)
}

/// Where the gateway listens, and under which name people find it.
fn ssh(serve: &Serve, listen: SocketAddr) -> anyhow::Result<SshConfig> {
    let of_url = serve.public_urls.first().and_then(|url| host_of(url));
    let (host, port) = match &serve.ssh_address {
        None => (of_url.unwrap_or_else(|| listen.ip().to_string()), None),
        Some(text) => match text.rsplit_once(':') {
            None => (text.clone(), None),
            Some((host, port)) => {
                let port = port.parse().with_context(|| format!("--ssh-address {text} does not end in a port"))?;
                (host.to_owned(), Some(port))
            }
        },
    };
    Ok(SshConfig { listen: serve.ssh_listen.0, host, port })
}

pub(super) fn host_of(url: &str) -> Option<String> {
    url.trim().parse::<axum::http::Uri>().ok()?.host().map(str::to_owned)
}

async fn told_to_stop() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}
